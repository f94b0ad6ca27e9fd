/** What selu is at -infinity: what alpha dropout makes of a unit that sleeps. */
const SELU_ASLEEP = -1.7580993408473766;

/** The numbers of alpha dropout at a rate, y = a (m x + asleep (1 - m)) + b. */
export function alphaFactors(rate: number): { readonly a: number; readonly b: number; readonly asleep: number } {
  const a = 1 / Math.sqrt((1 - rate) * (1 + rate * SELU_ASLEEP ** 2));
  return { a, b: -a * rate * SELU_ASLEEP, asleep: SELU_ASLEEP };
}
