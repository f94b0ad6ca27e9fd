import { DrowseError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import { familyKernels } from "../wasm/generated/family-kernels.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";
import { checkName, checkNumber } from "./options.ts";
import type { ParameterPlace } from "./pass-context.ts";

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** What is added to the variance, above 0; default 1e-5. */
  epsilon?: number;
  /** Name of the layer; by default `layerNorm1`, `layerNorm2`, ... */
  name?: string;
}

/** Bytes that the kernels keep of a row. */
const KEPT_BYTES = 16;

/**
 * Layer normalisation (Ba, Kiros and Hinton 2016): each row has mean 0 and variance 1, then a scale and a shift that are learned. In
 * training and in prediction alike: rows do not depend on each other.
 *
 *     y = weight (x - mean) / sqrt(variance + epsilon) + bias       mean and variance of the row's numbers
 *
 * The variance is the sum of squares divided by N; as PyTorch's LayerNorm has it.
 *
 * Shapes: [N] to [N]; weight and bias [N], which do not decay.
 *
 * @throws {DrowseError} on values out of range and unknown options; when the model is built, on an input of more than one axis, or
 * of one number, which would be its own mean.
 * @example
 * sequential({ input: [13], seed: 42 }, [dense(64), layerNorm(), relu(), dropout({ rate: 0.1 }), dense(1)])
 */
export function layerNorm(options: LayerNormOptions = {}): Layer {
  checkLayerOptions("layerNorm", options);
  const { epsilon = 1e-5 } = options;
  checkNumber("layerNorm", "epsilon", epsilon, (value) => value > 0, "give a number above 0");
  return {
    kind: "layerNorm",
    name: checkName("layerNorm", options.name),
    config: { epsilon },
    backwardReads: "input",
    homogeneous: false,
    isIdentity: () => false,
    kernels: [familyKernels],
    keptBytes: (_, rows, training) => (training ? rows * KEPT_BYTES : 0),

    outputShape(input, name) {
      if (input.length !== 1)
        throw new DrowseError(name, `its input has shape ${formatShape(input)}`, "put flatten() before layer normalisation");
      if (input[0] === 1)
        throw new DrowseError(name, "its input is one number, its own mean: the output would never change", "leave it out");
      return input;
    },

    parameters: (shape) => [
      { name: "weight", shape, initial: () => new Float32Array(shape[0]).fill(1) },
      { name: "bias", shape, initial: () => new Float32Array(shape[0]) },
    ],

    // y = weight h + bias, h = (x - mean) / sqrt(variance + epsilon)
    forward({ emit, B, input, output, parameters, training, kept }) {
      const { value: weights } = parameters.get("weight") as ParameterPlace;
      const { value: biases } = parameters.get("bias") as ParameterPlace;
      const rows = { x: input.pointer, y: output.pointer, stride: input.stride, B, N: input.columns };
      emit("layerNormForward", { ...rows, weights, biases, epsilon, kept: training ? kept : 0 });
    },

    // in the forward pass this was y = weight h + bias, so dbias = sum of dy, dweight = sum of dy h over the rows, and with
    // g = weight dy and means over the row dx = (g - mean of g - h mean of (g h)) / sqrt(variance + epsilon)
    backward({ emit, B, input, outputGradient, inputGradient, parameters, kept }) {
      const weight = parameters.get("weight") as ParameterPlace;
      const bias = parameters.get("bias") as ParameterPlace;
      const rows = { x: input.pointer, dy: outputGradient.pointer, stride: input.stride, B, N: input.columns, kept };
      emit("layerNormParameterGradient", { ...rows, weightGradient: weight.gradient, biasGradient: bias.gradient });
      // after the parameters': dx may take the place of dy
      if (inputGradient) emit("layerNormGradient", { ...rows, dx: inputGradient.pointer, weights: weight.value });
    },
  };
}
