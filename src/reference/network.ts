import { type ActivationName, activate, activationGradient } from "./activations.ts";
import { alphaDropout, alphaDropoutGradient } from "./alpha-dropout.ts";
import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import { denseBiasGradient, denseForward, denseInputGradient, denseWeightGradient } from "./dense.ts";
import { dropout, dropoutMask, predictionScale, type Scaling, trainingScale } from "./dropout.ts";
import { gaussianDropout, gaussianNoise } from "./gaussian-dropout.ts";
import { gaussianNegativeLogLikelihood } from "./gaussian-negative-log-likelihood.ts";
import { huber } from "./huber.ts";
import { type LossResult, sumLosses, weighted } from "./loss.ts";
import type { MaskKeys } from "./mask-words.ts";
import { maxout, maxoutGradient } from "./maxout.ts";
import { meanAbsoluteError } from "./mean-absolute-error.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import type { Numbers } from "./numbers.ts";
import { relu, reluGradient } from "./relu.ts";
import { scale } from "./scale.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
import { keepProbability, standoutMask } from "./standout.ts";

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
  | { readonly type: "maxout"; readonly pieces: number };

export type LossName =
  | "crossEntropy"
  | "binaryCrossEntropy"
  | "meanSquaredError"
  | "meanAbsoluteError"
  | "huber"
  | "gaussianNegativeLogLikelihood";

export interface Network {
  readonly layers: readonly NetworkLayer[];
  readonly loss: LossName;
  /** Label smoothing of the cross-entropies, by default 0; delta of huber, by default 1. */
  readonly lossSetting?: number;
  /** Factor of the penalty l2 / 2 ||W||^2 on every weight, biases apart; 0 when left out. */
  readonly l2?: number;
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
  /** loss + l2 / 2 ||W||^2: what the gradients are gradients of. */
  readonly objective: number;
  /** values[i] is what layer i received; the last is the network's output. */
  readonly values: readonly Float64Array[];
  /** The mask or noise of each layer that draws one, by the index of the layer. */
  readonly masks: readonly (Numbers | undefined)[];
  /** Gradient with respect to each of the values. */
  readonly valueGradients: readonly Float64Array[];
  /** Gradients of each dense layer's parameters, by the index of the layer. */
  readonly gradients: readonly ({ readonly weight: Float64Array; readonly bias?: Float64Array } | undefined)[];
}

/** Forward and backward through a whole network in training: every value, every gradient, nothing fused. */
export function trainingPass(network: Network, { x, indices, targets, weights }: Batch): TrainingPass {
  const { layers, l2 = 0 } = network;
  const B = indices.length;
  const values: Float64Array[] = [Float64Array.from(x)];
  const masks = layers.map((layer, i) => {
    const mask = "mask" in layer ? maskOf(layer, values[i], indices) : undefined;
    values.push(forward(layer, values[i], mask, B));
    return mask;
  });

  const unweighted = lossOf(network, values[layers.length], targets, B);
  const result = weights ? weighted(unweighted, weights) : unweighted;
  const valueGradients: Float64Array[] = [result.gradient];
  const gradients: TrainingPass["gradients"][number][] = [];
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i];
    const d = valueGradients[0];
    gradients.unshift(layer.type === "dense" ? parameterGradients(layer, values[i], d, l2, B) : undefined);
    valueGradients.unshift(backward(layer, { x: values[i], y: values[i + 1], d, mask: masks[i], B }));
  }

  const mean = sumLosses(result).loss / B;
  return { loss: mean, objective: mean + penalty(layers, l2), values, masks, valueGradients, gradients };
}

/** The network's output in prediction: nothing sleeps, and standard scaling multiplies by keep. */
export function prediction(layers: readonly NetworkLayer[], x: Numbers, B: number): Float64Array {
  return layers.reduce<Float64Array>((value, layer) => {
    if (layer.type === "dropout") return scale(value, predictionScale(layer.rate, layer.scaling));
    if (layer.type === "gaussianDropout" || layer.type === "alphaDropout") return value;
    return forward(layer, value, layer.type === "standout" ? keepProbability(value, layer.alpha, layer.beta) : undefined, B);
  }, Float64Array.from(x));
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
    case "dropout": {
      const batch = "batch" in mask ? mask.batch : undefined;
      return dropoutMask(layer.rate, batch === undefined ? indices : Array.from(indices, () => batch), N, mask);
    }
  }
}

function forward(layer: NetworkLayer, x: Float64Array, mask: Numbers | undefined, B: number): Float64Array {
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
  }
}

/** A number that is dropped is 0 whatever it was. */
function times(numbers: Numbers, mask: Numbers): Float64Array {
  return Float64Array.from(numbers, (value, i) => (mask[i] === 0 ? 0 : value * mask[i]));
}

function parameterGradients(
  layer: NetworkLayer & { type: "dense" },
  h: Float64Array,
  d: Float64Array,
  l2: number,
  B: number,
): { weight: Float64Array; bias?: Float64Array } {
  const shape = { B, K: layer.K, N: layer.N };
  const weight = denseWeightGradient(h, d, shape).map((gradient, i) => gradient + l2 * layer.weight[i]);
  return layer.bias ? { weight, bias: denseBiasGradient(d, shape) } : { weight };
}

function lossOf({ loss, lossSetting }: Network, z: Float64Array, targets: Numbers, B: number): LossResult {
  const N = z.length / B;
  switch (loss) {
    case "crossEntropy":
      return softmaxCrossEntropy(z, targets, N, lossSetting);
    case "binaryCrossEntropy":
      return binaryCrossEntropy(z, targets, B, N, lossSetting);
    case "meanSquaredError":
      return meanSquaredError(z, targets, B, N);
    case "meanAbsoluteError":
      return meanAbsoluteError(z, targets, B, N);
    case "huber":
      return huber(z, targets, B, N, lossSetting ?? 1);
    case "gaussianNegativeLogLikelihood":
      return gaussianNegativeLogLikelihood(z, targets, B, N);
  }
}

/** l2 / 2 ||W||^2, whose gradient is l2 W. */
function penalty(layers: readonly NetworkLayer[], l2: number): number {
  let squared = 0;
  for (const layer of layers) {
    if (layer.type === "dense") for (let i = 0; i < layer.weight.length; i++) squared += layer.weight[i] ** 2;
  }
  return (l2 / 2) * squared;
}
