import type { DataSet, Points, Task } from "./data-set.ts";

// Handwritten digits: images of 28 by 28 pixels.

/** Pixels along a side. */
export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
const DIGITS = 10;
const TASK: Task = { inputs: PIXELS, outputs: DIGITS, loss: "crossEntropy" };

/** Images of the sample to learn from, and to be tested on: as many of each digit. */
export const SAMPLE = { train: 1500, test: 500 } as const;
/** Of a large set, the images that losses are measured on while it is learned. */
const MEASURED = 2000;
/** A pixel of the sample has 16 shades, and so half a byte: shade s is the byte 17 s. */
const SHADE = 17;

/**
 * The sample: 2,000 images of MNIST, row i of each part the next image of digit i mod 10, so that the first rows of any number are
 * balanced. `packed` holds two pixels in a byte, the first in the high half: those to learn from, then those to be tested on.
 * @throws {Error} where it is of another size.
 */
export function unpackSample(packed: Uint8Array): { train: Points; test: Points } {
  const images = SAMPLE.train + SAMPLE.test;
  if (packed.length !== (images * PIXELS) / 2)
    throw new Error(`the file of digits has ${packed.length} bytes instead of ${(images * PIXELS) / 2}; build the page again`);
  const pixels = new Uint8Array(images * PIXELS);
  for (const [at, pair] of packed.entries()) {
    pixels[2 * at] = SHADE * (pair >> 4);
    pixels[2 * at + 1] = SHADE * (pair & 15);
  }
  const part = (from: number, count: number): Points => ({
    x: pixels.slice(from * PIXELS, (from + count) * PIXELS),
    y: Int32Array.from({ length: count }, (_, row) => row % DIGITS),
  });
  return { train: part(0, SAMPLE.train), test: part(SAMPLE.train, SAMPLE.test) };
}

/** The first rows. */
function first({ x, y }: Points, rows: number): Points {
  return { x: x.slice(0, rows * PIXELS), y: y.slice(0, rows) };
}

/** Digits to learn: as many as are asked for. A large set is measured by its first images. */
export function digitsData({ train, test }: { train: Points; test: Points }, points: number): DataSet {
  const learned = first(train, points);
  const set = { task: TASK, train: learned, test: first(test, MEASURED) };
  return points > MEASURED ? { ...set, measured: first(train, MEASURED) } : set;
}

/** Bytes before the labels of an IDX file, and before its images. */
const [LABELS_AT, IMAGES_AT] = [8, 16];

/**
 * Images and labels of a pair of IDX files.
 * @throws {Error} where they do not belong together.
 */
export function readDigits(images: Uint8Array, labels: Uint8Array): Points {
  const [x, y] = [images.subarray(IMAGES_AT), labels.subarray(LABELS_AT)];
  if (y.length === 0 || x.length !== PIXELS * y.length)
    throw new Error(`the files of digits have ${x.length} pixels and ${y.length} labels, which do not belong together`);
  return { x, y: Int32Array.from(y) };
}
