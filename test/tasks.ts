import { Draws } from "./draws.ts";

/** Rows of floats and their classes, which a network can learn: each class has a centre, and noise around it. */
export function classes({ rows = 100, inputs = 8, outputs = 3, seed = 1 } = {}): { x: Float32Array; y: Int32Array } {
  const draws = new Draws(seed);
  const centres = draws.floats(outputs * inputs);
  const y = Int32Array.from({ length: rows }, () => draws.integer(0, outputs - 1));
  const x = Float32Array.from({ length: rows * inputs }, (_, i) => {
    return centres[y[Math.floor(i / inputs)] * inputs + (i % inputs)] + 0.4 * (draws.unit() - 0.5);
  });
  return { x, y };
}

/** Rows of floats and numbers that are a linear function of them, plus a little noise. */
export function line({ rows = 100, inputs = 8, outputs = 2, seed = 1 } = {}): { x: Float32Array; y: Float32Array } {
  const draws = new Draws(seed);
  const slopes = draws.floats(outputs * inputs);
  const x = draws.floats(rows * inputs);
  const y = Float32Array.from({ length: rows * outputs }, (_, i) => {
    const row = Math.floor(i / outputs) * inputs;
    let sum = 0.05 * draws.unit();
    for (let k = 0; k < inputs; k++) sum += x[row + k] * slopes[(i % outputs) * inputs + k];
    return sum;
  });
  return { x, y };
}

/** Images of bytes, most of them 0, and their classes. */
export function images({ rows = 60, outputs = 4, seed = 1 } = {}): { x: Uint8Array; y: Int32Array } {
  const draws = new Draws(seed);
  const y = Int32Array.from({ length: rows }, () => draws.integer(0, outputs - 1));
  const x = Uint8Array.from({ length: rows * 784 }, (_, i) => {
    const lit = (i % 784) % (outputs + 3) === y[Math.floor(i / 784)];
    return lit && draws.unit() < 0.7 ? draws.integer(1, 255) : 0;
  });
  return { x, y };
}
