import {
  type AdagradOptions,
  type AdamOptions,
  type AdamWOptions,
  adagrad,
  adam,
  adamW,
  type Optimizer,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from "../src/index.ts";
import { MOST_HYPER } from "../src/optimizers/optimizer.ts";
import { adagrad as twinAdagrad } from "../src/reference/adagrad.ts";
import { adam as twinAdam } from "../src/reference/adam.ts";
import { clipValue } from "../src/reference/clipping.ts";
import type { Numbers } from "../src/reference/numbers.ts";
import { rmsprop as twinRmsprop } from "../src/reference/rmsprop.ts";
import { sgd as twinSgd } from "../src/reference/sgd.ts";

/** What a step makes of numbers and of what the optimizer remembers of them, slot by slot. */
export interface Step {
  readonly weights: Float64Array;
  readonly state: readonly Float64Array[];
}

/** An optimizer beside its twin at double precision. `decays`: weights do, biases do not. */
export interface Paired {
  readonly name: string;
  readonly optimizer: Optimizer;
  readonly twin: (weights: Numbers, state: readonly Numbers[], gradients: Numbers, step: number, decays: boolean) => Step;
}

/** Options as plain numbers: a number that never changes, so that a twin can be given the same. */
type Plain<Options> = { [Name in keyof Options]?: Exclude<Options[Name], (step: number) => number> };

const named = (kind: string, options: object) => `${kind} ${JSON.stringify(options)}`;

/** The twin's gradient, cut where the options say so. */
const cut = (gradients: Numbers, { clipValue: limit }: { clipValue?: number }) =>
  limit === undefined ? gradients : clipValue(gradients, limit);

export function pairedSgd(options: Plain<SgdOptions> & { learningRate: number }): Paired {
  const { learningRate, momentum = 0, l2 = 0, nesterov = false } = options;
  return {
    name: named("sgd", options),
    optimizer: sgd(options),
    twin(weights, state, gradients, _, decays) {
      const hyper = { learningRate, momentum, l2: decays ? l2 : 0, nesterov };
      const stepped = twinSgd(weights, state[0] ?? new Float64Array(weights.length), cut(gradients, options), hyper);
      return { weights: stepped.weights, state: momentum === 0 ? [] : [stepped.velocities] };
    },
  };
}

export function pairedAdam(kind: "adam" | "adamW", options: Plain<AdamOptions & AdamWOptions> = {}): Paired {
  const { learningRate = 0.001, l2 = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const { weightDecay = kind === "adamW" ? 0.01 : 0 } = options;
  return {
    name: named(kind, options),
    optimizer: kind === "adam" ? adam(options) : adamW(options),
    twin(weights, [first, second], gradients, step, decays) {
      const decay = decays ? { l2, weightDecay } : { l2: 0, weightDecay: 0 };
      const hyper = { learningRate, ...decay, beta1, beta2, epsilon, steps: step + 1 };
      const stepped = twinAdam(weights, { first, second }, cut(gradients, options), hyper);
      return { weights: stepped.weights, state: [stepped.first, stepped.second] };
    },
  };
}

export function pairedRmsprop(options: Plain<RmspropOptions> & { learningRate: number }): Paired {
  const { learningRate, l2 = 0, rho = 0.99, momentum = 0, epsilon = 1e-8 } = options;
  return {
    name: named("rmsprop", options),
    optimizer: rmsprop(options),
    twin(weights, [squares, velocities = new Float64Array(weights.length)], gradients, _, decays) {
      const hyper = { learningRate, l2: decays ? l2 : 0, rho, momentum, epsilon };
      const stepped = twinRmsprop(weights, { squares, velocities }, cut(gradients, options), hyper);
      return { weights: stepped.weights, state: momentum === 0 ? [stepped.squares] : [stepped.squares, stepped.velocities] };
    },
  };
}

export function pairedAdagrad(options: Plain<AdagradOptions> & { learningRate: number }): Paired {
  const { learningRate, l2 = 0, epsilon = 1e-10 } = options;
  return {
    name: named("adagrad", options),
    optimizer: adagrad(options),
    twin(weights, [squares], gradients, _, decays) {
      const stepped = twinAdagrad(weights, { squares }, cut(gradients, options), { learningRate, l2: decays ? l2 : 0, epsilon });
      return { weights: stepped.weights, state: [stepped.squares] };
    },
  };
}

/** Every rule, with and without what its options add. */
export const PAIRED: readonly Paired[] = [
  pairedSgd({ learningRate: 0.1 }),
  pairedSgd({ learningRate: 0.5, l2: 0.01, maxNorm: 1.5 }),
  pairedSgd({ learningRate: 0.1, momentum: 0.95 }),
  pairedSgd({ learningRate: 1, momentum: 0.5, l2: 0.1, maxNorm: 0.1 }),
  pairedSgd({ learningRate: 0.1, momentum: 0.9, l2: 0.01, nesterov: true, clipValue: 0.3 }),
  pairedAdam("adam"),
  pairedAdam("adam", { learningRate: 0.1, l2: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 0.001, maxNorm: 1.5, clipValue: 0.2 }),
  pairedAdam("adam", { learningRate: 0.01, beta1: 0, beta2: 0 }),
  pairedAdam("adamW"),
  pairedAdam("adamW", { learningRate: 0.1, weightDecay: 0.5, maxNorm: 0.9 }),
  pairedRmsprop({ learningRate: 0.01 }),
  pairedRmsprop({ learningRate: 0.01, rho: 0.9, momentum: 0.9, l2: 0.1, epsilon: 1e-4, maxNorm: 1.2 }),
  pairedAdagrad({ learningRate: 0.1 }),
  pairedAdagrad({ learningRate: 0.05, l2: 0.1, epsilon: 0.01, maxNorm: 1.2 }),
];

/** What kernels read of a step's record: the hyper-parameters, in the room of the longest. */
export function hyperFloats({ hyper }: Optimizer, step = 0): Float32Array {
  const floats = new Float32Array(MOST_HYPER);
  floats.set(hyper(step));
  return floats;
}
