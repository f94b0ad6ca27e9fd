// Standard normal variates by inversion (Wichura 1988, algorithm AS 241, PPND16), with the bits of `src/random/normal.ts`: the
// same operations of f64 in the same order.
import { log64 } from "./math";

/** z / q of the middle 85 in 100, two at once, r = 0.425^2 - q^2. */
@inline function centres(r: v128): v128 {
  let above = f64x2.splat(2509.0809287301226727);
  above = f64x2.add(f64x2.mul(above, r), f64x2.splat(33430.575583588128105));
  above = f64x2.add(f64x2.mul(above, r), f64x2.splat(67265.770927008700853));
  above = f64x2.add(f64x2.mul(above, r), f64x2.splat(45921.953931549871457));
  above = f64x2.add(f64x2.mul(above, r), f64x2.splat(13731.693765509461125));
  above = f64x2.add(f64x2.mul(above, r), f64x2.splat(1971.5909503065514427));
  above = f64x2.add(f64x2.mul(above, r), f64x2.splat(133.14166789178437745));
  above = f64x2.add(f64x2.mul(above, r), f64x2.splat(3.387132872796366608));
  let below = f64x2.splat(5226.495278852545925);
  below = f64x2.add(f64x2.mul(below, r), f64x2.splat(28729.085735721942674));
  below = f64x2.add(f64x2.mul(below, r), f64x2.splat(39307.89580009271061));
  below = f64x2.add(f64x2.mul(below, r), f64x2.splat(21213.794301586595867));
  below = f64x2.add(f64x2.mul(below, r), f64x2.splat(5394.1960214247511077));
  below = f64x2.add(f64x2.mul(below, r), f64x2.splat(687.1870074920579083));
  below = f64x2.add(f64x2.mul(below, r), f64x2.splat(42.313330701600911252));
  below = f64x2.add(f64x2.mul(below, r), f64x2.splat(1.0));
  return f64x2.div(above, below);
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

/** The variate of a word that is not of the middle. */
function variateOutside(word: u32): f64 {
  const probability = (<f64>word + 0.5) / 4294967296.0;
  const isLow = probability < 0.5;
  const distance = outside(sqrt(-log64(isLow ? probability : 1.0 - probability)) - 1.6);
  return isLow ? -distance : distance;
}

/** The variate of a word: the quantile of (word + 1/2) / 2^32. */
@inline export function normalOfWord(word: u32): f64 {
  const q = (<f64>word + 0.5) / 4294967296.0 - 0.5;
  if (abs(q) > 0.425) return variateOutside(word);
  return q * f64x2.extract_lane(centres(f64x2.splat(0.180625 - q * q)), 0);
}

/** The variates of two words, with the bits of `normalOfWord`: together where both are of the middle, as in 72 of 100 pairs. */
@inline export function normalsOfWords(words: usize): v128 {
  const middle = f64x2.splat(0.5);
  const counts = f64x2.convert_low_i32x4_u(v128.load64_zero(words));
  const q = f64x2.sub(f64x2.mul(f64x2.add(counts, middle), f64x2.splat(2.3283064365386963e-10)), middle); // 2^-32
  const isOutside = f64x2.gt(f64x2.abs(q), f64x2.splat(0.425));
  let z = f64x2.mul(q, centres(f64x2.sub(f64x2.splat(0.180625), f64x2.mul(q, q))));
  if (!v128.any_true(isOutside)) return z;
  if (i64x2.extract_lane(isOutside, 0)) z = f64x2.replace_lane(z, 0, variateOutside(load<u32>(words)));
  if (i64x2.extract_lane(isOutside, 1)) z = f64x2.replace_lane(z, 1, variateOutside(load<u32>(words, 4)));
  return z;
}
