import { DrowseError, show } from "../tensor/errors.ts";
import { familyKernels } from "../wasm/generated/family-kernels.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";
import { checkCount, checkName } from "./options.ts";

/** Options of {@link maxout}. */
export interface MaxoutOptions {
  /** Numbers of which the largest is taken, a whole number of at least 1; it divides the last axis. */
  pieces: number;
  /** Name of the layer; by default `maxout1`, ... */
  name?: string;
}

/**
 * Maxout (Goodfellow, Warde-Farley, Mirza, Courville and Bengio 2013): the largest of each group of `pieces` consecutive units,
 *
 *     y_j = max(x_(j pieces), ..., x_(j pieces + pieces - 1))
 *
 * Behind a dense layer it is an activation that is learned: the upper envelope of `pieces` linear functions. The paper drops units
 * out of the inputs of each dense layer, that is, behind the maxima. The gradient goes to the largest alone, of equals to the first.
 *
 * Shapes: [..., n] to [..., n / pieces].
 *
 * @throws {DrowseError} on pieces that are no whole number of at least 1 or do not divide the last axis, and on unknown options.
 * @example
 * sequential({ input: [784], seed: 42 }, [dense(1200), maxout({ pieces: 5 }), dropout({ rate: 0.5 }), dense(10)])
 */
export function maxout(options: MaxoutOptions): Layer {
  checkLayerOptions("maxout", options);
  const { pieces } = options;
  checkCount("maxout", "pieces", pieces);
  return {
    kind: "maxout",
    name: checkName("maxout", options.name),
    config: { pieces },
    kernels: [familyKernels],
    outputShape(input, name) {
      const last = input[input.length - 1];
      if (last % pieces !== 0) {
        const remedy = `give pieces that divide ${last}, or another number of units before`;
        throw new DrowseError(name, `its input is ${show(input)}, and pieces is ${pieces}`, remedy);
      }
      return [...input.slice(0, -1), last / pieces];
    },
    parameters: () => [],
    // who was the largest
    backwardReads: "input",
    homogeneous: true,
    isIdentity: () => pieces === 1,
    // y = max of each group
    forward({ emit, B, input, output }) {
      const places = { x: input.pointer, y: output.pointer, xStride: input.stride, yStride: output.stride };
      emit("maxout", { ...places, rows: B, columns: output.columns, pieces });
    },
    // in the forward pass this was y = max x, so dx = dy where x was the largest
    backward({ emit, B, input, output, outputGradient, inputGradient }) {
      if (!inputGradient) return;
      const places = { x: input.pointer, dy: outputGradient.pointer, dx: inputGradient.pointer };
      const strides = { xStride: input.stride, yStride: outputGradient.stride };
      emit("maxoutGradient", { ...places, ...strides, rows: B, columns: output.columns, pieces });
    },
  };
}
