import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";
import { checkName } from "./options.ts";

/**
 * Rectified linear unit, y = max(0, x) (Nair and Hinton 2010).
 *
 * Shapes: any to the same.
 *
 * @param options.name - name of the layer; by default `relu1`, `relu2`, ...
 * @throws {DrowseError} on unknown options.
 * @example
 * sequential({ input: [2], seed: 1 }, [dense(8), relu(), dense(1)])
 */
export function relu(options: { name?: string } = {}): Layer {
  checkLayerOptions("relu", options);
  return {
    kind: "relu",
    name: checkName("relu", options.name),
    config: {},
    outputShape: (input) => input,
    parameters: () => [],
    backwardReads: "sign",
    homogeneous: true,
    activation: "rectifier",
    isIdentity: () => false,
    // y = max(0, x)
    forward({ emit, B, input, output }) {
      emit("relu", { x: input.pointer, y: output.pointer, stride: input.stride, rows: B, columns: input.columns });
    },
    // in the forward pass this was y = max(0, x), so dx = dy where y > 0
    backward({ emit, B, output, outputGradient, inputGradient }) {
      if (!inputGradient) return;
      emit("reluGradient", {
        y: output.pointer,
        dy: outputGradient.pointer,
        dx: inputGradient.pointer,
        stride: output.stride,
        rows: B,
        columns: output.columns,
      });
    },
  };
}
