import { exp, log } from "../tensor/arithmetic.ts";

/**
 * Cross-entropy of each row from its logits z: log(sum over k of exp(z_k - z_t)).
 * @param targets - class indices, which begin anew where they have ended.
 */
export function classLosses(
  { data, shape }: { readonly data: Float32Array; readonly shape: readonly number[] },
  targets: ArrayLike<number>,
): Float64Array {
  const [rows, classes] = shape;
  return Float64Array.from({ length: rows }, (_, row) => {
    const z = data.subarray(row * classes, (row + 1) * classes);
    const most = z.reduce((a, b) => (a > b ? a : b));
    const sum = z.reduce((total, logit) => total + exp(logit - most), 0);
    return log(sum) + most - z[targets[row % targets.length]];
  });
}

/** (prediction - target)² of each row; targets begin anew where they have ended. */
export function squaredErrors(predictions: Float32Array, targets: ArrayLike<number>): Float64Array {
  return Float64Array.from(predictions, (value, row) => (value - targets[row % targets.length]) ** 2);
}
