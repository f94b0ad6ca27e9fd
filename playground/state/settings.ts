import { type DataName, dataNames } from "../data/data-set.ts";

// Everything that a training follows from, in one table: the address of the page, the controls and the engine read it.

export const activationNames = ["relu", "leakyRelu", "elu", "selu", "gelu", "swish", "tanh"] as const;
export const optimizerNames = ["adam", "sgd", "momentum", "rmsprop"] as const;
export const kindNames = ["dropout", "gaussian", "alpha", "dropConnect", "standout", "concrete", "variational"] as const;
export const scalingNames = ["inverted", "standard"] as const;
/** What the left network is: one in which nobody sleeps, or one whose neurons sleep as well, scaled the other way. */
export const leftNames = ["awake", "otherScaling"] as const;
export const scheduleNames = ["constant", "early", "late", "curriculum", "linear", "frontLoaded"] as const;

export interface Settings {
  readonly data: DataName;
  /** Standard deviation of the noise on each coordinate. */
  readonly noise: number;
  /** Points to learn from. */
  readonly points: number;
  /** Units of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: (typeof activationNames)[number];
  /** Probability that a unit of a hidden layer sleeps, in the right network; of noise it is said of dropout as strong. */
  readonly rate: number;
  /** Rates of the hidden layers, each its own; none: `rate` is that of all. */
  readonly rates: readonly number[];
  /** Probability that an input sleeps, in the right network. */
  readonly inputRate: number;
  /** What happens to units in the right network: they sleep, or are multiplied by noise of the same variance, or others of the family. */
  readonly kind: (typeof kindNames)[number];
  readonly scaling: (typeof scalingNames)[number];
  /** What stands on the left, to be compared with. */
  readonly left: (typeof leftNames)[number];
  /** How rates move while it trains. */
  readonly schedule: (typeof scheduleNames)[number];
  /** Epochs that the schedule is made for. */
  readonly span: number;
  readonly optimizer: (typeof optimizerNames)[number];
  readonly learningRate: number;
  /** Largest norm of a unit's incoming weights; 0: no limit. */
  readonly maxNorm: number;
  readonly batch: number;
  readonly seed: number;
}

/** How a setting is written in the address, and read from there. */
interface Field<Value> {
  /** Its value where the address says nothing. */
  readonly standard: Value;
  /** The value, or undefined where the text is none. */
  read(text: string): Value | undefined;
  show(value: Value): string;
  /** What it accepts, in words. */
  readonly accepts: string;
}

function oneOf<Name extends string>(names: readonly Name[], standard: Name): Field<Name> {
  return {
    standard,
    read: (text) => names.find((name) => name === text),
    show: (value) => value,
    accepts: names.join(", "),
  };
}

function number(standard: number, low: number, high: number): Field<number> {
  return {
    standard,
    read(text) {
      const value = Number(text);
      return /^[\d.]+(e-?\d+)?$/.test(text) && value >= low && value <= high ? value : undefined;
    },
    show: String,
    accepts: `a number from ${low} to ${high}`,
  };
}

function whole(standard: number, low: number, high: number): Field<number> {
  const field = number(standard, low, high);
  return {
    ...field,
    read(text) {
      const value = field.read(text);
      return Number.isInteger(value) ? value : undefined;
    },
    accepts: `a whole number from ${low} to ${high}`,
  };
}

export const MOST_LAYERS = 4;
export const MOST_UNITS = 128;

const units = whole(32, 1, MOST_UNITS);
const hidden: Field<readonly number[]> = {
  standard: [32, 32],
  read(text) {
    const layers = text.split("-").map(units.read);
    return layers.length <= MOST_LAYERS && layers.every((layer) => layer !== undefined) ? layers : undefined;
  },
  show: (layers) => layers.join("-"),
  accepts: `1 to ${MOST_LAYERS} layers of 1 to ${MOST_UNITS} units, such as 32-32`,
};

const share = number(0, 0, 1);
const rates: Field<readonly number[]> = {
  standard: [],
  read(text) {
    const layers = text.split(",").map(share.read);
    return layers.length <= MOST_LAYERS && layers.every((rate) => rate !== undefined) ? layers : undefined;
  },
  show: (layers) => layers.join(","),
  accepts: "a number from 0 to 1 for each hidden layer, such as 0.2,0.5",
};

export const fields: { readonly [Name in keyof Settings]: Field<Settings[Name]> } = {
  data: oneOf(dataNames, "spiral"),
  noise: number(0.08, 0, 0.5),
  points: whole(120, 8, 60_000),
  hidden,
  activation: oneOf(activationNames, "relu"),
  rate: number(0.3, 0, 1),
  rates,
  inputRate: number(0, 0, 1),
  kind: oneOf(kindNames, "dropout"),
  scaling: oneOf(scalingNames, "inverted"),
  left: oneOf(leftNames, "awake"),
  schedule: oneOf(scheduleNames, "constant"),
  span: whole(200, 1, 5000),
  optimizer: oneOf(optimizerNames, "adam"),
  learningRate: number(0.01, 0.0001, 10),
  maxNorm: number(0, 0, 10),
  batch: whole(16, 1, 256),
  seed: whole(1, 0, 999_999),
};

export type SettingName = keyof Settings;
export const settingNames = Object.keys(fields) as SettingName[];

/** The settings where nothing is said. */
export const standardSettings: Settings = Object.fromEntries(
  settingNames.map((name) => [name, fields[name].standard]),
) as unknown as Settings;

/** The rate of a hidden layer, from 0. */
export function rateOf({ rate, rates }: Pick<Settings, "rate" | "rates">, layer: number): number {
  return rates[layer] ?? rate;
}
