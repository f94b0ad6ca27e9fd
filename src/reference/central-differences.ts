import { DrowseError } from "../tensor/errors.ts";
import type { Numbers } from "./numbers.ts";

/** What {@link checkGradient} found. */
export interface GradientReport {
  /** Whether every entry is within its tolerance. */
  readonly passed: boolean;
  /** The entry furthest beyond, or nearest to, its tolerance; undefined when there are no entries. */
  readonly worst:
    | {
        readonly index: number;
        readonly gradient: number;
        readonly numeric: number;
        /** |gradient - numeric| / (atol + rtol |numeric|): above 1 is a failure; NaN counts as infinite. */
        readonly ratio: number;
      }
    | undefined;
}

/** The gradient of f at a point by central differences: (f(x + h e_i) - f(x - h e_i)) / 2h, error O(h^2). */
export function numericGradient(f: (point: Float64Array) => number, point: Numbers, step = 1e-5): Float64Array {
  const moved = Float64Array.from(point);
  return Float64Array.from(point, (x, i) => {
    const above = x + step;
    const below = x - step;
    moved[i] = above;
    const fAbove = f(moved);
    moved[i] = below;
    const fBelow = f(moved);
    moved[i] = x;
    return (fAbove - fBelow) / (above - below);
  });
}

/**
 * Compares a gradient of f with central differences, entry by entry: |gradient - numeric| <= atol + rtol |numeric|.
 *
 * f must be smooth within `step` of the point: a rectifier whose input changes sign there has no derivative to find.
 *
 * @param step how far each coordinate is moved, by default 1e-5
 * @throws {DrowseError} when the gradient and the point differ in length
 */
export function checkGradient(
  f: (point: Float64Array) => number,
  gradient: Numbers,
  point: Numbers,
  { rtol = 1e-5, atol = 1e-7, step = 1e-5 }: { rtol?: number; atol?: number; step?: number } = {},
): GradientReport {
  if (gradient.length !== point.length) {
    throw new DrowseError("checkGradient", `${gradient.length} gradients for ${point.length} numbers`, "give one for each");
  }
  const numeric = numericGradient(f, point, step);
  let worst: GradientReport["worst"];
  for (let index = 0; index < point.length; index++) {
    const error = Math.abs(gradient[index] - numeric[index]) / (atol + rtol * Math.abs(numeric[index]));
    const ratio = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
    if (!worst || ratio > worst.ratio) worst = { index, gradient: gradient[index], numeric: numeric[index], ratio };
  }
  return { passed: worst === undefined || worst.ratio <= 1, worst };
}
