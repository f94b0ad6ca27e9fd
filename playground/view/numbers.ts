/** A number in three figures, with a minus as wide as a plus. */
export function figures(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 10_000)) return value.toExponential(1).replaceAll("-", "−");
  const text = value.toFixed(size !== 0 && size < 0.1 ? 4 : size < 10 ? 3 : size < 100 ? 2 : 1);
  return text.replace("-", "−");
}

/** A loss: three decimals, as far as they are seen to differ. */
export function loss(value: number): string {
  return value < 10 ? value.toFixed(3) : value.toFixed(1);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function count(value: number): string {
  return value.toLocaleString("en");
}
