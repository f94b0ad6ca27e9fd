// What batch and layer normalisation make of numbers, two at once in f64: h = (x - mean) r with r = 1 / sqrt(variance + epsilon), and
// y = h weight + bias.

/** h = (x - mean) r. */
@inline export function standardized(x: v128, mean: v128, r: v128): v128 {
  return f64x2.mul(f64x2.sub(x, mean), r);
}

/** y = (x - mean) r weight + bias. */
@inline export function normalized(x: v128, mean: v128, r: v128, weight: v128, bias: v128): v128 {
  return f64x2.add(f64x2.mul(standardized(x, mean, r), weight), bias);
}
