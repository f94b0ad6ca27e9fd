import { isDropout } from "../layers/dropout/dropout-layer.ts";
import { noiseDeviation } from "../layers/dropout/gaussian-dropout.ts";
import { checkOptions } from "../layers/options.ts";
import { noiseOfRow } from "../random/noise.ts";
import { streamKey, TRAINING } from "../random/streams.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { checkPlaces } from "./mask-of-layer.ts";
import { Network } from "./network.ts";

/** What numbers are multiplied by. */
export interface Noise {
  /** Unit j of row i is `data[i * units + j]`. */
  readonly data: Float32Array;
  /** [rows, ...shape of the layer]. */
  readonly shape: Shape;
}

/**
 * The noise that a {@link gaussianDropout} layer has in training, e ~ N(1, rate / (1 - rate)): what {@link dropoutMask} is for masks.
 * Nothing is trained or drawn; noise is a pure function of the model's seed, the layer's name, the pass, the row and the unit.
 *
 * @param layer - name of the layer: as it was given, or `gaussianDropout1`, ...
 * @param options.rows - indices of rows in the data set, whole numbers from 0 to 2^32 - 1.
 * @param options.pass - which pass over the data, from 0; default the model's next.
 * @throws {DrowseError} when there is no such layer, or on rows and passes that are not whole or out of range.
 * @example
 * const { data, shape } = dropoutNoise(model, "gaussianDropout1", { rows: [0, 1, 2], pass: 0 });   // shape [3, 512]
 */
export function dropoutNoise(model: Network, layer: string, options: { rows: ArrayLike<number>; pass?: number }): Noise {
  if (!(model instanceof Network))
    throw new DrowseError("dropoutNoise", `the model is ${show(model)}`, "give a model of this library");
  checkOptions("dropoutNoise", options, ["rows", "pass"]);
  const { rows, pass = model.pass } = options;
  const noisy = model.graph.nodes.filter((node) => node.layer.kind === "gaussianDropout");
  const node = noisy.find(({ name }) => name === layer);
  if (!node || !isDropout(node.layer)) {
    const remedy =
      noisy.length > 0
        ? `the layers with noise are ${noisy.map(({ name }) => name).join(", ")}`
        : "this model has no gaussianDropout layer; dropoutMask tells masks";
    throw new DrowseError("dropoutNoise", `the layer is ${show(layer)}`, remedy);
  }
  const indices = checkPlaces("dropoutNoise", rows, pass);
  const units = sizeOf(node.outputShape);
  const key = streamKey(model.seed, `mask/${layer}`);
  const deviation = noiseDeviation(node.layer.rate);
  const data = new Float32Array(indices.length * units);
  for (const [at, row] of indices.entries())
    data.set(noiseOfRow(key, deviation, units, { row, pass, stream: TRAINING }), at * units);
  return { data, shape: [indices.length, ...node.outputShape] };
}
