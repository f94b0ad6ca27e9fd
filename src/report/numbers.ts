// Numbers as a page tells them.

/** 60000 is `60,000`. */
export const count = (value: number) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");

/** `1 row`, `2 rows`. */
export const counted = (value: number, one: string, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** A share in percent, with a digit more where it is small: `12.5%`, `0.42%`. */
export function percent(share: number): string {
  const size = Math.abs(100 * share);
  return `${(100 * share).toFixed(size >= 99.95 || size === 0 ? 0 : size < 1 ? 2 : 1)}%`;
}

/** A number to as many digits as are read at a glance. */
export function brief(value: number, digits = 3): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(digits - 1);
  return size >= 10 ** digits ? count(value) : String(Number(value.toPrecision(digits)));
}

/** A name in one line of at most so many characters. */
export function label(name: string, most: number): string {
  const characters = [...name.replace(/\s+|\p{Cc}/gu, " ")];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : characters.join("");
}
