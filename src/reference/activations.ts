import { normalDensity, normalDistribution } from "./erf.ts";
import type { Numbers } from "./numbers.ts";

/** A function of one number, and its derivative. `parameter` is its setting, where it has one. */
interface Activation {
  value(x: number, parameter: number): number;
  derivative(x: number, parameter: number): number;
  /** Whether the derivative jumps at 0. */
  readonly kink: boolean;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const swish = (x: number) => x * sigmoid(x);
const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/** gelu's tanh form is x sigmoid(v), because (1 + tanh(v / 2)) / 2 = sigmoid(v). */
const v = (x: number) => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
const dv = (x: number) => 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x ** 2);

/** A function that is 0 at -infinity and x at infinity, where its formula has no value. */
function withLimits(f: (x: number) => number, [below, above]: [number, number]): (x: number) => number {
  return (x) => (x === -Infinity ? below : x === Infinity ? above : f(x));
}

/** Every activation but the rectifier, y = f(x), by the name of its kernels. */
export const activations = {
  leakyRelu: { value: (x, slope) => (x > 0 ? x : slope * x), derivative: (x, slope) => (x > 0 ? 1 : slope), kink: true },
  elu: {
    value: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
    derivative: (x, alpha) => (x > 0 ? 1 : alpha * Math.exp(x)),
    kink: true,
  },
  selu: {
    value: (x) => SELU.scale * (x > 0 ? x : SELU.alpha * Math.expm1(x)),
    derivative: (x) => SELU.scale * (x > 0 ? 1 : SELU.alpha * Math.exp(x)),
    kink: true,
  },
  gelu: {
    value: withLimits((x) => x * normalDistribution(x), [-0, Infinity]),
    derivative: withLimits((x) => normalDistribution(x) + x * normalDensity(x), [0, 1]),
    kink: false,
  },
  geluTanh: {
    value: withLimits((x) => x * sigmoid(v(x)), [-0, Infinity]),
    derivative: withLimits((x) => sigmoid(v(x)) + x * sigmoid(v(x)) * sigmoid(-v(x)) * dv(x), [0, 1]),
    kink: false,
  },
  sigmoid: { value: sigmoid, derivative: (x) => sigmoid(x) * sigmoid(-x), kink: false },
  tanh: { value: Math.tanh, derivative: (x) => 1 / Math.cosh(x) ** 2, kink: false },
  softplus: { value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), derivative: sigmoid, kink: false },
  swish: {
    value: withLimits(swish, [-0, Infinity]),
    derivative: withLimits((x) => sigmoid(x) + swish(x) * sigmoid(-x), [0, 1]),
    kink: false,
  },
} as const satisfies Readonly<Record<string, Activation>>;

export type ActivationName = keyof typeof activations;

/** y = f(x). */
export function activate(name: ActivationName, x: Numbers, parameter = 0): Float64Array {
  const { value }: Activation = activations[name];
  return Float64Array.from(x, (number) => value(number, parameter));
}

/** In the forward pass this was y = f(x), so dx = f'(x) dy. NaN stays NaN, so that divergence is seen. */
export function activationGradient(name: ActivationName, x: Numbers, dy: Numbers, parameter = 0): Float64Array {
  const { derivative }: Activation = activations[name];
  return Float64Array.from(dy, (gradient, i) => (Number.isNaN(x[i]) ? NaN : derivative(x[i], parameter) * gradient));
}
