import type { Rows } from "../data/arrays.ts";
import { asFloats, prepareData } from "../data/prepare.ts";
import { type BatchSource, isBatchSource } from "../data/source.ts";
import { isPlainDropout } from "../layers/dropout/dropout.ts";
import { checkOptions, checkSignal } from "../layers/options.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import { denseMoments, dropoutMoments, type Moments, rectifierMoments } from "../uncertainty/moments.ts";
import type { Statistic } from "../uncertainty/samples.ts";
import type { Node } from "./graph.ts";
import { Network } from "./network.ts";

/** Options of {@link predictMoments}. */
export interface MomentsOptions {
  /** Aborts between rows: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Factor of inputs that are bytes; default that of the last training on bytes. */
  scale?: number;
}

/** Mean and variance of outputs over the masks. */
export interface PredictedMoments {
  /** [rows, ...output shape]. */
  readonly mean: Statistic;
  readonly variance: Statistic;
}

const OPERATION = "predictMoments";
/** Rows between two looks at the signal. */
const ROWS = 16;

/**
 * Fast dropout (Wang and Manning 2013): mean and variance of the outputs over all masks in one pass that draws nothing. Each layer's
 * numbers are taken for independent normal ones:
 *
 *     dense      m' = W m + b           v' = (W * W) v
 *     dropout    m' = s keep m          v' = s^2 keep (v + rate m^2),  s = 1 / keep (standard scaling: 1)
 *     relu       the moments of max(0, x) of a normal x
 *
 * Exact where each output is a sum over masked numbers that nothing random came before; else an approximation that wide layers make good.
 * The outputs are those before the link: logits where the network was trained on classes.
 *
 * Plain double precision on the calling thread, for networks of dense, relu, flatten and dropout: no kernels, so many rows of a wide
 * network take their time.
 *
 * @param network - of dense, relu, flatten and dropout layers.
 * @param x - rows of inputs, as for `predict`.
 * @throws {DrowseError} on other layers, wrong options and inputs.
 * @example
 * const { mean, variance } = await predictMoments(model, x);
 */
export async function predictMoments(
  network: Network,
  x: Rows | BatchSource,
  options: MomentsOptions = {},
): Promise<PredictedMoments> {
  if (!(network instanceof Network))
    throw new DrowseError(OPERATION, `the network is ${show(network)}`, "give a network of this library");
  checkOptions(OPERATION, options, ["signal", "scale"]);
  const { signal, scale } = options;
  checkSignal(OPERATION, signal);
  const { inputShape, inputScale, outputShape, graph, weights } = network;
  const [size, outputs] = [sizeOf(inputShape), sizeOf(outputShape)];
  const steps = graph.nodes.map((node) => momentsOf(node, weights));
  const given = isBatchSource(x) ? x : { x, ...(scale === undefined ? {} : { scale }) };
  const source = asFloats(prepareData(OPERATION, given, { inputShape, inputScale, outputs, targets: undefined }));
  const { count } = source;
  const shape = [count, ...outputShape];
  const mean = { data: new Float64Array(count * outputs), shape };
  const variance = { data: new Float64Array(count * outputs), shape };
  for (let first = 0; first < count; first += ROWS) {
    signal?.throwIfAborted();
    const rows = Uint32Array.from({ length: Math.min(ROWS, count - first) }, (_, i) => first + i);
    const inputs = new Float32Array(rows.length * size);
    await source.gather(rows, { x: inputs, y: undefined });
    for (const row of rows) {
      const own = Float64Array.from(inputs.subarray((row - first) * size, (row - first + 1) * size));
      const last = steps.reduce<Moments>((moments, step) => step(moments), { mean: own, variance: new Float64Array(size) });
      mean.data.set(last.mean, row * outputs);
      variance.data.set(last.variance, row * outputs);
    }
  }
  return { mean, variance };
}

/** What a node makes of moments. */
function momentsOf({ name, layer }: Node, weights: ReadonlyMap<string, Float32Array>): (moments: Moments) => Moments {
  if (layer.kind === "dense") {
    const weight = weights.get(`${name}.weight`) as Float32Array;
    return (moments) => denseMoments(moments, weight, weights.get(`${name}.bias`));
  }
  if (layer.kind === "relu") return rectifierMoments;
  if (layer.kind === "flatten") return (moments) => moments;
  if (isPlainDropout(layer)) {
    const { rate, scaling } = layer;
    const scale = rate === 1 ? 0 : scaling === "inverted" ? 1 / (1 - rate) : 1;
    return (moments) => dropoutMoments(moments, rate, scale);
  }
  throw new DrowseError(
    OPERATION,
    `${name} is of the kind ${layer.kind}`,
    "take a network of dense, relu, flatten and dropout, or call predictUncertain",
  );
}
