import type { Parameters, Space } from "../src/study/space.ts";

/** A function whose least value is known. */
export interface KnownFunction {
  readonly space: Space;
  readonly least: number;
  value(parameters: Parameters): number;
}

/** Branin's function (Dixon and Szegö 1978): three equal minima. */
export const branin: KnownFunction = {
  space: { x: { kind: "float", low: -5, high: 10 }, y: { kind: "float", low: 0, high: 15 } },
  least: 0.397887,
  value(parameters) {
    const [x, y] = [Number(parameters.x), Number(parameters.y)];
    const inner = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
    return inner * inner + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
  },
};

const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];
const ALPHA = [1, 1.2, 3, 3.2];

/** Hartmann's function of six variables (Dixon and Szegö 1978): four wells, of which one is the deepest. */
export const hartmann6: KnownFunction = {
  space: Object.fromEntries([1, 2, 3, 4, 5, 6].map((i) => [`x${i}`, { kind: "float", low: 0, high: 1 }])),
  least: -3.32237,
  value(parameters) {
    let sum = 0;
    for (let i = 0; i < 4; i++) {
      let exponent = 0;
      for (let j = 0; j < 6; j++) exponent += A[i][j] * (Number(parameters[`x${j + 1}`]) - P[i][j]) ** 2;
      sum -= ALPHA[i] * Math.exp(-exponent);
    }
    return sum;
  },
};
