import fc from "fast-check";
import {
  alphaDropout,
  type Block,
  type BranchScaling,
  batchNorm,
  type Data,
  dense,
  dropout,
  elu,
  flatten,
  gaussianDropout,
  gaussianNegativeLogLikelihood,
  gelu,
  type Layer,
  type LossOption,
  layerNorm,
  leakyRelu,
  type Model,
  maxout,
  relu,
  residual,
  type Scaling,
  type StandoutActivation,
  selu,
  sequential,
  sigmoid,
  softplus,
  standout,
  swish,
  tanh,
} from "../src/index.ts";
import { type ActivationName, activations } from "../src/reference/activations.ts";
import { alphaMap } from "../src/reference/alpha-dropout.ts";
import { columnStatistics } from "../src/reference/batch-norm.ts";
import type { LossName } from "../src/reference/loss-by-name.ts";
import { type NetworkLayer, prediction } from "../src/reference/network.ts";
import { sizeOf } from "../src/tensor/shape.ts";
import { Draws } from "./draws.ts";
import { twinOf } from "./twins.ts";

/** The rates that every test of dropout goes through. */
export const RATES = [0, 0.2, 0.5, 0.9, 1];

export type LayerRecipe =
  | { readonly type: "dense"; readonly units: number; readonly bias: boolean }
  | { readonly type: "dropout"; readonly rate: number; readonly shared?: boolean }
  | FamilyRecipe
  | { readonly type: "batchNorm"; readonly momentum: number; readonly epsilon: number }
  | { readonly type: "layerNorm"; readonly epsilon: number }
  | ResidualRecipe
  | { readonly type: "relu" }
  | ActivationRecipe
  | { readonly type: "flatten" };

/** Other kinds of dropout, and maxout. */
export type FamilyRecipe =
  | { readonly type: "gaussianDropout" | "alphaDropout"; readonly rate: number }
  | StandoutRecipe
  | { readonly type: "maxout"; readonly pieces: number };

/** A block whose branch begins at the width that it gets and ends in it. */
export interface ResidualRecipe {
  readonly type: "residual";
  readonly layers: readonly LayerRecipe[];
  readonly rate: number;
  readonly scaling: BranchScaling;
}

export interface StandoutRecipe {
  readonly type: "standout";
  readonly alpha: number;
  readonly rate: number;
  readonly activation: StandoutActivation;
}

/** An activation besides the rectifier, as the twin has it: the name of its kernels and their parameter. */
export type ActivationRecipe = NetworkLayer & { readonly type: "activation" };

/** A network and its data as plain values, which fast-check can shrink and print. */
export interface Recipe {
  readonly input: readonly number[];
  readonly layers: readonly LayerRecipe[];
  readonly scaling: Scaling;
  readonly loss: LossName;
  /** Rows have weights. */
  readonly weighted: boolean;
  /** Rows of the data set, and how many of them make the batch. */
  readonly count: number;
  readonly rows: number;
  /** Inputs are bytes, or floats. */
  readonly bytes: boolean;
  /** Share of the inputs that are not zero. */
  readonly density: number;
  readonly seed: number;
}

/** Mostly small, some around and beyond a panel (28 columns) and a block (192 rows) of the kernels. */
const width = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 27 }) },
  { weight: 3, arbitrary: fc.integer({ min: 28, max: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: 190, max: 215 }) },
);
const activation: fc.Arbitrary<ActivationRecipe> = fc
  .tuple(fc.constantFrom(...(Object.keys(activations) as ActivationName[])), fc.constantFrom(0.01, 0.3, 1))
  .map(([name, setting]) => ({ type: "activation", name, parameter: name === "leakyRelu" || name === "elu" ? setting : 0 }));
/** Rectifiers as often as all other activations together. */
export const activationLayers: fc.Arbitrary<ActivationRecipe | { readonly type: "relu" }> = fc.oneof(
  fc.constant({ type: "relu" } as const),
  activation,
);
const below1 = fc.constantFrom(...RATES.filter((rate) => rate < 1));
export const family: fc.Arbitrary<FamilyRecipe> = fc.oneof(
  fc.record({ type: fc.constantFrom("gaussianDropout" as const, "alphaDropout" as const), rate: below1 }),
  fc.record({
    type: fc.constant("standout" as const),
    alpha: fc.constantFrom(-0.5, 0, 1, 3),
    rate: fc.constantFrom(...RATES),
    activation: fc.constantFrom<StandoutActivation[]>("relu", "relu", "selu", "gelu", "sigmoid", "swish", "tanh"),
  }),
  fc.record({ type: fc.constant("maxout" as const), pieces: fc.constantFrom(2, 3) }),
);
const epsilon = fc.constantFrom(1e-5, 0.1);
const norm = fc.oneof(
  fc.record({ type: fc.constant("batchNorm" as const), momentum: fc.constantFrom(0.1, 0.3, 1), epsilon }),
  fc.record({ type: fc.constant("layerNorm" as const), epsilon }),
);
const between: fc.Arbitrary<LayerRecipe> = fc.oneof(
  fc.constant<LayerRecipe>({ type: "relu" }),
  activation,
  fc.record({ type: fc.constant("dropout" as const), rate: fc.constantFrom(...RATES), shared: fc.nat(3).map((n) => n === 0) }),
  family,
  norm,
);
/** A loss by its name, also where the library has a function only. */
export function lossOf(name: LossName): LossOption {
  return name === "gaussianNegativeLogLikelihood" ? gaussianNegativeLogLikelihood() : name;
}

/** All losses, by name. */
export const LOSSES: readonly LossName[] = [
  "crossEntropy",
  "binaryCrossEntropy",
  "meanSquaredError",
  "meanAbsoluteError",
  "huber",
  "gaussianNegativeLogLikelihood",
];
function sometimes<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}
const some = fc.array(between, { maxLength: 3 });
const dense1 = fc.record({ type: fc.constant("dense" as const), units: width, bias: fc.boolean() });
const block = fc.letrec<{ block: ResidualRecipe; inner: LayerRecipe }>((tie) => ({
  block: fc.record({
    type: fc.constant("residual" as const),
    layers: fc.array(tie("inner"), { minLength: 1, maxLength: 3 }),
    rate: fc.constantFrom(...RATES),
    scaling: fc.constantFrom<BranchScaling[]>("inverted", "standard", "none"),
  }),
  inner: fc.oneof({ maxDepth: 3, depthSize: "small" }, between, dense1, dense1, tie("block")),
})).block;

/** Random networks: one to four dense layers, before, between and behind them up to three activations and dropouts in any order. */
export const recipes: fc.Arbitrary<Recipe> = fc
  .record({
    input: fc.oneof(
      width.map((inputs) => [inputs]),
      fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).map(([height, across]) => [height, across]),
    ),
    first: some,
    hidden: fc.array(fc.tuple(dense1, some, sometimes(block)), { minLength: 1, maxLength: 4 }),
    blockFirst: sometimes(block),
    scaling: fc.constantFrom<Scaling[]>("inverted", "standard"),
    loss: fc.constantFrom(...LOSSES),
    weighted: fc.boolean(),
    rows: fc.integer({ min: 1, max: 40 }),
    more: fc.integer({ min: 0, max: 20 }),
    bytes: fc.boolean(),
    density: fc.constantFrom(0.1, 0.5, 1),
    seed: fc.nat(2 ** 31),
  })
  .map(({ input, first, hidden, blockFirst, rows, more, ...rest }) => {
    const flat: LayerRecipe[] = input.length > 1 ? [{ type: "flatten" }] : [];
    const products = hidden.flatMap(([product, after, behind]) => [product, ...after, ...(behind ? [behind] : [])]);
    const layers = [...first, ...flat, ...(blockFirst ? [blockFirst] : []), ...products];
    const shaped = shaping(input, fitting(layers, rest.loss));
    return { input, layers: shaped, ...batching(shaped, rows, rows + more), ...rest };
  });

/** The layers with as many pieces as divide what they are given, normalisation where it can be, and branches that keep their shape. */
function shaping(input: readonly number[], layers: readonly LayerRecipe[]): LayerRecipe[] {
  let shape = input;
  return layers.flatMap((layer): LayerRecipe[] | LayerRecipe => {
    if (layer.type === "residual") return { ...layer, layers: keeping(shape, layer.layers) };
    if (layer.type === "dense") shape = [layer.units];
    if (layer.type === "flatten") shape = [sizeOf(shape)];
    if (layer.type === "batchNorm" && shape.length > 1) return [];
    if (layer.type === "layerNorm" && (shape.length > 1 || shape[0] === 1)) return [];
    if (layer.type !== "maxout") return layer;
    const last = shape[shape.length - 1];
    const pieces = last % layer.pieces === 0 ? layer.pieces : 1;
    shape = [...shape.slice(0, -1), last / pieces];
    return { ...layer, pieces };
  });
}

/** Rows of a batch and of the data, of which no batch has one row where that has no variance. */
function batching(layers: LayerRecipe[], rows: number, count: number): { rows: number; count: number } {
  if (!isIn(layers, "batchNorm")) return { rows, count };
  const some = Math.max(2, rows);
  return { rows: some, count: count % some === 1 ? count + 1 : Math.max(some, count) };
}

/** Whether layers, or those in their branches, are of a kind. */
export function isIn(layers: readonly LayerRecipe[], type: LayerRecipe["type"]): boolean {
  return layers.some((layer) => layer.type === type || (layer.type === "residual" && isIn(layer.layers, type)));
}

/** The layers of a branch; the last that can change the width gives back that of the block, and none behind it changes it. */
function keeping(shape: readonly number[], layers: readonly LayerRecipe[]): LayerRecipe[] {
  const last = layers.findLastIndex(({ type }) => type === "dense");
  const fitted = layers.map((layer, i): LayerRecipe => {
    if (layer.type === "maxout" && i > last) return { type: "maxout", pieces: 1 };
    return i === last && layer.type === "dense" ? { ...layer, units: shape[shape.length - 1] } : layer;
  });
  const shaped = shaping(shape, fitted);
  return shaped.length > 0 ? shaped : [{ type: "relu" }];
}

/**
 * The layers with an end that the loss takes: no activation before a loss that brings its own link, two classes at least, two
 * outputs for each Gaussian target.
 */
function fitting(given: LayerRecipe[], loss: LossName): LayerRecipe[] {
  const last = given.findLastIndex(({ type }) => type === "dense");
  // The last dense layer is what `make` holds the outputs by.
  const layers = given.filter(({ type }, i) => i < last || type !== "residual");
  if (loss !== "crossEntropy" && loss !== "binaryCrossEntropy" && loss !== "gaussianNegativeLogLikelihood") return layers;
  return layers.flatMap((layer, i): LayerRecipe[] => {
    if (i > last && layer.type !== "dropout") return [];
    if (i !== last || layer.type !== "dense" || loss === "binaryCrossEntropy") return [layer];
    return [{ ...layer, units: loss === "crossEntropy" ? layer.units + 1 : 2 * layer.units }];
  });
}

/** A network whose hidden layers are as wide as these numbers, with the given rates before each dense layer. */
export function plainRecipe(changes: Partial<Recipe> & Pick<Recipe, "layers">): Recipe {
  const defaults = {
    input: [13],
    scaling: "inverted",
    loss: "crossEntropy",
    count: 30,
    rows: 24,
    bytes: false,
    weighted: false,
  } as const;
  return { ...defaults, density: 0.7, seed: 11, ...changes };
}

function layerOf(recipe: LayerRecipe, scaling: Scaling): Layer | Block {
  switch (recipe.type) {
    case "dense":
      return dense(recipe.units, { bias: recipe.bias });
    case "dropout":
      return dropout({ rate: recipe.rate, scaling, ...(recipe.shared ? { sharedAcross: ["batch"] } : {}) });
    case "gaussianDropout":
      return gaussianDropout({ rate: recipe.rate });
    case "alphaDropout":
      return alphaDropout({ rate: recipe.rate });
    case "standout":
      return standout({ alpha: recipe.alpha, rate: recipe.rate, activation: recipe.activation });
    case "maxout":
      return maxout({ pieces: recipe.pieces });
    case "batchNorm":
      return batchNorm({ momentum: recipe.momentum, epsilon: recipe.epsilon });
    case "layerNorm":
      return layerNorm({ epsilon: recipe.epsilon });
    case "residual": {
      const branch = recipe.layers.map((layer) => layerOf(layer, scaling));
      return residual(branch, { dropPath: recipe.rate, scaling: recipe.scaling });
    }
    case "relu":
      return relu();
    case "activation":
      return activationOf(recipe);
    case "flatten":
      return flatten();
  }
}

function activationOf({ name, parameter }: ActivationRecipe): Layer {
  if (name === "leakyRelu") return leakyRelu({ slope: parameter });
  if (name === "elu") return elu({ alpha: parameter });
  if (name === "geluTanh") return gelu({ approximation: "tanh" });
  return { gelu, selu, sigmoid, softplus, swish, tanh }[name]();
}

/** A recipe carried out: the model, its data, and the rows of the batch in a random order. */
export interface Made {
  readonly model: Model;
  readonly data: Data & { readonly x: Float32Array | Uint8Array; readonly y: Int32Array | Float32Array } & {
    readonly sampleWeights?: Float32Array;
  };
  /** The inputs as numbers, [count, inputs]. */
  readonly inputs: Float64Array;
  readonly rows: Uint32Array;
}

/**
 * Makes the model with biases that are not zero, and with last weights so small that no output is beyond 1: a
 * softmax near 0 or 1 would leave f32 few digits of its gradient.
 */
export function make(recipe: Recipe): Made {
  const { input, layers, scaling, loss, count, rows, bytes, density, seed, weighted } = recipe;
  const draws = new Draws(seed);
  const model = sequential(
    { input, seed },
    layers.map((layer) => layerOf(layer, scaling)),
  );
  for (const [name, values] of model.weights) {
    if (name.endsWith(".bias")) model.setWeights({ [name]: draws.floats(values.length, 1, 0.3) });
  }
  for (const { name, layer, outputShape } of model.graph.nodes) {
    if (layer.kind !== "batchNorm" && layer.kind !== "layerNorm") continue;
    model.setWeights({ [`${name}.weight`]: draws.floats(outputShape[0], 1, 0.5).map((value) => 1 + value) });
  }
  const size = sizeOf(input);
  const floats = draws.floats(count * size, density);
  const x = bytes ? Uint8Array.from(floats, (value) => Math.abs(value) * 255) : floats;
  const inputs = Float64Array.from(x, (value) => (bytes ? value / 255 : value));
  setRunning(model, inputs, count, draws);
  limitOutputs(model, inputs, count);
  const outputs = sizeOf(model.outputShape) / (loss === "gaussianNegativeLogLikelihood" ? 2 : 1);
  const y =
    loss === "crossEntropy"
      ? Int32Array.from({ length: count }, () => draws.integer(0, outputs - 1))
      : loss === "binaryCrossEntropy"
        ? Float32Array.from({ length: count * outputs }, () => [0, 1, draws.unit()][draws.integer(0, 2)])
        : // away from the outputs, so that their difference keeps its digits
          Float32Array.from({ length: count * outputs }, () => (1.5 + draws.unit()) * (draws.unit() < 0.5 ? -1 : 1));
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  for (let last = count - 1; last > 0; last--) {
    const other = draws.integer(0, last);
    [order[last], order[other]] = [order[other], order[last]];
  }
  const sampleWeights = Float32Array.from({ length: weighted ? count : 0 }, () => Math.max(0, 2.5 * draws.unit() - 0.5));
  return { model, data: weighted ? { x, y, sampleWeights } : { x, y }, inputs, rows: order.slice(0, rows) };
}

/** Running statistics near to those of the data, as training leaves them. */
function setRunning(model: Model, inputs: Float64Array, count: number, draws: Draws): void {
  for (const { name, layer } of model.graph.nodes) {
    if (layer.kind !== "batchNorm") continue;
    const { layers } = twinOf(model, { loss: "crossEntropy", pass: 0 });
    const at = model.graph.nodes.filter((node) => node.layer.kind !== "flatten").findIndex((node) => node.name === name);
    const { mean, variance } = columnStatistics(prediction(layers.slice(0, at), inputs, count), count, 0);
    model.setWeights({
      [`${name}.running_mean`]: mean.map((value) => value + 0.2 * (draws.unit() - 0.5)),
      [`${name}.running_var`]: variance.map((value) => value * (0.8 + 0.4 * draws.unit())),
    });
  }
}

function limitOutputs(model: Model, inputs: Float64Array, count: number): void {
  const { layers } = twinOf(model, { loss: "crossEntropy", pass: 0 });
  // In training a kept unit is up to 1 / keep larger than in prediction.
  const gain = layers.reduce((product, layer) => product * gainOf(layer), 1);
  const largest = prediction(layers, inputs, count).reduce((most, value) => Math.max(most, Math.abs(value)), 0) * gain;
  const last = model.graph.nodes.findLast(({ layer, path }) => layer.kind === "dense" && !path.includes("."))?.name;
  if (largest <= 1) return;
  for (const part of ["weight", "bias"]) {
    const values = model.weights.get(`${last}.${part}`);
    if (values) model.setWeights({ [`${last}.${part}`]: values.map((value) => value / largest) });
  }
}

/** How much larger than in prediction a layer's output may be. */
function gainOf(layer: NetworkLayer): number {
  if (layer.type === "gaussianDropout") return 1 + 4 * Math.sqrt(layer.rate / (1 - layer.rate));
  if (layer.type === "alphaDropout") return 3 * alphaMap(layer.rate).a;
  if (layer.type === "standout" || layer.type === "batchNorm") return 2;
  if (layer.type === "residual") return layer.rate < 1 && layer.scaling === "inverted" ? 1 / (1 - layer.rate) : 2;
  return layer.type === "dropout" && layer.rate < 1 ? 1 / (1 - layer.rate) : 1;
}
