// Standard normal variates by inversion (Wichura 1988, algorithm AS 241, PPND16), with the bits of `src/random/normal.ts`: the
// same operations of f64 in the same order.

@inline const LN2: f64 = 0.6931471805599453;

/** log(x) of a normal number above 0: e ln 2 + 2 artanh(s), x = 2^e m, s = (m - 1) / (m + 1); `log` of src/tensor/arithmetic.ts. */
export function log64(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let e = <f64>(((bits >> 52) & 0x7ff) - 1023);
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e += 1.0;
  }
  const s = (m - 1.0) / (m + 1.0);
  const s2 = s * s;
  let series: f64 = 1.0 / 21.0;
  series = series * s2 + 1.0 / 19.0;
  series = series * s2 + 1.0 / 17.0;
  series = series * s2 + 1.0 / 15.0;
  series = series * s2 + 1.0 / 13.0;
  series = series * s2 + 1.0 / 11.0;
  series = series * s2 + 1.0 / 9.0;
  series = series * s2 + 1.0 / 7.0;
  series = series * s2 + 1.0 / 5.0;
  series = series * s2 + 1.0 / 3.0;
  series = series * s2 + 1.0;
  return e * LN2 + 2.0 * s * series;
}

/** z / q of the middle 85 in 100, r = 0.425^2 - q^2. */
@inline function centre(r: f64): f64 {
  let above: f64 = 2509.0809287301226727;
  above = above * r + 33430.575583588128105;
  above = above * r + 67265.770927008700853;
  above = above * r + 45921.953931549871457;
  above = above * r + 13731.693765509461125;
  above = above * r + 1971.5909503065514427;
  above = above * r + 133.14166789178437745;
  above = above * r + 3.387132872796366608;
  let below: f64 = 5226.495278852545925;
  below = below * r + 28729.085735721942674;
  below = below * r + 39307.89580009271061;
  below = below * r + 21213.794301586595867;
  below = below * r + 5394.1960214247511077;
  below = below * r + 687.1870074920579083;
  below = below * r + 42.313330701600911252;
  below = below * r + 1.0;
  return above / below;
}

/** |z| outside, r = sqrt(-log of the tail) - 1.6 up to 3.4, which is a tail of 1.4e-11: a word's is at least 2^-33 = 1.2e-10. */
function outside(r: f64): f64 {
  let above: f64 = 7.7454501427834140764e-4;
  above = above * r + 0.0227238449892691845833;
  above = above * r + 0.24178072517745061177;
  above = above * r + 1.27045825245236838258;
  above = above * r + 3.64784832476320460504;
  above = above * r + 5.7694972214606914055;
  above = above * r + 4.6303378461565452959;
  above = above * r + 1.42343711074968357734;
  let below: f64 = 1.05075007164441684324e-9;
  below = below * r + 5.475938084995344946e-4;
  below = below * r + 0.0151986665636164571966;
  below = below * r + 0.14810397642748007459;
  below = below * r + 0.68976733498510000455;
  below = below * r + 1.6763848301838038494;
  below = below * r + 2.05319162663775882187;
  below = below * r + 1.0;
  return above / below;
}

/** The variate of a word: the quantile of (word + 1/2) / 2^32. */
@inline export function normalOfWord(word: u32): f64 {
  const probability = (<f64>word + 0.5) / 4294967296.0;
  const q = probability - 0.5;
  if (abs(q) <= 0.425) return q * centre(0.180625 - q * q);
  const distance = outside(sqrt(-log64(q < 0 ? probability : 1.0 - probability)) - 1.6);
  return q < 0 ? -distance : distance;
}
