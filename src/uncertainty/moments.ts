import { normalDensity, normalDistribution } from "../tensor/arithmetic.ts";

// Moment propagation, the heart of fast dropout (Wang and Manning 2013): each number is taken for a normal one of mean m and variance
// v, and the numbers of a row for independent. Each function makes the moments of a layer's output of those of its input.

/** Means and variances of some numbers. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * y = W x + b: m' = W m + b, v' = (W * W) v, each product by its element.
 * @param weight - [outputs, inputs].
 */
export function denseMoments(
  { mean, variance }: Moments,
  weight: ArrayLike<number>,
  bias: ArrayLike<number> | undefined,
): Moments {
  const inputs = mean.length;
  const outputs = weight.length / inputs;
  const result = { mean: new Float64Array(outputs), variance: new Float64Array(outputs) };
  for (let n = 0; n < outputs; n++) {
    let [m, v] = [0, 0];
    for (let k = 0; k < inputs; k++) {
      const w = weight[n * inputs + k];
      m += w * mean[k];
      v += w * w * variance[k];
    }
    result.mean[n] = m + (bias ? bias[n] : 0);
    result.variance[n] = v;
  }
  return result;
}

/**
 * y = s z x, z ~ Bernoulli(keep), s = scale: E y = s keep m, E y^2 = s^2 keep (v + m^2), v' = E y^2 - (E y)^2, that is
 *
 *     v' = s^2 keep (v + rate m^2)
 */
export function dropoutMoments({ mean, variance }: Moments, rate: number, scale: number): Moments {
  const keep = 1 - rate;
  return {
    mean: mean.map((m) => scale * keep * m),
    variance: variance.map((v, i) => scale * scale * keep * (v + rate * mean[i] * mean[i])),
  };
}

/**
 * y = max(0, x) of a normal x, with a = m / sqrt v, Phi its distribution function and phi its density:
 *
 *     E y = m Phi(a) + sqrt v phi(a)      E y^2 = (m^2 + v) Phi(a) + m sqrt v phi(a)
 */
export function rectifierMoments({ mean, variance }: Moments): Moments {
  const result = { mean: new Float64Array(mean.length), variance: new Float64Array(mean.length) };
  for (const [i, m] of mean.entries()) {
    const deviation = Math.sqrt(variance[i]);
    if (deviation === 0) {
      result.mean[i] = Math.max(0, m);
      continue;
    }
    const a = m / deviation;
    const [below, density] = [normalDistribution(a), normalDensity(a)];
    const first = m * below + deviation * density;
    const second = (m * m + variance[i]) * below + m * deviation * density;
    result.mean[i] = Math.max(0, first);
    // Where nearly nothing is above 0, what is left is rounding.
    result.variance[i] = Math.max(0, second - first * first);
  }
  return result;
}
