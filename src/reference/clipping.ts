import type { Numbers } from "./numbers.ts";

/** A gradient cut to [-limit, limit] number by number (Pascanu et al. 2013). */
export function clipValue(gradients: Numbers, limit: number): Float64Array {
  return Float64Array.from(gradients, (gradient) => Math.max(-limit, Math.min(limit, gradient)));
}

/** The factor min(1, limit / ||g||) that shortens a gradient, all its parts together, to the limit (Pascanu et al. 2013). */
export function clipFactor(parts: Iterable<Numbers>, limit: number): number {
  let squared = 0;
  for (const part of parts) for (let i = 0; i < part.length; i++) squared += part[i] ** 2;
  return Math.min(1, limit / Math.sqrt(squared));
}
