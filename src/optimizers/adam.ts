import { power } from "../tensor/arithmetic.ts";
import type { Optimizer, Schedule } from "./optimizer.ts";
import { type CommonOptions, checkEpsilon, fractionAt, makeOptimizer } from "./settings.ts";

/** What Adam and AdamW have in common. */
export interface MomentOptions {
  /** Step size, above 0 (a schedule may reach 0), default 0.001; a number or a function of the step. */
  learningRate?: Schedule;
  /** How much of the mean of the gradients stays, in [0, 1); default 0.9. */
  beta1?: number;
  /** How much of the mean of their squares stays, in [0, 1); default 0.999. */
  beta2?: number;
  /** Keeps the divisor from 0, from 1e-37 to 1; default 1e-8. */
  epsilon?: number;
}

/** Options of {@link adam}; all have a default. */
export type AdamOptions = Omit<CommonOptions, "learningRate"> & MomentOptions;

/** Options of {@link adamW}; all have a default. There is no `l2`: its place is taken by the weight decay. */
export type AdamWOptions = Omit<CommonOptions, "learningRate" | "l2"> &
  MomentOptions & {
    /** Share of a weight that a step of learning rate 1 takes away, not of biases; at least 0, default 0.01. A number or a schedule. */
    weightDecay?: Schedule;
  };

/**
 * Adam (Kingma & Ba 2015). With t = 1, 2, ... and all operations by element:
 *
 *     m <- beta1 m + (1 - beta1) g            g = gradient + l2 w
 *     v <- beta2 v + (1 - beta2) g^2
 *     w <- w - learningRate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * Remembers m and v, `firstMoment` and `secondMoment`. Max-norm and clipping as in `sgd`.
 *
 * @throws {DrowseError} on values out of range, unknown options, and while training when a schedule leaves its range.
 * @example
 * adam({ learningRate: 0.002, clipNorm: 1 })
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return withMoments("adam", options, 0);
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019): the decay does not pass through the moments, so that
 * weights with large gradients shrink like the others.
 *
 *     w <- w - learningRate weightDecay w - (the step of Adam)
 *
 * Remembers what Adam does. Max-norm and clipping as in `sgd`.
 *
 * @throws {DrowseError} on values out of range, unknown options, and while training when a schedule leaves its range.
 * @example
 * adamW({ learningRate: 0.002, weightDecay: 0.05 })
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  return withMoments("adamW", options, 0.01);
}

function withMoments(kind: "adam" | "adamW", options: AdamOptions & AdamWOptions, decay: number): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options ?? {};
  const optimizer = makeOptimizer(
    kind,
    options,
    { learningRate: 0.001, weightDecay: decay },
    {
      rule: "adam",
      slots: ["firstMoment", "secondMoment"],
      own(step) {
        const [first, second] = [fractionAt(kind, "beta1", beta1, step), fractionAt(kind, "beta2", beta2, step)];
        const corrections = [1 / (1 - power(first, step + 1)), 1 / Math.sqrt(1 - power(second, step + 1))];
        return [first, 1 - first, second, 1 - second, ...corrections, epsilon];
      },
    },
  );
  checkEpsilon(kind, epsilon);
  return optimizer;
}
