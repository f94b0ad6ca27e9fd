/** What a model is worth on rows of a table: loss and share of errors; or, in the target's own units, errors of numbers. */
export type TableMeasures = Readonly<Record<string, number>>;

/** Measures in words: `error 2.33%, loss 0.0931`. */
export function measuresText({ rows: _, error, ...others }: TableMeasures): string {
  const named = Object.entries(others).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  return [...(error === undefined ? [] : [`error ${(100 * error).toFixed(2)}%`]), ...named].join(", ");
}
