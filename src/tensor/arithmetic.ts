/**
 * Functions whose bits differ between JavaScript engines when taken from `Math`, made of + - * / and square roots,
 * which are the same everywhere. Whatever enters a result goes through these.
 */

const LN2 = 0.6931471805599453;
const LEAST_NORMAL = 2.2250738585072014e-308;
const bits = new DataView(new ArrayBuffer(8));

/** Natural logarithm of a positive, finite number: e ln 2 + 2 artanh((m - 1) / (m + 1)), x = 2^e m. */
export function log(x: number): number {
  // A subnormal number has no leading 1 in its bits.
  if (x > 0 && x < LEAST_NORMAL) return log(x * 2 ** 54) - 54 * LN2;
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = ((high >>> 20) & 0x7ff) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const squared = s * s;
  let series = 0;
  for (let term = 21; term >= 1; term -= 2) series = series * squared + 1 / term;
  return exponent * LN2 + 2 * s * series;
}

/** base^exponent for a whole exponent of at least 0, by repeated squaring. */
export function power(base: number, exponent: number): number {
  let [result, square] = [1, base];
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
