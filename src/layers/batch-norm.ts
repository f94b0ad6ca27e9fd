import { DrowseError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import { familyKernels } from "../wasm/generated/family-kernels.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";
import { checkName, checkNumber } from "./options.ts";
import type { ParameterPlace } from "./pass-context.ts";

/** Options of {@link batchNorm}. */
export interface BatchNormOptions {
  /** Share that a batch has in the running statistics, in (0, 1]; default 0.1. What Keras calls momentum is 1 minus this. */
  momentum?: number;
  /** What is added to the variance, above 0; default 1e-5. */
  epsilon?: number;
  /** Name of the layer; by default `batchNorm1`, `batchNorm2`, ... */
  name?: string;
}

/** Bytes that the kernels keep of four columns. */
const KEPT_BYTES = 64;

/**
 * Batch normalisation (Ioffe and Szegedy 2015): each column has mean 0 and variance 1 over the batch, then a scale and a shift that are
 * learned.
 *
 *     training     y = weight (x - mean) / sqrt(variance + epsilon) + bias       mean and variance of the batch's rows
 *                  running_mean <- (1 - momentum) running_mean + momentum mean
 *                  running_var  <- (1 - momentum) running_var + momentum variance B / (B - 1)
 *     prediction   the same y with running_mean and running_var
 *
 * B rows; the variance is the sum of squares divided by B, in running_var by B - 1. These are the conventions, defaults and
 * names of PyTorch's BatchNorm1d. Monte Carlo prediction wakes no other layer than dropout: the statistics stay the running ones.
 * All rows of a batch count alike in its statistics, whatever their weight in the loss.
 *
 * Shapes: [N] to [N]; weight, bias, running_mean and running_var [N]. Only weight and bias are trained; they do not decay.
 *
 * @throws {DrowseError} on values out of range and unknown options; when the model is built, on an input of more than one axis;
 * and when it is trained, on batches of one row, which have no variance.
 * @example
 * sequential({ input: [784], seed: 42 }, [dense(512, { bias: false }), batchNorm(), relu(), dropout({ rate: 0.5 }), dense(10)])
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  checkLayerOptions("batchNorm", options);
  const { momentum = 0.1, epsilon = 1e-5 } = options;
  const isShare = (value: number) => value > 0 && value <= 1;
  checkNumber("batchNorm", "momentum", momentum, isShare, "give the share of a batch, a number above 0 and at most 1");
  checkNumber("batchNorm", "epsilon", epsilon, (value) => value > 0, "give a number above 0");
  return {
    kind: "batchNorm",
    name: checkName("batchNorm", options.name),
    config: { momentum, epsilon },
    backwardReads: "input",
    homogeneous: false,
    isIdentity: () => false,
    leastRows: 2,
    kernels: [familyKernels],
    keptBytes: ([columns], _, training) => (training ? Math.ceil(columns / 4) * KEPT_BYTES : 0),

    outputShape(input, name) {
      if (input.length === 1) return input;
      throw new DrowseError(name, `its input has shape ${formatShape(input)}`, "put flatten() before batch normalisation");
    },

    parameters: (shape) => [
      { name: "weight", shape, initial: () => new Float32Array(shape[0]).fill(1) },
      { name: "bias", shape, initial: () => new Float32Array(shape[0]) },
      { name: "running_mean", shape, initial: () => new Float32Array(shape[0]), isTrained: false },
      { name: "running_var", shape, initial: () => new Float32Array(shape[0]).fill(1), isTrained: false, least: 0 },
    ],

    // y = weight h + bias, h = (x - mean) / sqrt(variance + epsilon)
    forward({ emit, B, input, output, parameters, training, kept, status }) {
      const { value: weights } = parameters.get("weight") as ParameterPlace;
      const { value: biases } = parameters.get("bias") as ParameterPlace;
      const { value: runningMean } = parameters.get("running_mean") as ParameterPlace;
      const { value: runningVar } = parameters.get("running_var") as ParameterPlace;
      const rows = { x: input.pointer, y: output.pointer, stride: input.stride, B, N: input.columns };
      const call = { ...rows, weights, biases, runningMean, runningVar, epsilon };
      if (training) emit("batchNormForward", { ...call, kept, momentum, status });
      else emit("batchNormFrozen", call);
    },

    // in the forward pass this was y = weight h + bias, so dbias = sum of dy, dweight = sum of dy h, and with means over the rows
    // dx = weight / sqrt(variance + epsilon) (dy - mean of dy - h mean of (dy h))
    backward({ emit, B, input, outputGradient, inputGradient, parameters, kept }) {
      const weight = parameters.get("weight") as ParameterPlace;
      const bias = parameters.get("bias") as ParameterPlace;
      emit("batchNormGradient", {
        ...{ x: input.pointer, dy: outputGradient.pointer, dx: inputGradient?.pointer ?? 0 },
        ...{ stride: input.stride, B, N: input.columns },
        ...{ weights: weight.value, kept, weightGradient: weight.gradient, biasGradient: bias.gradient },
      });
    },
  };
}
