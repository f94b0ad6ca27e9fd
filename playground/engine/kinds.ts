import { dense, dropout, dropoutMask, type Layer, type Model, sequential } from "drowse";
import { limits } from "../state/fitting.ts";
import { rateOf, type Settings } from "../state/settings.ts";
import { alphaFactors } from "./alpha.ts";
import { onesOnly } from "./ones.ts";

// The kinds of dropout: what stands in the network, and what it draws, which follows from keys.

let loaded: typeof import("./family.ts") | undefined;

/** Loads what a kind is made of, if it is not there; before the first network of that kind. */
export async function loadKind({ kind }: Pick<Settings, "kind">): Promise<void> {
  if (kind !== "dropout") loaded ??= await import("./family.ts");
}

/** The layers of the family. */
function family() {
  if (!loaded) throw new Error("no kind of dropout but dropout itself is loaded; call loadKind first");
  return loaded;
}

/** The dropout layers by their names: these are part of the masks' keys, and what rates are changed by. */
export const INPUT_DROPOUT = "input";
export const hiddenDropout = (layer: number) => `hidden${layer + 1}`;
/** The layers of weights. DropConnect draws by the name of its layer. */
export const weightsName = (index: number) => `dense${index + 1}`;

/** A column of units: 0 are the inputs, 1 the first hidden layer. */
export const columnName = (column: number) => (column === 0 ? INPUT_DROPOUT : hiddenDropout(column - 1));
/** The rate that the settings give to a column. */
export const columnRate = (settings: Settings, column: number) =>
  column === 0 ? settings.inputRate : rateOf(settings, column - 1);

/** The kind of dropout on a column's units: those that belong to an activation, or learn, leave plain dropout to the inputs. */
export function unitKind({ kind }: Settings, column: number): Exclude<Settings["kind"], "dropConnect"> | "none" {
  if (kind === "dropConnect") return "none";
  return column === 0 && kind !== "gaussian" ? "dropout" : kind;
}

/** The layer behind a column's units. A standout layer is the activation as well. */
export function dropoutLayer(settings: Settings, column: number): Layer {
  const [name, rate] = [columnName(column), columnRate(settings, column)];
  switch (unitKind(settings, column)) {
    case "dropout":
      return dropout({ rate, scaling: settings.scaling, name });
    case "gaussian":
      return family().gaussianDropout({ rate, name });
    case "alpha":
      return family().alphaDropout({ rate, name });
    case "concrete":
      return family().concreteDropout({ rate, name });
    case "variational":
      return family().variationalDropout({ rate, name });
    case "standout":
      return family().standout({ rate, activation: standoutActivation(settings), name });
    case "none":
      // Of rate 0: the exact identity.
      return dropout({ rate: 0, name });
  }
}

function standoutActivation({ activation }: Settings) {
  if (activation === "leakyRelu" || activation === "elu") throw new Error(`standout cannot hold ${activation}; choose relu`);
  return activation;
}

/** How the weights begin: as selu wants them, or as all others do. */
const initializer = ({ activation }: Settings) => (activation === "selu" ? ({ initializer: "lecun" } as const) : {});

/** The weights from a column to the next, of so many units. With DropConnect they sleep, by the rate of the column they come from. */
export function weightsLayer(settings: Settings, column: number, units: number): Layer {
  const name = weightsName(column);
  if (settings.kind !== "dropConnect") return dense(units, { name, ...initializer(settings) });
  const { scaling } = settings;
  // A mask for each row, as in the paper: so a point has masks of its own here as with all other kinds.
  const options = { rate: columnRate(settings, column), scaling, sharedAcross: [], name, ...initializer(settings) };
  return family().dropConnect(units, options);
}

/** The rates that can be changed while it trains, by the names of their layers; learned ones are not among them. */
export function steeredRates(settings: Settings): Readonly<Record<string, number>> {
  const columns = Array.from({ length: settings.hidden.length + 1 }, (_, column) => column);
  const learns = (column: number) => column > 0 && limits[settings.kind].learns;
  const name = settings.kind === "dropConnect" ? weightsName : columnName;
  return Object.fromEntries(
    columns.filter((column) => !learns(column)).map((column) => [name(column), columnRate(settings, column)]),
  );
}

/** The rate of a column as it stands in a model: where a schedule moves it, or where it is learned, it is not that of the settings. */
export function rateNow(model: Model, settings: Settings, column: number): number {
  const { rates } = model;
  return rates[settings.kind === "dropConnect" ? weightsName(column) : columnName(column)] ?? columnRate(settings, column);
}

/** The settings with the rates as they stand; where rates are learned with those that they began with. */
export function settingsNow(model: Model, settings: Settings): Settings {
  const { learns } = limits[settings.kind];
  const now = (column: number) => (learns && column > 0 ? columnRate(settings, column) : rateNow(model, settings, column));
  return { ...settings, inputRate: now(0), rates: settings.hidden.map((_, index) => now(index + 1)) };
}

/** Whether anything sleeps, or is shaken, in a network. */
export function drawsAtRandom({ rates }: Model): boolean {
  return Object.values(rates).some((rate) => rate > 0);
}

/** What a dropout layer draws for the units of a row in a pass: y = factor x + shift. */
export interface Draw {
  /** 1: awake, 0: asleep. With noise nobody sleeps. */
  readonly mask: Uint8Array;
  /** What the units are multiplied by: mask and scale in one, or noise. */
  readonly factors: Float32Array;
  /** What is added then: by alpha dropout alone. */
  readonly shift: Float32Array;
}

/** Which row in which pass. */
export interface Place {
  readonly row: number;
  readonly pass: number;
}

const plainly = (units: number, value: number) => new Float32Array(units).fill(value);

/**
 * What the dropout layer behind a column draws. Not of standout: there it depends on what the units hold (`standoutMask`).
 * @param model - the network with its rates as they stand, those that it has learned among them.
 */
export async function drawOf(model: Model, settings: Settings, column: number, place: Place): Promise<Draw> {
  const name = columnName(column);
  const { row, pass } = place;
  const rate = rateNow(model, settings, column);
  const units = column === 0 ? model.inputShape[0] : settings.hidden[column - 1];
  const shift = plainly(units, 0);
  switch (unitKind(settings, column)) {
    case "gaussian": {
      const { data: factors } = family().dropoutNoise(model, name, { rows: [row], pass });
      return { mask: new Uint8Array(units).fill(1), factors, shift };
    }
    case "variational": {
      // Gaussian dropout at the rate that was learned has the same noise.
      const noisy = sequential({ input: [units], seed: model.seed }, [family().gaussianDropout({ rate, name })]);
      const { data: factors } = family().dropoutNoise(noisy, name, { rows: [row], pass });
      return { mask: new Uint8Array(units).fill(1), factors, shift };
    }
    case "concrete": {
      const factors = await relaxedMask(model, name, units, place);
      return { mask: Uint8Array.from(factors, (factor) => Number(factor * (1 - rate) > 0.5)), factors, shift };
    }
    case "alpha": {
      const { data: mask } = dropoutMask(model, name, { rows: [row], pass });
      const { a, b, asleep } = alphaFactors(rate);
      return {
        mask,
        factors: Float32Array.from(mask, (word) => word * a),
        shift: Float32Array.from(mask, (word) => b + (1 - word) * a * asleep),
      };
    }
    case "standout":
    case "none":
      return { mask: new Uint8Array(units).fill(1), factors: plainly(units, 1), shift };
    case "dropout": {
      const { data: mask } = dropoutMask(model, name, { rows: [row], pass });
      const scale = settings.scaling === "standard" || rate === 1 ? 1 : 1 / (1 - rate);
      return { mask, factors: Float32Array.from(mask, (word) => word * scale), shift };
    }
  }
}

/** What a concrete dropout layer makes of ones. */
async function relaxedMask(model: Model, name: string, units: number, place: Place): Promise<Float32Array> {
  const probe = sequential({ input: [units], seed: model.seed }, [family().concreteDropout({ name }), dense(1)]);
  const logit = model.weights.get(`${name}.logit`);
  if (logit) probe.setWeights({ [`${name}.logit`]: logit });
  const { row, pass } = place;
  const { layers } = await probe.trace(onesOnly(units, 1, row + 1), { loss: "meanSquaredError", rows: [row], pass });
  return layers.get(name)?.output.data ?? plainly(units, 1);
}

/** The probability to keep a unit whose pre-activation is a: sigmoid(a + beta), beta = log((1 - rate) / rate). */
export function standoutKeep(preactivation: number, rate: number): number {
  if (rate === 0 || rate === 1) return 1 - rate;
  return 1 / (1 + (rate / (1 - rate)) * Math.exp(-preactivation));
}

/** Who is awake behind a standout layer: each unit has a mask like dropout's, at a rate of its own. */
export function standoutMask(
  seed: number,
  name: string,
  { preactivations, rate, row, pass }: { preactivations: Float32Array; rate: number } & Place,
): Uint8Array {
  return Uint8Array.from(preactivations, (value, unit) => {
    const own = 1 - standoutKeep(value, rate);
    const plain = sequential({ input: [preactivations.length], seed }, [dropout({ rate: own, name })]);
    return dropoutMask(plain, name, { rows: [row], pass }).data[unit];
  });
}

/** Which weights are awake between a column and the next: [outputs, inputs]. */
export async function weightMask(
  seed: number,
  { column, rate, inputs, units, row, pass }: { column: number; rate: number; inputs: number; units: number } & Place,
): Promise<Uint8Array> {
  const name = weightsName(column);
  const nothing = new Float32Array(units * inputs);
  await loadKind({ kind: "dropConnect" });
  const layer = family().dropConnect(units, { rate, sharedAcross: [], name, initializer: nothing });
  const probe = sequential({ input: [inputs], seed }, [layer]);
  // The gradient of each weight is that of its unit, which is not 0, where it is awake.
  const { gradients } = await probe.trace(onesOnly(inputs, units, row + 1), { loss: "meanSquaredError", rows: [row], pass });
  return Uint8Array.from(gradients.get(`${name}.weight`) ?? nothing, (gradient) => Number(gradient !== 0));
}
