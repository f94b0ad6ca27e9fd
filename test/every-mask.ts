import { isDropout } from "../src/layers/dropout/dropout-layer.ts";
import type { Model } from "../src/model/model.ts";
import { type NetworkLayer, trainingPass } from "../src/reference/network.ts";
import { sizeOf } from "../src/tensor/shape.ts";
import { twinOf } from "./twins.ts";

/**
 * Mean and variance of a network's outputs over all masks of its dropout layers, each weighted by its probability, in double
 * precision: for at most 12 units that may sleep.
 */
export function distributionOverMasks(model: Model, x: ArrayLike<number>): { mean: Float64Array; variance: Float64Array } {
  const B = x.length / sizeOf(model.inputShape);
  const { layers, loss } = twinOf(model, { loss: "meanSquaredError", pass: 0 });
  const units = model.graph.nodes.flatMap(({ layer, outputShape }) =>
    isDropout(layer) ? Array.from({ length: sizeOf(outputShape) }, () => layer.rate) : [],
  );
  if (units.length > 12) throw new Error(`${units.length} units may sleep, too many for all masks`);
  const outputs = B * sizeOf(model.outputShape);
  const [sums, squares] = [new Float64Array(outputs), new Float64Array(outputs)];
  for (let mask = 0; mask < 2 ** units.length; mask++) {
    const awake = units.map((_, unit) => (mask >> unit) & 1);
    const probability = units.reduce((product, rate, unit) => product * (awake[unit] ? 1 - rate : rate), 1);
    if (probability === 0) continue;
    const batch = {
      x: Float64Array.from(x),
      indices: Array.from({ length: B }, (_, row) => row),
      targets: new Float64Array(outputs),
    };
    const { values } = trainingPass({ layers: withMask(layers, awake, B, model), loss }, batch);
    for (const [i, value] of values[values.length - 1].entries()) {
      sums[i] += probability * value;
      squares[i] += probability * value * value;
    }
  }
  return { mean: sums, variance: squares.map((square, i) => Math.max(0, square - sums[i] * sums[i])) };
}

/** The same mask for every row. */
function withMask(layers: readonly NetworkLayer[], awake: readonly number[], B: number, model: Model): NetworkLayer[] {
  const widths = model.graph.nodes.flatMap(({ layer, outputShape }) => (isDropout(layer) ? [sizeOf(outputShape)] : []));
  let [start, place] = [0, 0];
  return layers.map((layer) => {
    if (layer.type !== "dropout") return layer;
    const own = awake.slice(start, start + widths[place]);
    start += widths[place++];
    return { ...layer, mask: Array.from({ length: B * own.length }, (_, i) => own[i % own.length]) };
  });
}
