import { exp, log } from "../../tensor/arithmetic.ts";
import { DrowseError, show } from "../../tensor/errors.ts";
import { familyKernels } from "../../wasm/generated/family-kernels.ts";
import { gelu } from "../gelu.ts";
import type { Layer } from "../layer.ts";
import { checkLayerOptions } from "../layer-options.ts";
import { checkName, checkNumber } from "../options.ts";
import { relu } from "../relu.ts";
import { selu } from "../selu.ts";
import { sigmoid } from "../sigmoid.ts";
import { swish } from "../swish.ts";
import { tanh } from "../tanh.ts";
import type { DropoutLayer } from "./dropout-layer.ts";
import { maskArguments } from "./mask-arguments.ts";
import { resolveRate } from "./rate.ts";

/** Activations that a {@link standout} layer can hold: those without settings, whose derivative is made of a. */
export type StandoutActivation = "relu" | "selu" | "gelu" | "sigmoid" | "tanh" | "swish";

const activations: Readonly<Record<StandoutActivation, () => Layer>> = { relu, selu, gelu, sigmoid, tanh, swish };

/** Their names. */
export const standoutActivations = Object.keys(activations) as StandoutActivation[];

/** Options of {@link standout}. */
export interface StandoutOptions {
  /** How steeply the probability to keep follows the pre-activation; default 1. At 0 every unit has the same. */
  alpha?: number;
  /** Its logit where the pre-activation is 0; default 0, which is a half. */
  beta?: number;
  /** Instead of `beta`: the probability to drop a unit whose pre-activation is 0, in [0, 1]; beta = log((1 - rate) / rate). */
  rate?: number;
  /** The activation f; default `"relu"`. */
  activation?: StandoutActivation;
  /** Name of the layer, part of its masks' key; by default `standout1`, ... */
  name?: string;
}

/**
 * Standout, or adaptive dropout (Ba and Frey 2013), as an activation: it takes pre-activations a, such as a dense layer makes, and a
 * unit sleeps the more often the less it has to say.
 *
 *     P(keep) = sigmoid(alpha a + beta)
 *     training   y = m f(a), m ~ Bernoulli(P(keep))        prediction y = P(keep) f(a)
 *
 * The paper has a second network, a belief net, say how likely each unit is to be kept, and learns its weights too. It finds that
 * they come to resemble those of the layer itself, and then takes an affine function of these, which is what stands here: alpha
 * and beta are chosen, not learned, and no gradient passes through the mask. What is kept is not scaled up; prediction takes the
 * expectation instead.
 *
 * Shapes: any to the same.
 *
 * @throws {DrowseError} on an alpha or beta that is not a finite number, a rate outside [0, 1], both beta and rate, and on an
 * activation that it cannot hold.
 * @example
 * sequential({ input: [784], seed: 42 }, [dense(512), standout({ alpha: 1, beta: 0 }), dense(10)])
 */
export function standout(options: StandoutOptions = {}): DropoutLayer {
  checkLayerOptions("standout", options);
  const { alpha = 1, activation = "relu" } = options;
  checkNumber("standout", "alpha", alpha, () => true, "give a finite number; the default is 1");
  if (!Object.hasOwn(activations, activation)) {
    throw new DrowseError("standout", `activation is ${show(activation)}`, `give ${standoutActivations.join(", ")}`);
  }
  const { rate, beta } = biasOf(options);
  const inner = activations[activation]();
  const { beta: _, ...others } = options;
  return {
    kind: "standout",
    name: checkName("standout", options.name),
    rate,
    isShared: false,
    // who sleeps depends on the data as well
    hasMask: false,
    record: { threshold: 0, awake: 0, scale: beta },
    predictionFactor: beta,
    withRate: (changed) => standout({ ...others, rate: changed }),
    config: { alpha, activation, ...(options.rate === undefined ? { beta } : { rate }) },
    kernels: [familyKernels],
    outputShape: (input) => input,
    parameters: () => [],
    // a, for P(keep) and for f'
    backwardReads: "input",
    homogeneous: false,
    activation: "other",
    isRandom: rate > 0,
    isIdentity: () => false,
    // y = f(a), then y = m y or y = P(keep) y
    forward(context) {
      const { emit, B, input, output, random } = context;
      inner.forward(context);
      const values = { v: output.pointer, alpha };
      if (random) return emit("standoutMask", { ...maskArguments(context, input.pointer, output.pointer), ...values });
      const rows = { x: input.pointer, y: output.pointer, stride: input.stride, rows: B, columns: input.columns };
      emit("standoutKeep", { ...rows, ...values, beta: Math.fround(beta) });
    },
    // in the forward pass this was y = m f(a), so dx = m f'(a) dy, with the same words; f' is made of a, not of f(a)
    backward(context) {
      const { emit, input, inputGradient } = context;
      if (!inputGradient) return;
      inner.backward({ ...context, output: input });
      const { pointer } = inputGradient;
      emit("standoutMask", { ...maskArguments(context, input.pointer, pointer), v: pointer, alpha });
    },
  };
}

/** beta = log(keep / rate) and rate = 1 - sigmoid(beta), from whichever is given. */
function biasOf({ rate, beta }: StandoutOptions): { rate: number; beta: number } {
  if (rate !== undefined && beta !== undefined) {
    const received = `both rate ${show(rate)} and beta ${show(beta)} are given`;
    throw new DrowseError("standout", received, "give one of them; beta is log((1 - rate) / rate)");
  }
  if (rate !== undefined) {
    resolveRate("standout", { rate });
    if (rate === 0) return { rate, beta: Infinity };
    return { rate, beta: rate === 1 ? -Infinity : log(1 - rate) - log(rate) };
  }
  checkNumber("standout", "beta", beta ?? 0, () => true, "give a finite number; the default is 0");
  return { rate: 1 / (1 + exp(beta ?? 0)), beta: beta ?? 0 };
}
