/** A range of round numbers around values, and the marks to write beside it. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  /** Digits after the point that tell the ticks apart. */
  readonly digits: number;
}

/**
 * An axis over values with about `count` ticks, steps being 1, 2 or 5 times a power of ten. It does not begin at 0 unless
 * the values do: two curves that lie close together are to be told apart.
 */
export function axisOver(values: readonly number[], count: number): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = ([1, 2, 5].find((factor) => factor * power * count >= span) ?? 10) * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toFixed(digits)));
  return { from: ticks[0], to: ticks[ticks.length - 1], ticks, digits };
}

/** Whole numbers from 1 to `last`, about `count` of them, the last among them. */
export function wholeTicks(last: number, count: number): number[] {
  const step = Math.max(1, Math.ceil(last / count));
  const ticks: number[] = [];
  for (let tick = last; tick >= 1; tick -= step) ticks.unshift(tick);
  return ticks;
}
