import { PIXELS, SIDE } from "./digits.ts";

// What is drawn on the pad as an image such as the networks know: as the digits of MNIST were made, scaled into a box of 20 by 20
// pixels, its proportions kept, and put with its centre of mass in the middle of the 28 by 28 (LeCun, Bottou, Bengio and Haffner 1998).

/** A place on the pad, in pixels of the image from its left and upper edge. */
export interface Dot {
  readonly left: number;
  readonly top: number;
}

/** Where the pen went while it was down: at least one place. */
export type Stroke = readonly Dot[];

/** The box that a digit is scaled into. */
const BOX = 20;
/** Half the width of the pen, in pixels of the image: what is drawn is scaled, and the pen is not. */
const PEN = 1.15;
/** Samples of a pixel along each side, of which its shade is the share that the pen covers. */
const FINE = 4;

function distance({ left, top }: Dot, from: Dot, to: Dot): number {
  const [across, down] = [to.left - from.left, to.top - from.top];
  const length = across * across + down * down;
  const along = length === 0 ? 0 : ((left - from.left) * across + (top - from.top) * down) / length;
  const nearest = Math.min(1, Math.max(0, along));
  return Math.hypot(from.left + nearest * across - left, from.top + nearest * down - top);
}

/** Marks the samples that the pen covers on its way from a place to another. */
function coverSegment(covered: Uint8Array, from: Dot, to: Dot): void {
  const fine = SIDE * FINE;
  const range = (one: number, other: number): [number, number] => [
    Math.max(0, Math.floor((Math.min(one, other) - PEN) * FINE)),
    Math.min(fine - 1, Math.ceil((Math.max(one, other) + PEN) * FINE)),
  ];
  const [[firstColumn, lastColumn], [firstRow, lastRow]] = [range(from.left, to.left), range(from.top, to.top)];
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const middle = { left: (column + 0.5) / FINE, top: (row + 0.5) / FINE };
      if (distance(middle, from, to) <= PEN) covered[row * fine + column] = 1;
    }
  }
}

/** Strokes as pixels, a byte each, as they lie. */
export function inked(strokes: readonly Stroke[]): Uint8Array {
  const fine = SIDE * FINE;
  const covered = new Uint8Array(fine * fine);
  for (const stroke of strokes) {
    for (const [index, dot] of stroke.entries()) coverSegment(covered, stroke[Math.max(0, index - 1)], dot);
  }
  const counts = new Uint8Array(PIXELS);
  for (const [at, word] of covered.entries()) {
    const [row, column] = [Math.floor(at / fine / FINE), Math.floor((at % fine) / FINE)];
    counts[row * SIDE + column] += word;
  }
  return counts.map((count) => Math.round((255 * count) / FINE ** 2));
}

/** Strokes, moved and scaled. */
function placed(strokes: readonly Stroke[], place: (dot: Dot) => Dot): Stroke[] {
  return strokes.map((stroke) => stroke.map(place));
}

/** The centre of mass of an image. */
export function centreOf(pixels: Uint8Array): Dot {
  let [mass, left, top] = [0, 0, 0];
  for (const [at, shade] of pixels.entries()) {
    mass += shade;
    left += shade * ((at % SIDE) + 0.5);
    top += shade * (Math.floor(at / SIDE) + 0.5);
  }
  return mass === 0 ? { left: SIDE / 2, top: SIDE / 2 } : { left: left / mass, top: top / mass };
}

/** What was drawn as an image of a digit: scaled into its box, and with its centre of mass in the middle. */
export function toDigit(strokes: readonly Stroke[]): Uint8Array {
  const dots = strokes.flat();
  if (dots.length === 0) return new Uint8Array(PIXELS);
  const [lefts, tops] = [dots.map(({ left }) => left), dots.map(({ top }) => top)];
  const [west, north] = [Math.min(...lefts), Math.min(...tops)];
  const size = Math.max(Math.max(...lefts) - west, Math.max(...tops) - north);
  // A dot stays a dot.
  const scale = size < 1 ? 1 : (BOX - 2 * PEN) / size;
  // In the middle first, so that nothing is cut off where its mass is measured.
  const margin = (span: readonly number[]) => (SIDE - scale * (Math.max(...span) - Math.min(...span))) / 2;
  const [leftMargin, topMargin] = [margin(lefts), margin(tops)];
  const scaled = placed(strokes, ({ left, top }) => ({
    left: leftMargin + scale * (left - west),
    top: topMargin + scale * (top - north),
  }));
  const centre = centreOf(inked(scaled));
  const [right, down] = [SIDE / 2 - centre.left, SIDE / 2 - centre.top];
  return inked(placed(scaled, ({ left, top }) => ({ left: left + right, top: top + down })));
}

/** An image with strokes on it, where they are. */
export function scribbledOn(image: Uint8Array, strokes: readonly Stroke[]): Uint8Array {
  const ink = inked(strokes);
  return image.map((shade, at) => Math.max(shade, ink[at]));
}

/** A scribble that is no digit. */
export const SCRIBBLE: readonly Stroke[] = [
  [
    [5, 7],
    [22, 9],
    [6, 13],
    [21, 20],
    [9, 22],
    [13, 5],
    [18, 16],
    [5, 18],
    [23, 14],
    [11, 10],
    [15, 24],
    [7, 10],
  ].map(([left, top]) => ({ left, top })),
];
