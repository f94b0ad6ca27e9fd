import { type Random, randomFrom } from "./random.ts";

// Points of two classes in the plane, within about [-1, 1] on both axes before noise.

/** Points and their classes, 0 or 1. */
export interface Points {
  /** x and y of point i are numbers 2 i and 2 i + 1. */
  readonly x: Float32Array;
  readonly y: Int32Array;
}

/** What is to be learned from, and what tells whether it was. */
export interface PlaneData {
  readonly train: Points;
  readonly test: Points;
}

type Draw = (random: Random, label: number) => readonly [number, number];

const TURNS = 1.6;

/** By name, a point of class 0 or 1 without noise. */
const shapes = {
  spiral(random, label) {
    // The square root makes the points as dense outside as inside.
    const way = 0.06 + 0.94 * Math.sqrt(random.uniform());
    const angle = 2 * Math.PI * TURNS * way + label * Math.PI;
    return [way * Math.sin(angle), way * Math.cos(angle)];
  },
  circles(random, label) {
    const angle = 2 * Math.PI * random.uniform();
    const radius = label === 0 ? 0.42 * Math.sqrt(random.uniform()) : 0.7 + 0.25 * random.uniform();
    return [radius * Math.sin(angle), radius * Math.cos(angle)];
  },
  xor(random, label) {
    const x = 0.06 + 0.88 * random.uniform();
    const y = 0.06 + 0.88 * random.uniform();
    const side = random.uniform() < 0.5 ? -1 : 1;
    return [side * x, side * y * (label === 0 ? 1 : -1)];
  },
  moons(random, label) {
    const angle = Math.PI * random.uniform();
    const [x, y] = [0.62 * Math.cos(angle), 0.62 * Math.sin(angle)];
    return label === 0 ? [x - 0.3, y - 0.16] : [0.3 - x, 0.16 - y];
  },
  gaussian(random, label) {
    const side = label === 0 ? -1 : 1;
    return [side * 0.42 + 0.2 * random.normal(), side * 0.42 + 0.2 * random.normal()];
  },
} satisfies Record<string, Draw>;

export type ShapeName = keyof typeof shapes;
export const shapeNames = Object.keys(shapes) as ShapeName[];

export const TEST_POINTS = 400;

/** Points are rounded to this grid, which takes away the last bits of sine and cosine: they differ between runtimes. */
export const GRID = 4096;

function draw(name: ShapeName, count: number, noise: number, seed: number): Points {
  const random = randomFrom(seed);
  const x = new Float32Array(2 * count);
  const y = Int32Array.from({ length: count }, (_, row) => row % 2);
  for (let row = 0; row < count; row++) {
    const point = shapes[name](random, y[row]);
    for (const axis of [0, 1]) x[2 * row + axis] = Math.round(GRID * (point[axis] + noise * random.normal())) / GRID;
  }
  return { x, y };
}

/**
 * A data set: the same for the same arguments, in every runtime.
 * @param options.noise - standard deviation of what is added to each coordinate.
 */
export function planeData(name: ShapeName, options: { points: number; noise: number; seed: number }): PlaneData {
  const { points, noise, seed } = options;
  return { train: draw(name, points, noise, 2 * seed), test: draw(name, TEST_POINTS, noise, 2 * seed + 1) };
}
