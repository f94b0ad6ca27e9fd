import type { Numbers } from "./numbers.ts";

/** y = max(0, x). NaN stays NaN, so that divergence is seen. */
export function relu(x: Numbers): Float64Array {
  return Float64Array.from(x, (value) => Math.max(0, value));
}

/** In the forward pass this was y = max(0, x); so dx = dy where y > 0, else 0. */
export function reluGradient(y: Numbers, dy: Numbers): Float64Array {
  return Float64Array.from(dy, (gradient, i) => (y[i] > 0 ? gradient : 0));
}
