import type { Numbers } from "./numbers.ts";

/** y = factor x: what standard scaling asks of prediction, and what turns bytes such as pixels into inputs. */
export function scale(x: Numbers, factor: number): Float64Array {
  return Float64Array.from(x, (value) => value * factor);
}
