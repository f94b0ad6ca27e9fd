import { familyKernels } from "../../wasm/generated/family-kernels.ts";
import { checkName } from "../options.ts";
import type { DropoutLayer } from "./dropout-layer.ts";
import { maskArguments } from "./mask-arguments.ts";

/** What such a kind of dropout has of its own. */
interface Keyed extends Pick<DropoutLayer, "rate" | "record" | "hasMask" | "withRate"> {
  readonly kind: "gaussianDropout" | "alphaDropout";
  readonly name: string | undefined;
  /** The kernel that makes y of x. */
  readonly forward: "gaussianDropout" | "alphaDropout";
  /** The kernel that makes dx of dy, with the same words. */
  readonly backward: "gaussianDropout" | "dropout";
}

/**
 * A layer that changes each number by a word of its keys, in training alone: one kernel forward, one backward, which makes the words
 * again. Any shape to the same; at rate 0 the identity.
 */
export function keyedDropout({ kind, name, rate, forward, backward, ...own }: Keyed): DropoutLayer {
  return {
    ...own,
    kind,
    name: checkName(kind, name),
    rate,
    isShared: false,
    predictionFactor: 1,
    config: { rate },
    kernels: [familyKernels],
    outputShape: (input) => input,
    parameters: () => [],
    backwardReads: "nothing",
    // noise may be negative, and who sleeps need not be 0: the output's sign is not the input's
    homogeneous: false,
    isRandom: rate > 0,
    isIdentity: (random) => !random || rate === 0,
    forward(context) {
      context.emit(forward, maskArguments(context, context.input.pointer, context.output.pointer));
    },
    backward(context) {
      const { outputGradient, inputGradient } = context;
      if (inputGradient) context.emit(backward, maskArguments(context, outputGradient.pointer, inputGradient.pointer));
    },
  };
}
