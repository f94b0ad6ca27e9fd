import { normalDensity, normalDistribution } from "./erf.ts";

/**
 * The standard normal variate of a probability in (0, 1). Made otherwise than the kernel's, so that both can be compared: Newton's
 * method on log Phi(z) = log p of the smaller tail, which is concave, so that it cannot go astray.
 */
export function normalQuantile(probability: number): number {
  const tail = Math.min(probability, 1 - probability);
  let z = 0;
  for (let step = 0; step < 50; step++) {
    const distribution = normalDistribution(z);
    const change = (Math.log(distribution / tail) * distribution) / normalDensity(z);
    z -= change;
    if (Math.abs(change) < 1e-13) break;
  }
  return probability < 0.5 ? z : -z;
}
