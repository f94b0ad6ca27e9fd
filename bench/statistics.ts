/** A middle and how far the middle half of the values reaches. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
}

/** The value below which a share of the values lies, between two of them by their distance. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("quantile: there are no values");
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}

/** Median and quartiles. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), lower: quantile(values, 0.25), upper: quantile(values, 0.75) };
}

/**
 * How many times as long one took as another: the ratio of each round in which both ran, and the spread of those. What
 * slows a whole round down slows both, and leaves their ratio alone.
 */
export function ratioOf(times: Rounds, others: Rounds): Spread {
  const ratios = times.flatMap((time, round) => {
    const other = others[round];
    return time === undefined || other === undefined ? [] : [time / other];
  });
  return spreadOf(ratios);
}

/** Seconds per unit, by round; undefined where a contestant sat a round out. */
export type Rounds = readonly (number | undefined)[];

/** The rounds in which it ran. */
export function taken(times: Rounds): number[] {
  return times.filter((time) => time !== undefined);
}
