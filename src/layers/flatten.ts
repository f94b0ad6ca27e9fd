import { sizeOf } from "../tensor/shape.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";
import { checkName } from "./options.ts";

/**
 * Makes one axis of all: [28, 28] becomes [784]. The numbers stay where they are.
 *
 * Shapes: any to [product of its lengths].
 *
 * @param options.name - name of the layer; by default `flatten1`, ...
 * @throws {DrowseError} on unknown options.
 * @example
 * sequential({ input: [28, 28], seed: 1 }, [flatten(), dense(10)])
 */
export function flatten(options: { name?: string } = {}): Layer {
  checkLayerOptions("flatten", options);
  return {
    kind: "flatten",
    name: checkName("flatten", options.name),
    config: {},
    outputShape: (input) => [sizeOf(input)],
    parameters: () => [],
    backwardReads: "nothing",
    homogeneous: true,
    // A row is contiguous whatever its shape, so input and output are one buffer.
    isIdentity: () => true,
    forward() {},
    backward() {},
  };
}
