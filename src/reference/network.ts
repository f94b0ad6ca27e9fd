import { type ActivationName, activate, activationGradient } from "./activations.ts";
import { alphaDropout, alphaDropoutGradient } from "./alpha-dropout.ts";
import {
  type BatchNormParameters,
  batchNormForward,
  batchNormFrozen,
  batchNormGradient,
  batchNormRunning,
} from "./batch-norm.ts";
import { concreteDropout, concreteDropoutGradients, uniforms } from "./concrete-dropout.ts";
import { copiesLoss, copyIndices, repeatRows, sumCopies, weightedCopies } from "./copies.ts";
import { denseBiasGradient, denseForward, denseInputGradient, denseWeightGradient } from "./dense.ts";
import { dropConnectForward, dropConnectGradients, dropConnectMask } from "./drop-connect.ts";
import { dropout, dropoutMask, predictionScale, type Scaling, trainingScale } from "./dropout.ts";
import { gaussianDropout, gaussianNoise } from "./gaussian-dropout.ts";
import { type LayerNormParameters, layerNormForward, layerNormGradient } from "./layer-norm.ts";
import { type Penalties, penaltiesOf } from "./learned.ts";
import { sumLosses } from "./loss.ts";
import { type LossName, lossOf } from "./loss-by-name.ts";
import type { MaskKeys } from "./mask-words.ts";
import { maxout, maxoutGradient } from "./maxout.ts";
import type { Numbers } from "./numbers.ts";
import { relu, reluGradient } from "./relu.ts";
import { type BranchScaling, branchPredictionScale, branchTrainingScale, dropPath, dropPathMask } from "./residual.ts";
import { scale } from "./scale.ts";
import { keepProbability, standoutMask } from "./standout.ts";
import { normalNoise, variationalDropout, variationalDropoutGradients } from "./variational-dropout.ts";

export type NetworkLayer =
  /** Z = H W + b: weight [K, N], bias [N] or none. */
  | { readonly type: "dense"; readonly K: number; readonly N: number; readonly weight: Numbers; readonly bias?: Numbers }
  | { readonly type: "relu" }
  | { readonly type: "activation"; readonly name: ActivationName; readonly parameter: number }
  /** The mask is given [B, N], or made from its keys; where they name a batch, all rows have the mask of row `batch`. */
  | {
      readonly type: "dropout";
      readonly rate: number;
      readonly scaling: Scaling;
      readonly mask: Numbers | (MaskKeys & { readonly batch?: number });
    }
  /** The noise is given [B, N], or made from its keys. */
  | { readonly type: "gaussianDropout"; readonly rate: number; readonly mask: Numbers | MaskKeys }
  | { readonly type: "alphaDropout"; readonly rate: number; readonly mask: Numbers | MaskKeys }
  | {
      readonly type: "standout";
      readonly alpha: number;
      readonly beta: number;
      readonly activation: ActivationName | "relu";
      readonly mask: Numbers | MaskKeys;
    }
  /** y = (m * W) x scale + b: one mask [K, N] where its keys name a batch, else [B, K, N]. */
  | {
      readonly type: "dropConnect";
      readonly K: number;
      readonly N: number;
      readonly weight: Numbers;
      readonly bias?: Numbers;
      readonly rate: number;
      readonly scaling: Scaling;
      readonly mask: Numbers | (MaskKeys & { readonly batch?: number });
    }
  /** Noise that is learned: the logarithm of its variance, one or one per unit; or the logit of the rate. */
  | {
      readonly type: "variationalDropout";
      readonly learned: Numbers;
      readonly klWeight: number;
      readonly mask: Numbers | MaskKeys;
    }
  | {
      readonly type: "concreteDropout";
      readonly learned: Numbers;
      readonly temperature: number;
      readonly weightRegularizer: number;
      readonly dropoutRegularizer: number;
      readonly mask: Numbers | MaskKeys;
    }
  | { readonly type: "maxout"; readonly pieces: number }
  | ({ readonly type: "batchNorm" } & BatchNormParameters)
  | ({ readonly type: "layerNorm" } & LayerNormParameters)
  /** y = x + m scale f, where x is what layer `from` received and f what this one receives: layers from there on are the branch. */
  | {
      readonly type: "residual";
      readonly from: number;
      readonly rate: number;
      readonly scaling: BranchScaling;
      readonly mask: Numbers | MaskKeys;
    };

export interface Network {
  readonly layers: readonly NetworkLayer[];
  readonly loss: LossName;
  /** Label smoothing of the cross-entropies, by default 0; delta of huber, by default 1. */
  readonly lossSetting?: number;
  /** Factor of the penalty l2 / 2 ||W||^2 on every weight, biases apart; 0 when left out. */
  readonly l2?: number;
  /** Every row comes `count` times to layer `from` and all behind it; with alpha the loss is R-Drop, else the mean over the copies. */
  readonly copies?: { readonly count: number; readonly from: number; readonly alpha?: number };
  /** Rows that are trained on, over which penalties of layers are spread; 1 when left out. */
  readonly trainingRows?: number;
}

/** B rows: inputs [B, K of the first layer], their indices in the data set [B], class indices [B] or numbers [B, N] (Gaussian: N / 2), weights [B] or none. */
export interface Batch {
  readonly x: Numbers;
  readonly indices: Numbers;
  readonly targets: Numbers;
  readonly weights?: Numbers;
}

export interface TrainingPass {
  /** Mean weighted loss of the rows, without the penalty. */
  readonly loss: number;
  /** What layers add to it that learn their noise. */
  readonly penalty: number;
  /** loss + penalty + l2 / 2 ||W||^2: what the gradients are gradients of. */
  readonly objective: number;
  /** values[i] is what layer i received, where copies begin still without them; the last is the network's output. */
  readonly values: readonly Float64Array[];
  /** The mask or noise of each layer that draws one, by the index of the layer. */
  readonly masks: readonly (Numbers | undefined)[];
  /** Gradient with respect to each of the values. */
  readonly valueGradients: readonly Float64Array[];
  /** Gradients of the parameters of each layer that has any, by the index of the layer. */
  readonly gradients: readonly ({ readonly weight: Float64Array; readonly bias?: Float64Array } | undefined)[];
  /** Gradient of what each layer learns of its noise, by the index of the layer. */
  readonly learned: readonly (Float64Array | undefined)[];
  /** The running statistics after the step, by the index of the layer that keeps them. */
  readonly running: readonly ({ readonly runningMean: Float64Array; readonly runningVar: Float64Array } | undefined)[];
}

/** Forward and backward through a whole network in training: every value, every gradient, nothing fused. */
export function trainingPass(network: Network, { x, indices, targets, weights }: Batch): TrainingPass {
  const { layers, l2 = 0, trainingRows = 1, copies } = network;
  const B = indices.length;
  const values: Float64Array[] = [Float64Array.from(x)];
  /** How often a row comes to layer i, and rows of what it receives. */
  const times = (i: number) => (copies && i >= copies.from ? copies.count : 1);
  const rows = (i: number) => B * times(i);
  /** The values as layer i is given them: of those that are made before copies begin, copies. */
  const given = (i: number) =>
    times(i) === 1 ? values : values.map((value, j) => (times(j - 1) === 1 ? repeatRows(value, B, times(i)) : value));
  const masks = layers.map((layer, i) => {
    const mask = "mask" in layer ? maskOf(layer, given(i)[i], copyIndices(indices, times(i))) : undefined;
    values.push(forward(layer, given(i), i, mask, rows(i)));
    return mask;
  });

  const unweighted = copies
    ? copiesLoss({ ...network, ...copies }, values[layers.length], targets, B, copies.count)
    : lossOf(network, values[layers.length], targets, B);
  const result = weights ? weightedCopies(unweighted, weights, copies?.count ?? 1) : unweighted;
  const valueGradients: Float64Array[] = [result.gradient];
  /** What residual connections add to the gradient of what a layer received. */
  const passed = new Map<number, Float64Array[]>();
  const gradients: TrainingPass["gradients"][number][] = [];
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i];
    const d = valueGradients[0];
    const received = given(i)[i];
    gradients.unshift(parameterGradients(layer, received, d, masks[i] ?? [], l2, rows(i)));
    if (layer.type === "residual") passed.set(layer.from, [...(passed.get(layer.from) ?? []), d]);
    const below = backward(layer, { x: received, y: values[i + 1], d, mask: masks[i], B: rows(i) });
    const parts = [below, ...(passed.get(i) ?? [])];
    valueGradients.unshift(sumOf(parts.map((part) => sumCopies(part, rows(i - 1), part.length / values[i].length))));
  }

  const learned = layers.map((layer, i) => learnedGradient(layer, given(i)[i], valueGradients[i + 1], masks[i] ?? [], rows(i)));
  const penalties = penaltiesOf(
    layers,
    values.map(({ length }, i) => length / rows(i - 1)),
    trainingRows,
  );
  addPenalties(penalties, layers, { gradients, learned });

  const mean = sumLosses(result).loss / B;
  const running = layers.map((layer, i) =>
    layer.type === "batchNorm" ? batchNormRunning(given(i)[i], layer, rows(i)) : undefined,
  );
  const objective = mean + penalties.value + penalty(layers, l2);
  return { loss: mean, penalty: penalties.value, objective, values, masks, valueGradients, gradients, learned, running };
}

function sumOf(parts: readonly Float64Array[]): Float64Array {
  return parts[0].map((_, at) => parts.reduce((sum, part) => sum + part[at], 0));
}

/** The network's output in prediction: nothing sleeps, standard scaling multiplies by keep, and statistics are the running ones. */
export function prediction(layers: readonly NetworkLayer[], x: Numbers, B: number): Float64Array {
  const values: Float64Array[] = [Float64Array.from(x)];
  for (const [i, layer] of layers.entries()) values.push(predicted(layer, values, i, B));
  return values[layers.length];
}

function predicted(layer: NetworkLayer, values: readonly Float64Array[], i: number, B: number): Float64Array {
  const value = values[i];
  if (layer.type === "dropout") return scale(value, predictionScale(layer.rate, layer.scaling));
  if (layer.type === "batchNorm") return batchNormFrozen(value, layer);
  if (layer.type === "dropConnect") {
    const weight = Float64Array.from(layer.weight, (w) => w * predictionScale(layer.rate, layer.scaling));
    return denseForward(value, weight, layer.bias, { B, K: layer.K, N: layer.N });
  }
  if (layer.type === "residual") {
    const awake = new Uint8Array(value.length).fill(1);
    return dropPath(values[layer.from], value, awake, branchPredictionScale(layer.rate, layer.scaling));
  }
  const isSilent = "rate" in layer || "learned" in layer;
  if (isSilent) return value;
  return forward(layer, values, i, layer.type === "standout" ? keepProbability(value, layer.alpha, layer.beta) : undefined, B);
}

/** The output of one Monte Carlo sample: masks as in training, statistics the running ones. */
export function sampledPass(layers: readonly NetworkLayer[], { x, indices }: Batch): Float64Array {
  const values: Float64Array[] = [Float64Array.from(x)];
  for (const [i, layer] of layers.entries()) {
    const mask = "mask" in layer ? maskOf(layer, values[i], indices) : undefined;
    const isFrozen = layer.type === "batchNorm";
    values.push(isFrozen ? batchNormFrozen(values[i], layer) : forward(layer, values, i, mask, indices.length));
  }
  return values[layers.length];
}

function maskOf(layer: Extract<NetworkLayer, { mask: unknown }>, x: Float64Array, indices: Numbers): Numbers {
  const { mask } = layer;
  if ("length" in mask) return mask;
  const N = x.length / indices.length;
  switch (layer.type) {
    case "gaussianDropout":
      return gaussianNoise(layer.rate, indices, N, mask);
    case "alphaDropout":
      return dropoutMask(layer.rate, indices, N, mask);
    case "standout":
      return standoutMask(x, layer, indices, mask);
    case "variationalDropout":
      return normalNoise(indices, N, mask);
    case "concreteDropout":
      return uniforms(indices, N, mask);
    case "dropConnect": {
      const batch = "batch" in mask ? mask.batch : undefined;
      return dropConnectMask(layer.rate, batch === undefined ? indices : [batch], layer, mask);
    }
    case "residual":
      return dropPathMask(layer.rate, indices, N, mask);
    case "dropout": {
      const batch = "batch" in mask ? mask.batch : undefined;
      return dropoutMask(layer.rate, batch === undefined ? indices : Array.from(indices, () => batch), N, mask);
    }
  }
}

/** What layer i makes of what it receives. */
function forward(
  layer: NetworkLayer,
  values: readonly Float64Array[],
  i: number,
  mask: Numbers | undefined,
  B: number,
): Float64Array {
  const x = values[i];
  switch (layer.type) {
    case "dense":
      return denseForward(x, layer.weight, layer.bias, { B, K: layer.K, N: layer.N });
    case "relu":
      return relu(x);
    case "activation":
      return activate(layer.name, x, layer.parameter);
    case "dropout":
      return dropout(x, mask ?? [], trainingScale(layer.rate, layer.scaling));
    case "gaussianDropout":
      return gaussianDropout(x, mask ?? []);
    case "alphaDropout":
      return alphaDropout(x, mask ?? [], layer.rate);
    case "standout":
      return times(layer.activation === "relu" ? relu(x) : activate(layer.activation, x), mask ?? []);
    case "maxout":
      return maxout(x, layer.pieces);
    case "dropConnect":
      return dropConnectForward(x, masked(layer, mask ?? []), { B, K: layer.K, N: layer.N });
    case "variationalDropout":
      return variationalDropout(x, mask ?? [], layer.learned, x.length / B);
    case "concreteDropout":
      return concreteDropout(x, mask ?? [], layer.learned[0], layer.temperature);
    case "batchNorm":
      return batchNormForward(x, layer, B);
    case "layerNorm":
      return layerNormForward(x, layer);
    case "residual":
      return dropPath(values[layer.from], x, mask ?? [], branchTrainingScale(layer.rate, layer.scaling));
  }
}

/** From the gradient d of a layer's output y to that of its input x. */
function backward(
  layer: NetworkLayer,
  { x, y, d, mask, B }: { x: Float64Array; y: Float64Array; d: Float64Array; mask: Numbers | undefined; B: number },
): Float64Array {
  switch (layer.type) {
    case "dense":
      return denseInputGradient(d, layer.weight, { B, K: layer.K, N: layer.N });
    case "relu":
      return reluGradient(y, d);
    case "activation":
      return activationGradient(layer.name, x, d, layer.parameter);
    case "dropout":
      return dropout(d, mask ?? [], trainingScale(layer.rate, layer.scaling));
    case "gaussianDropout":
      return gaussianDropout(d, mask ?? []);
    case "alphaDropout":
      return alphaDropoutGradient(d, mask ?? [], layer.rate);
    case "standout": {
      const masked = times(d, mask ?? []);
      return layer.activation === "relu" ? reluGradient(x, masked) : activationGradient(layer.activation, x, masked);
    }
    case "maxout":
      return maxoutGradient(x, d, layer.pieces);
    case "dropConnect":
      return dropConnectGradients(x, d, masked(layer, mask ?? []), { B, K: layer.K, N: layer.N }).input;
    case "variationalDropout":
      return variationalDropoutGradients(x, d, mask ?? [], layer.learned, x.length / B).input;
    case "concreteDropout":
      return concreteDropoutGradients(x, d, mask ?? [], layer.learned[0], layer.temperature).input;
    case "batchNorm":
      return batchNormGradient(x, d, layer, B).dx;
    case "layerNorm":
      return layerNormGradient(x, d, layer).dx;
    case "residual":
      return dropout(d, mask ?? [], branchTrainingScale(layer.rate, layer.scaling));
  }
}

/** A layer's weights in training, with its mask and what it multiplies by. */
function masked<Layer extends { rate: number; scaling: Scaling; weight: Numbers; bias?: Numbers }>(layer: Layer, mask: Numbers) {
  return { weight: layer.weight, bias: layer.bias, mask, scale: trainingScale(layer.rate, layer.scaling) };
}

/** The data's gradient by what a layer learns of its noise. */
function learnedGradient(
  layer: NetworkLayer,
  x: Float64Array,
  d: Float64Array,
  mask: Numbers,
  B: number,
): Float64Array | undefined {
  if (layer.type === "variationalDropout") return variationalDropoutGradients(x, d, mask, layer.learned, x.length / B).logAlpha;
  if (layer.type !== "concreteDropout") return undefined;
  return Float64Array.of(concreteDropoutGradients(x, d, mask, layer.learned[0], layer.temperature).logit);
}

/** A number that is dropped is 0 whatever it was. */
function times(numbers: Numbers, mask: Numbers): Float64Array {
  return Float64Array.from(numbers, (value, i) => (mask[i] === 0 ? 0 : value * mask[i]));
}

function parameterGradients(
  layer: NetworkLayer,
  h: Float64Array,
  d: Float64Array,
  mask: Numbers,
  l2: number,
  B: number,
): TrainingPass["gradients"][number] {
  if (layer.type === "batchNorm" || layer.type === "layerNorm") {
    const { weight, bias } = layer.type === "batchNorm" ? batchNormGradient(h, d, layer, B) : layerNormGradient(h, d, layer);
    return { weight, bias };
  }
  if (layer.type !== "dense" && layer.type !== "dropConnect") return undefined;
  const shape = { B, K: layer.K, N: layer.N };
  const ofData =
    layer.type === "dense" ? denseWeightGradient(h, d, shape) : dropConnectGradients(h, d, masked(layer, mask), shape).weight;
  const weight = ofData.map((gradient, i) => gradient + l2 * layer.weight[i]);
  return layer.bias ? { weight, bias: denseBiasGradient(d, shape) } : { weight };
}

/** Adds to gradients of the data those of the penalties. */
function addPenalties(
  penalties: Penalties,
  layers: readonly NetworkLayer[],
  { gradients, learned }: { gradients: TrainingPass["gradients"]; learned: TrainingPass["learned"] },
): void {
  for (const [i, layer] of layers.entries()) {
    const [own, factor] = [penalties.learned.get(i), penalties.weight.get(i) ?? 0];
    learned[i]?.forEach((_, at, sum) => {
      sum[at] += own?.[at] ?? 0;
    });
    if ("K" in layer) {
      gradients[i]?.weight.forEach((_, at, sum) => {
        sum[at] += factor * layer.weight[at];
      });
    }
  }
}

/** l2 / 2 ||W||^2, whose gradient is l2 W. */
function penalty(layers: readonly NetworkLayer[], l2: number): number {
  let squared = 0;
  for (const layer of layers) {
    if ("K" in layer) for (let i = 0; i < layer.weight.length; i++) squared += layer.weight[i] ** 2;
  }
  return (l2 / 2) * squared;
}
