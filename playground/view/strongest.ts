/** Of more weights than this only the strongest are drawn: so many lines would be a cloud, and take their time. */
export const MOST_LINES = 1500;

/** Strengths that are told apart to find them. */
const BINS = 256;

/** The least strength, of 0 to 1, of the lines that are drawn: as low as leaves no more of them than there may be. */
export function leastStrength(strengths: ArrayLike<number>, most: number): number {
  if (strengths.length <= MOST_LINES) return 0;
  const counts = new Uint32Array(BINS);
  for (let at = 0; at < strengths.length; at++) counts[Math.min(BINS - 1, Math.floor((Math.abs(strengths[at]) / most) * BINS))]++;
  let bin = BINS - 1;
  for (let lines = counts[bin]; bin > 0 && lines + counts[bin - 1] <= MOST_LINES; ) lines += counts[--bin];
  return bin / BINS;
}
