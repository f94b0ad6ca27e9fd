import { type Random, randomFrom } from "./random.ts";
import { onGrid, TEST_POINTS } from "./rounding.ts";

// Points of two classes in the plane, within about [-1, 1] on both axes before noise.

/** Points and their classes, 0 or 1. */
interface PlanePoints {
  /** x and y of point i are numbers 2 i and 2 i + 1. */
  readonly x: Float32Array;
  readonly y: Int32Array;
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

function draw(name: ShapeName, count: number, noise: number, seed: number): PlanePoints {
  const random = randomFrom(seed);
  const x = new Float32Array(2 * count);
  const y = Int32Array.from({ length: count }, (_, row) => row % 2);
  for (let row = 0; row < count; row++) {
    const point = shapes[name](random, y[row]);
    for (const axis of [0, 1]) x[2 * row + axis] = onGrid(point[axis] + noise * random.normal());
  }
  return { x, y };
}

/** Points of a shape, half of them of each class. */
export function planeData(name: ShapeName, { points, noise, seed }: { points: number; noise: number; seed: number }) {
  return { train: draw(name, points, noise, 2 * seed), test: draw(name, TEST_POINTS, noise, 2 * seed + 1) };
}
