/** A mark on an axis. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Steps between ticks, as multiples of a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];

/** Round numbers from `low` to `high`, about `count` of them, with as many digits as tell them apart. */
export function linearTicks(low: number, high: number, count: number): Tick[] {
  let power = 1;
  while (power * count > high - low) power /= 10;
  while (power * count * 10 <= high - low) power *= 10;
  const factor = STEPS.find((one) => one * power * count >= high - low) ?? 10;
  const step = factor * power;
  const digits = digitsOf(step);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const text = ((first + index) * step).toFixed(digits);
    return { value: Number(text), text };
  });
}

/** Digits after the point that a step has. */
function digitsOf(step: number): number {
  let digits = 0;
  while (digits < 12 && Math.abs(Number(step.toFixed(digits)) - step) > step * 1e-6) digits++;
  return digits;
}

/** Leading digits of the ticks of a logarithmic axis, from few to many. */
const LEADING = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 5, 7]];

/** Numbers from `low` to `high` with leading digits that are easy to read, at least `count` of them where that can be. */
export function logTicks(low: number, high: number, count: number): Tick[] {
  const powers: number[] = [];
  let power = 1;
  while (power > low) power /= 10;
  for (; power <= high; power *= 10) powers.push(power);
  const all = LEADING.map((digits) =>
    powers
      .flatMap((one) => digits.map((digit) => Number((digit * one).toPrecision(1))))
      .filter((one) => one >= low && one <= high),
  );
  const chosen = all.find((ticks) => ticks.length >= count) ?? all[all.length - 1];
  if (chosen.length < 2) return linearTicks(low, high, count);
  return chosen.map((value) => ({ value, text: String(value) }));
}
