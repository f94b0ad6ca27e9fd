import { DrowseError, show } from "../tensor/errors.ts";
import { readSamples, type Samples, type Statistic } from "./samples.ts";

/**
 * Quantiles over the samples, linear between the samples in ascending order (type 7 of Hyndman and Fan 1996, the
 * default of NumPy and R):
 *
 *     h = (T - 1) level      quantile = y_(floor h) + (h - floor h) (y_(floor h + 1) - y_(floor h))
 *
 * @param samples - [samples, rows, ...outputs].
 * @param levels - numbers from 0 to 1.
 * @returns numbers [rows, ...outputs] for each level, in the order of the levels.
 * @throws {DrowseError} on no samples or rows, numbers that are not finite, and levels outside [0, 1].
 * @example
 * const [low, high] = sampleQuantiles(samples, [0.05, 0.95]);
 */
export function sampleQuantiles(samples: Samples, levels: readonly number[]): Statistic[] {
  checkLevels("sampleQuantiles", levels);
  const { data, samples: T, rows, columns, shape } = readSamples("sampleQuantiles", samples);
  const size = rows * columns;
  const quantiles = levels.map(() => ({ data: new Float64Array(size), shape }));
  const sorted = new Float64Array(T);
  for (let i = 0; i < size; i++) {
    for (let t = 0; t < T; t++) sorted[t] = data[t * size + i];
    sorted.sort();
    for (const [index, level] of levels.entries()) quantiles[index].data[i] = between(sorted, level);
  }
  return quantiles;
}

/** @throws {DrowseError} unless the levels are an array of numbers from 0 to 1. */
export function checkLevels(operation: string, levels: unknown): void {
  if (!Array.isArray(levels) || !levels.every((level) => typeof level === "number" && level >= 0 && level <= 1)) {
    throw new DrowseError(
      operation,
      `the levels are ${show(levels)}`,
      "give an array of numbers from 0 to 1, such as [0.05, 0.95]",
    );
  }
}

function between(sorted: Float64Array, level: number): number {
  const h = (sorted.length - 1) * level;
  const below = Math.floor(h);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (h - below) * (sorted[above] - sorted[below]);
}
