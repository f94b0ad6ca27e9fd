// exp and log for f32, computed in f64 and rounded once: at most 0.51 units in the last place.
// Our own, because the bits of a host's Math.exp and Math.log differ between engines.

@inline const LN2: f64 = 0.6931471805599453;
@inline const LOG2E: f64 = 1.4426950408889634;

/** exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln(2) / 2; exp(r) by its Taylor series to r^10. */
export function exp32(value: f32): f32 {
  const x = <f64>value;
  if (x != x) return value;
  if (x > 89.0) return <f32>Infinity;
  if (x < -104.0) return 0;
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
  return <f32>(series * reinterpret<f64>((<i64>n + 1023) << 52));
}

/** log(x) = e ln 2 + 2 artanh(s), x = 2^e m, sqrt(1/2) <= m < sqrt(2), s = (m - 1) / (m + 1). */
export function log32(value: f32): f32 {
  if (value != value || value == <f32>Infinity) return value;
  if (value < 0) return <f32>NaN;
  if (value == 0) return <f32>-Infinity;
  const bits = reinterpret<i64>(<f64>value);
  let e = <f64>(((bits >> 52) & 0x7ff) - 1023);
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e += 1.0;
  }
  const s = (m - 1.0) / (m + 1.0);
  const s2 = s * s;
  let series: f64 = 1.0 / 19.0;
  series = series * s2 + 1.0 / 17.0;
  series = series * s2 + 1.0 / 15.0;
  series = series * s2 + 1.0 / 13.0;
  series = series * s2 + 1.0 / 11.0;
  series = series * s2 + 1.0 / 9.0;
  series = series * s2 + 1.0 / 7.0;
  series = series * s2 + 1.0 / 5.0;
  series = series * s2 + 1.0 / 3.0;
  series = series * s2 + 1.0;
  return <f32>(e * LN2 + 2.0 * s * series);
}

export function exp(source: usize, target: usize, count: i32, thread: i32, threads: i32): void {
  if (thread != 0) return;
  for (let i: usize = 0; i < <usize>count; ++i) store<f32>(target + (i << 2), exp32(load<f32>(source + (i << 2))));
}

export function log(source: usize, target: usize, count: i32, thread: i32, threads: i32): void {
  if (thread != 0) return;
  for (let i: usize = 0; i < <usize>count; ++i) store<f32>(target + (i << 2), log32(load<f32>(source + (i << 2))));
}
