// Four numbers of single precision as two pairs of doubles, and back.

@inline export function lowDoubles(singles: v128): v128 {
  return f64x2.promote_low_f32x4(singles);
}

@inline export function highDoubles(singles: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(singles, singles, 2, 3, 0, 1));
}

/** Rounds two pairs of doubles to four singles. */
@inline export function toSingles(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** The sum of the four, in order. */
@inline export function sumOfLanes(low: v128, high: v128): f64 {
  return f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1) + f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1);
}
