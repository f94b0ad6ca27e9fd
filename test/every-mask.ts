import type { Model } from "../src/model/model.ts";
import { dropoutNodes, maskShapeOf } from "../src/model/rates.ts";
import { type NetworkLayer, trainingPass } from "../src/reference/network.ts";
import { sizeOf } from "../src/tensor/shape.ts";
import { twinOf } from "./twins.ts";

/**
 * Mean and variance of a network's outputs over all masks of its dropout layers and of the branches of its blocks, each weighted by its
 * probability, in double precision: for at most 12 units and branches that may sleep.
 */
export function distributionOverMasks(model: Model, x: ArrayLike<number>): { mean: Float64Array; variance: Float64Array } {
  const B = x.length / sizeOf(model.inputShape);
  const { layers, loss } = twinOf(model, { loss: "meanSquaredError", pass: 0 });
  const units = dropoutNodes(model.graph).flatMap((node) =>
    Array.from({ length: sizeOf(maskShapeOf(node)) }, () => node.layer.rate),
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

/** The same mask for every row; one number decides over a branch. */
function withMask(layers: readonly NetworkLayer[], awake: readonly number[], B: number, { graph }: Model): NetworkLayer[] {
  const widths = dropoutNodes(graph).map((node) => [sizeOf(maskShapeOf(node)), sizeOf(node.outputShape)]);
  let [start, place] = [0, 0];
  return layers.map((layer) => {
    if (layer.type !== "dropout" && layer.type !== "residual") return layer;
    const [units, width] = widths[place++];
    const own = awake.slice(start, start + units);
    start += units;
    return { ...layer, mask: Array.from({ length: B * width }, (_, i) => own[(i % width) % units]) };
  });
}
