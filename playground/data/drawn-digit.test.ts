import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PIXELS, SIDE } from "./digits.ts";
import { centreOf, inked, SCRIBBLE, type Stroke, scribbledOn, toDigit } from "./drawn-digit.ts";

const place = fc.double({ min: 1, max: 27, noNaN: true });
const anyStroke: fc.Arbitrary<Stroke> = fc.array(fc.record({ left: place, top: place }), { minLength: 2, maxLength: 8 });
const anyDrawing = fc.array(anyStroke, { minLength: 1, maxLength: 3 });
/** As long as a digit is, at least. */
const isLarge = (strokes: readonly Stroke[]) => {
  const dots = strokes.flat();
  const span = (of: readonly number[]) => Math.max(...of) - Math.min(...of);
  return Math.max(span(dots.map(({ left }) => left)), span(dots.map(({ top }) => top))) > 3;
};

/** The rows and columns that have ink. */
function boxOf(pixels: Uint8Array): { across: number; down: number } {
  const inkedPlaces = Array.from(pixels.keys()).filter((at) => pixels[at] > 0);
  const span = (places: readonly number[]) => Math.max(...places) - Math.min(...places) + 1;
  return { across: span(inkedPlaces.map((at) => at % SIDE)), down: span(inkedPlaces.map((at) => Math.floor(at / SIDE))) };
}

const isEdge = (at: number) => at % SIDE === 0 || at % SIDE === SIDE - 1 || at < SIDE || at >= PIXELS - SIDE;

describe("what is drawn", () => {
  it("has its centre of mass in the middle, and is as large as the box, as far as it fits there", () => {
    fc.assert(
      fc.property(anyDrawing.filter(isLarge), (strokes) => {
        const pixels = toDigit(strokes);
        const { across, down } = boxOf(pixels);
        // 20 pixels, which reach into one more.
        expect(Math.max(across, down)).toBeLessThanOrEqual(21);
        // What reaches over the edge, as its mass is all on one side, is cut off there.
        if (pixels.some((shade, at) => shade > 0 && isEdge(at))) return;
        expect(Math.max(across, down)).toBeGreaterThanOrEqual(19);
        const { left, top } = centreOf(pixels);
        expect(Math.abs(left - 14)).toBeLessThan(0.3);
        expect(Math.abs(top - 14)).toBeLessThan(0.3);
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it("is the same wherever on the pad, and however large", () => {
    const seven: Stroke[] = [
      [
        { left: 4, top: 4 },
        { left: 20, top: 4 },
        { left: 10, top: 25 },
      ],
    ];
    const small = seven.map((stroke) => stroke.map(({ left, top }) => ({ left: 13 + left / 4, top: 2 + top / 4 })));
    const [one, other] = [toDigit(seven), toDigit(small)];
    const difference = one.reduce((sum, shade, at) => sum + Math.abs(shade - other[at]), 0);
    expect(difference).toBeLessThan(0.02 * one.reduce((sum, shade) => sum + shade, 0));
  });

  it("is nothing where nothing was drawn, and a dot where that was", () => {
    expect(toDigit([])).toEqual(new Uint8Array(PIXELS));
    const dot = toDigit([[{ left: 3, top: 20 }]]);
    expect(boxOf(dot).across).toBeLessThanOrEqual(4);
    expect(centreOf(dot)).toEqual({ left: 14, top: 14 });
  });

  it("is as thick as the pen", () => {
    const line = inked([
      [
        { left: 4, top: 14 },
        { left: 24, top: 14 },
      ],
    ]);
    const column = Array.from({ length: SIDE }, (_, row) => line[row * SIDE + 14] / 255);
    expect(column.reduce((sum, share) => sum + share, 0)).toBeCloseTo(2.3, 0);
  });

  it("is ink on an image, where it is", () => {
    const image = new Uint8Array(PIXELS).fill(40);
    const pixels = scribbledOn(image, SCRIBBLE);
    expect(Math.min(...pixels)).toBe(40);
    expect(Math.max(...pixels)).toBe(255);
    expect(image[0]).toBe(40);
  });
});
