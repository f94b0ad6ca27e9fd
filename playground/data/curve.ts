import { randomFrom } from "./random.ts";
import { onGrid, TEST_POINTS } from "./rounding.ts";

// Numbers over a line from -1 to 1, with nothing where one would like to know.

export const curveNames = ["gap"] as const;
export type CurveName = (typeof curveNames)[number];

interface Numbers {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Where there are points: on both sides of a gap. */
const PARTS = [
  { from: -1, to: -0.35 },
  { from: 0.3, to: 0.95 },
] as const;

function draw(count: number, noise: number, seed: number): Numbers {
  const random = randomFrom(seed);
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    const { from, to } = PARTS[row % 2];
    x[row] = onGrid(from + (to - from) * random.uniform());
    y[row] = onGrid(0.55 * Math.sin(5 * x[row]) + 0.3 * x[row] + noise * random.normal());
  }
  return { x, y };
}

/** A wave that is known at both ends and not in between. */
export function curveData(_: CurveName, { points, noise, seed }: { points: number; noise: number; seed: number }) {
  return { train: draw(points, noise, 2 * seed), test: draw(TEST_POINTS, noise, 2 * seed + 1) };
}
