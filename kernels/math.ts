// Elementary functions. Those that end in 32 take and give f32, computed in f64 and rounded once: at most 0.51 units
// in the last place. Those that end in 64 are what they are made of, right to about 1e-12 of the result, so that a
// kernel can combine them and round once. Our own, because the bits of a host's Math.exp differ between engines.

@inline const LN2: f64 = 0.6931471805599453;
@inline const LOG2E: f64 = 1.4426950408889634;

/** exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln(2) / 2; exp(r) by its Taylor series to r^10. */
export function exp64(x: f64): f64 {
  if (x != x) return x;
  if (x > 709.0) return Infinity;
  if (x < -708.0) return 0;
  const n = nearest(x * LOG2E);
  const r = x - n * LN2;
  let series: f64 = 1.0 / 3628800.0;
  series = series * r + 1.0 / 362880.0;
  series = series * r + 1.0 / 40320.0;
  series = series * r + 1.0 / 5040.0;
  series = series * r + 1.0 / 720.0;
  series = series * r + 1.0 / 120.0;
  series = series * r + 1.0 / 24.0;
  series = series * r + 1.0 / 6.0;
  series = series * r + 0.5;
  series = series * r + 1.0;
  series = series * r + 1.0;
  return series * reinterpret<f64>((<i64>n + 1023) << 52);
}

export function exp32(value: f32): f32 {
  return <f32>exp64(<f64>value);
}

/** exp(x) - 1. Near 0, where the subtraction would cancel, the Taylor series without its 1. */
export function expm164(x: f64): f64 {
  if (!(abs(x) < 0.35)) return exp64(x) - 1.0;
  let series: f64 = 1.0 / 39916800.0;
  series = series * x + 1.0 / 3628800.0;
  series = series * x + 1.0 / 362880.0;
  series = series * x + 1.0 / 40320.0;
  series = series * x + 1.0 / 5040.0;
  series = series * x + 1.0 / 720.0;
  series = series * x + 1.0 / 120.0;
  series = series * x + 1.0 / 24.0;
  series = series * x + 1.0 / 6.0;
  series = series * x + 0.5;
  series = series * x + 1.0;
  return series * x;
}

/** log(1 + u) for u from 0 to 1: 2 artanh(s), s = u / (2 + u) <= 1 / 3. */
export function log1p64(u: f64): f64 {
  const s = u / (2.0 + u);
  const s2 = s * s;
  let series: f64 = 1.0 / 25.0;
  series = series * s2 + 1.0 / 23.0;
  series = series * s2 + 1.0 / 21.0;
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
  return 2.0 * s * series;
}

/** 1 / (1 + exp(-x)), by the exponential that does not overflow. */
export function sigmoid64(x: f64): f64 {
  const e = exp64(-abs(x));
  return x < 0 ? e / (1.0 + e) : 1.0 / (1.0 + e);
}

/** tanh(x) = -t / (t + 2) with the sign of x, t = exp(-2 |x|) - 1. */
export function tanh64(x: f64): f64 {
  const t = expm164(-2.0 * abs(x));
  return copysign(-t / (t + 2.0), x);
}

/** log(1 + exp(x)) = max(0, x) + log(1 + exp(-|x|)). */
export function softplus64(x: f64): f64 {
  return (x > 0 ? x : 0) + log1p64(exp64(-abs(x)));
}

/**
 * log(x) of a normal number above 0: e ln 2 + 2 artanh(s), x = 2^e m, sqrt(1/2) <= m < sqrt(2), s = (m - 1) / (m + 1). artanh(s) by its
 * series to s^19, and `last` s^21.
 */
@inline function logarithm(x: f64, last: f64): f64 {
  const bits = reinterpret<i64>(x);
  let e = <f64>(((bits >> 52) & 0x7ff) - 1023);
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e += 1.0;
  }
  const s = (m - 1.0) / (m + 1.0);
  const s2 = s * s;
  let series = last * s2 + 1.0 / 19.0;
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

/** log(x) of a normal number above 0, with the bits of src/tensor/arithmetic.ts. */
export function log64(x: f64): f64 {
  return logarithm(x, 1.0 / 21.0);
}

export function log32(value: f32): f32 {
  if (value != value || value == <f32>Infinity) return value;
  if (value < 0) return <f32>NaN;
  if (value == 0) return <f32>-Infinity;
  return <f32>logarithm(<f64>value, 0);
}

/**
 * erfc(x) = 1 - erf(x), also where it is tiny: rational approximations of erf(x) / x and exp(x^2) erfc(x) from
 * W. J. Cody, Rational Chebyshev approximations for the error function, Mathematics of Computation 23 (1969).
 */
export function erfc64(x: f64): f64 {
  const t = abs(x);
  if (t <= 0.46875) return 1.0 - x * erfOverX(x * x);
  const tail = exp64(-t * t) * (t <= 4.0 ? scaledMiddle(t) : scaledFar(t));
  return x < 0 ? 2.0 - tail : tail;
}

function erfOverX(square: f64): f64 {
  let above: f64 = 1.85777706184603153e-1;
  above = above * square + 3.1611237438705656;
  above = above * square + 1.13864154151050156e2;
  above = above * square + 3.77485237685302021e2;
  above = above * square + 3.20937758913846947e3;
  let below = square + 2.36012909523441209e1;
  below = below * square + 2.44024637934444173e2;
  below = below * square + 1.28261652607737228e3;
  below = below * square + 2.84423683343917062e3;
  return above / below;
}

/** exp(t^2) erfc(t) for t from 0.46875 to 4. */
function scaledMiddle(t: f64): f64 {
  let above: f64 = 2.15311535474403846e-8;
  above = above * t + 5.64188496988670089e-1;
  above = above * t + 8.88314979438837594;
  above = above * t + 6.61191906371416295e1;
  above = above * t + 2.98635138197400131e2;
  above = above * t + 8.8195222124176909e2;
  above = above * t + 1.71204761263407058e3;
  above = above * t + 2.05107837782607147e3;
  above = above * t + 1.23033935479799725e3;
  let below = t + 1.57449261107098347e1;
  below = below * t + 1.17693950891312499e2;
  below = below * t + 5.37181101862009858e2;
  below = below * t + 1.62138957456669019e3;
  below = below * t + 3.29079923573345963e3;
  below = below * t + 4.36261909014324716e3;
  below = below * t + 3.43936767414372164e3;
  below = below * t + 1.23033935480374942e3;
  return above / below;
}

/** exp(t^2) erfc(t) for t above 4: (1 / sqrt(pi) - R(1 / t^2) / t^2) / t. */
function scaledFar(t: f64): f64 {
  const s = 1.0 / (t * t);
  let above: f64 = 1.63153871373020978e-2;
  above = above * s + 3.05326634961232344e-1;
  above = above * s + 3.60344899949804439e-1;
  above = above * s + 1.25781726111229246e-1;
  above = above * s + 1.60837851487422766e-2;
  above = above * s + 6.58749161529837803e-4;
  let below = s + 2.56852019228982242;
  below = below * s + 1.87295284992346725;
  below = below * s + 5.27905102951428412e-1;
  below = below * s + 6.05183413124413191e-2;
  below = below * s + 2.33520497626869185e-3;
  return (0.56418958354775628 - (s * above) / below) / t;
}

export function exp(source: usize, target: usize, count: i32, thread: i32, threads: i32): void {
  if (thread != 0) return;
  for (let i: usize = 0; i < <usize>count; ++i) store<f32>(target + (i << 2), exp32(load<f32>(source + (i << 2))));
}

export function log(source: usize, target: usize, count: i32, thread: i32, threads: i32): void {
  if (thread != 0) return;
  for (let i: usize = 0; i < <usize>count; ++i) store<f32>(target + (i << 2), log32(load<f32>(source + (i << 2))));
}
