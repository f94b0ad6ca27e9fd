/** One of the 2^units masks of some units, and how probable it is: p^awake (1 - p)^asleep. */
export interface WeightedMask {
  readonly mask: readonly number[];
  readonly probability: number;
}

/** All masks of some units, at most 12 of them, each unit being kept with probability p. */
export function everyMask(units: number, p: number): WeightedMask[] {
  if (units > 12) throw new Error(`${units} units have ${2 ** units} masks: take at most 12`);
  return Array.from({ length: 2 ** units }, (_, code) => {
    const mask = Array.from({ length: units }, (_, unit) => (code >> unit) & 1);
    return { mask, probability: mask.reduce((product, awake) => product * (awake ? p : 1 - p), 1) };
  });
}

/** The exact expectation over all masks of a function of the mask that gives some numbers. */
export function expectation(units: number, p: number, f: (mask: readonly number[]) => readonly number[]): number[] {
  const sums: number[] = [];
  for (const { mask, probability } of everyMask(units, p)) {
    for (const [i, value] of f(mask).entries()) sums[i] = (sums[i] ?? 0) + probability * value;
  }
  return sums;
}
