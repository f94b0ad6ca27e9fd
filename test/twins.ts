import type { Layer, Model, Residual, Scaling } from "../src/index.ts";
import { SHARED, streamKey, TRAINING } from "../src/random/streams.ts";
import { type ActivationName, activations } from "../src/reference/activations.ts";
import { transpose } from "../src/reference/compression.ts";
import { winners } from "../src/reference/maxout.ts";
import type { Batch, Network, NetworkLayer } from "../src/reference/network.ts";
import type { Numbers } from "../src/reference/numbers.ts";
import { sizeOf } from "../src/tensor/shape.ts";
import type { ActivationRecipe, Made, StandoutRecipe } from "./networks.ts";

// Models and batches of data as the f64 twin takes them.

/** The f64 twin of a model, without its flatten layers, which change nothing. `values` replace the model's own weights. */
export function twinOf(
  model: Model,
  {
    loss,
    pass,
    batch = 0,
    stream = TRAINING,
    values = model.weights,
  }: { loss: Network["loss"]; pass: number; batch?: number; stream?: number; values?: ReadonlyMap<string, Float32Array> },
): Network {
  const layers = model.graph.nodes.flatMap(({ name, layer, inputs, inputShape, outputShape }): NetworkLayer[] => {
    if (layer.kind === "relu") return [{ type: "relu" }];
    if (layer.kind === "dropout") {
      const { rate, scaling, sharedAcross } = layer.config as { rate: number; scaling: Scaling; sharedAcross?: ["batch"] };
      const words = sharedAcross ? { stream: stream | SHARED, batch } : { stream };
      return [{ type: "dropout", rate, scaling, mask: { key: streamKey(model.seed, `mask/${name}`), pass, ...words } }];
    }
    const mask = { key: streamKey(model.seed, `mask/${name}`), pass, stream };
    if (layer.kind === "residual") {
      const { rate, scaling } = layer as Residual;
      return [{ type: "residual", from: twinPlace(model, inputs[0]), rate, scaling, mask }];
    }
    if (layer.kind === "gaussianDropout" || layer.kind === "alphaDropout") {
      return [{ type: layer.kind, rate: Number(layer.config.rate), mask }];
    }
    if (layer.kind === "standout") {
      const { alpha, rate, activation } = layer.config as unknown as StandoutRecipe;
      return [{ type: "standout", alpha, beta: Math.fround(Math.log((1 - rate) / rate)), activation, mask }];
    }
    if (layer.kind === "maxout") return [{ type: "maxout", pieces: Number(layer.config.pieces) }];
    if (layer.kind === "flatten") return [];
    const numbers = (parameter: string) => values.get(`${name}.${parameter}`) ?? [];
    if (layer.kind === "batchNorm" || layer.kind === "layerNorm") {
      const { momentum, epsilon } = layer.config as { momentum: number; epsilon: number };
      const learned = { weight: numbers("weight"), bias: numbers("bias"), epsilon };
      if (layer.kind === "layerNorm") return [{ type: "layerNorm", ...learned }];
      const running = { runningMean: numbers("running_mean"), runningVar: numbers("running_var") };
      return [{ type: "batchNorm", momentum, ...learned, ...running }];
    }
    if (layer.kind !== "dense") return [twinActivation(layer)];
    const [K, N] = [sizeOf(inputShape), sizeOf(outputShape)];
    const weight = transpose(numbers("weight"), N, K);
    const bias = values.get(`${name}.bias`);
    return [{ type: "dense", K, N, weight, ...(bias ? { bias } : {}) }];
  });
  return { layers, loss };
}

/** Which layer of the twin receives what a node makes, or the model's input. */
function twinPlace({ graph }: Model, index: number): number {
  return graph.nodes.slice(0, index + 1).filter(({ layer }) => layer.kind !== "flatten").length;
}

function twinActivation({ kind, config }: Layer): ActivationRecipe {
  const name = config.approximation === "tanh" ? "geluTanh" : (kind as ActivationName);
  return { type: "activation", name, parameter: Number(config.slope ?? config.alpha ?? 0) };
}

/** Some rows of the data as the twin takes them. */
export function batchOf({ model, data, inputs }: Made, rows: Uint32Array): Batch {
  const pick = (numbers: ArrayLike<number>, size: number) =>
    Float64Array.from({ length: rows.length * size }, (_, i) => numbers[rows[Math.floor(i / size)] * size + (i % size)]);
  const targets = pick(data.y, data.y.length / (inputs.length / sizeOf(model.inputShape)));
  const weights = data.sampleWeights && pick(data.sampleWeights, 1);
  return { x: pick(inputs, sizeOf(model.inputShape)), indices: rows, targets, ...(weights ? { weights } : {}) };
}

/** On which side of its layer's kinks each input is: of 0, or who is the largest. */
export function sidesOf(layer: NetworkLayer, x: Numbers): string {
  if (layer.type === "maxout") return winners(x, layer.pieces).join();
  return hasKink(layer) ? Array.from(x, (value) => (value > 0 ? 1 : 0)).join("") : "";
}

/** Whether the derivative of a layer of the twin jumps at 0. */
function hasKink(layer: NetworkLayer): boolean {
  if (layer.type === "relu") return true;
  if (layer.type === "standout") return layer.activation === "relu" || activations[layer.activation].kink;
  return layer.type === "activation" && activations[layer.name].kink;
}
