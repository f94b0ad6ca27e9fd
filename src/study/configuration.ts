import * as v from "valibot";
import type { Scaling } from "../layers/dropout/dropout.ts";
import { standoutActivations } from "../layers/dropout/standout.ts";
import { type ActivationName, activations } from "./activations.ts";
import { type DropoutKind, dropoutKinds } from "./dropout-kinds.ts";
import { isDropoutSchedule, rateScheduleOf } from "./dropout-schedules.ts";
import { type ScheduleName, schedules } from "./learning-rate.ts";
import { type OptimizerName, optimizerDefaults } from "./optimizer.ts";
import { parse } from "./parse.ts";

// A configuration decides all of a training but its data and its seed. It is plain JSON: it stands in journals, and goes from
// machine to machine.

/** Everything that decides a training but its data and its seed, as plain JSON. */
export interface Configuration {
  /** Units of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly dropoutKind: DropoutKind;
  /** Rate of each hidden layer, and of the inputs. */
  readonly dropout: readonly number[];
  readonly inputDropout: number;
  readonly scaling: Scaling;
  /** How the rates move over all epochs there may be, as `early:0.3`; see `rateSchedule`. */
  readonly dropoutSchedule?: string | undefined;
  readonly optimizer: OptimizerName;
  /** Of the first step, or of the first one after warming up. */
  readonly learningRate: number;
  /** How it goes over all epochs there may be; default `"constant"`. */
  readonly schedule?: ScheduleName | undefined;
  /** Steps over which it rises from 0 before that; default 0. */
  readonly warmup?: number | undefined;
  /** Of the schedules `"step"`, `"exponential"` and (the steps alone) `"inverse-time"`. */
  readonly decaySteps?: number | undefined;
  readonly decayFactor?: number | undefined;
  /** Epochs without a better loss, on rows held out to stop by, after which it falls to a tenth. */
  readonly reduceOnPlateau?: number | undefined;
  /** Of sgd and rmsprop alone. */
  readonly momentum?: number | undefined;
  /** Of sgd with a momentum alone. */
  readonly nesterov?: true | undefined;
  readonly weightDecay: number;
  readonly maxNorm: number | "none";
  /** Longest norm of the gradient as a whole, or largest size of each number of it: one of them. */
  readonly clipNorm?: number | undefined;
  readonly clipValue?: number | undefined;
  readonly batchSize: number;
  /** Most epochs. */
  readonly epochs: number;
  /** Epochs without a better loss, on rows held out for that, after which the training ends and takes the best epoch. */
  readonly patience: number | "none";
  /** Of classes; numbers have none. */
  readonly labelSmoothing: number;
  /** What a row of each class counts in training. Of classes alone. */
  readonly classWeights?: "balanced" | readonly number[] | undefined;
}

const namesOf = <Name extends string>(table: Readonly<Record<Name, unknown>>) => Object.keys(table) as [Name, ...Name[]];

const oneOf = <const Name extends string>(names: readonly Name[]) => v.picklist(names, `give one of ${names.join(", ")}`);

const number = (accepts: (value: number) => boolean, remedy: string) =>
  v.pipe(
    v.number(remedy),
    v.check((value) => Number.isFinite(value) && accepts(value), remedy),
  );

const whole = (least: number, most: number) =>
  number((value) => Number.isInteger(value) && value >= least && value <= most, `give a whole number from ${least} to ${most}`);

const rate = number((value) => value >= 0 && value <= 1, "give a number from 0 (drop nothing) to 1 (drop everything)");

const above0 = number((value) => value > 0, "give a number above 0");

const MOST_LAYERS = 64;
const widths = v.pipe(
  v.array(whole(1, 65_536), "give an array of the units of the hidden layers, which may be empty"),
  v.maxLength(MOST_LAYERS, `give at most ${MOST_LAYERS} layers`),
);

const weightsRemedy = 'give "balanced", or a number of at least 0 for each class';

const members = v.strictObject(
  {
    hidden: widths,
    activation: oneOf(namesOf(activations)),
    dropoutKind: oneOf(namesOf(dropoutKinds)),
    dropout: v.array(rate, "give an array with the rate of each hidden layer"),
    inputDropout: rate,
    scaling: oneOf(["inverted", "standard"]),
    dropoutSchedule: v.optional(
      v.pipe(v.string("give a name such as early:0.3"), v.check(isDropoutSchedule, "give a name such as early:0.3")),
    ),
    optimizer: oneOf(namesOf(optimizerDefaults)),
    learningRate: above0,
    schedule: v.optional(oneOf(namesOf(schedules))),
    warmup: v.optional(whole(0, Number.MAX_SAFE_INTEGER)),
    decaySteps: v.optional(whole(1, Number.MAX_SAFE_INTEGER)),
    decayFactor: v.optional(number((value) => value > 0 && value < 1, "give a number above 0 and below 1")),
    reduceOnPlateau: v.optional(whole(1, 1_000_000)),
    momentum: v.optional(number((value) => value >= 0 && value < 1, "give a number from 0 to below 1")),
    nesterov: v.optional(v.literal(true, "give true, or leave it out")),
    weightDecay: number((value) => value >= 0, "give a number of at least 0"),
    maxNorm: v.union(
      [v.literal("none"), number((value) => value > 0, 'give a number above 0, or "none"')],
      'give a number above 0, or "none"',
    ),
    clipNorm: v.optional(above0),
    clipValue: v.optional(above0),
    batchSize: whole(1, 65_536),
    epochs: whole(1, 1_000_000),
    patience: v.union([v.literal("none"), whole(1, 1_000_000)], 'give a whole number of epochs of at least 1, or "none"'),
    labelSmoothing: number((value) => value >= 0 && value < 1, "give a number from 0 to below 1"),
    classWeights: v.optional(
      v.union(
        [v.literal("balanced"), v.pipe(v.array(number((value) => value >= 0, weightsRemedy)), v.maxLength(65_536))],
        weightsRemedy,
      ),
    ),
  },
  "give an object of settings",
);

const momentous = ["sgd", "rmsprop"];
const [stepping, factored] = [
  ["step", "exponential", "inverse-time"],
  ["step", "exponential"],
];

/** What has no meaning together: the member that is at fault, whether it is, and the remedy. */
const CONFLICTS: readonly (readonly [name: keyof Configuration, isWrong: (members: Configuration) => boolean, remedy: string])[] =
  [
    ["dropout", ({ dropout, hidden }) => dropout.length !== hidden.length, "give one rate for each hidden layer"],
    [
      "momentum",
      ({ momentum, optimizer }) => momentum !== undefined && !momentous.includes(optimizer),
      "leave it out, or take sgd or rmsprop",
    ],
    [
      "nesterov",
      ({ nesterov, optimizer, momentum = 0 }) => nesterov === true && (optimizer !== "sgd" || momentum === 0),
      "leave it out, or take sgd with a momentum above 0",
    ],
    [
      "clipValue",
      ({ clipNorm, clipValue }) => clipNorm !== undefined && clipValue !== undefined,
      "give clipNorm or clipValue, not both",
    ],
    [
      "decaySteps",
      ({ decaySteps, schedule = "constant" }) => decaySteps !== undefined && !stepping.includes(schedule),
      `leave it out, or take one of the schedules ${stepping.join(", ")}`,
    ],
    [
      "decayFactor",
      ({ decayFactor, schedule = "constant" }) => decayFactor !== undefined && !factored.includes(schedule),
      `leave it out, or take one of the schedules ${factored.join(", ")}`,
    ],
    [
      "dropoutSchedule",
      ({ dropoutSchedule, dropout, inputDropout }) =>
        dropoutSchedule !== undefined && [...dropout, inputDropout].every((rate) => rate === 0),
      "give rates above 0, or leave it out",
    ],
    [
      "dropoutSchedule",
      ({ dropoutSchedule, dropout, inputDropout }) =>
        dropoutSchedule !== undefined &&
        [...dropout, inputDropout].some((rate) => rateScheduleOf(dropoutSchedule)(0, { steps: 1, rate }) > 1),
      "give lower rates: its first ones would be above 1",
    ],
    [
      "scaling",
      ({ scaling, dropoutKind }) => scaling !== "inverted" && dropoutKind !== "dropout",
      "leave it inverted: dropout alone has two scalings",
    ],
    [
      "activation",
      ({ activation, dropoutKind }) => dropoutKind === "alpha" && activation !== "selu",
      "take selu: alpha dropout is made for it",
    ],
    [
      "activation",
      ({ activation, dropoutKind }) =>
        dropoutKind === "standout" && !(standoutActivations as readonly string[]).includes(activation),
      `with standout take one of ${standoutActivations.join(", ")}`,
    ],
    [
      "dropout",
      ({ dropout, dropoutKind }) => ["gaussian", "alpha"].includes(dropoutKind) && dropout.includes(1),
      "give rates below 1: at 1 this kind has no values",
    ],
    [
      "inputDropout",
      ({ inputDropout, dropoutKind }) => dropoutKind === "gaussian" && inputDropout === 1,
      "give a rate below 1: its noise has no variance there",
    ],
  ];

/** The schema of a {@link Configuration}. */
export const configurationSchema: v.GenericSchema<unknown, Configuration> = v.pipe(
  members,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { value } = dataset;
    const conflict = CONFLICTS.find(([, isWrong]) => isWrong(value));
    if (!conflict) return;
    const [key, , message] = conflict;
    addIssue({ message, input: value[key], path: [{ type: "object", origin: "value", input: value, key, value: value[key] }] });
  }),
);

/** What stands where nothing is said: the network of `drowse train` on tables, a little shorter. */
export const standardConfiguration: Configuration = {
  hidden: [128, 128],
  activation: "relu",
  dropoutKind: "dropout",
  dropout: [0.2, 0.2],
  inputDropout: 0,
  scaling: "inverted",
  optimizer: "adamW",
  learningRate: 0.001,
  weightDecay: 0.01,
  maxNorm: "none",
  batchSize: 32,
  epochs: 100,
  patience: 10,
  labelSmoothing: 0,
};

/**
 * Checks a configuration.
 * @param settings - what differs from {@link standardConfiguration}. Another optimizer brings its own learning rate, momentum and
 * weight decay; another number of layers needs as many rates.
 * @throws {DrowseError} on unknown settings, values out of range, and values that have no meaning together.
 * @example
 * const none = configuration({ hidden: [64, 64], dropout: [0, 0] });
 */
export function configuration(settings: Partial<Configuration> = {}): Configuration {
  const { optimizer } = settings;
  const own = optimizer !== undefined && Object.hasOwn(optimizerDefaults, optimizer) ? optimizerDefaults[optimizer] : {};
  return parse("configuration", "configuration", configurationSchema, { ...standardConfiguration, ...own, ...settings });
}
