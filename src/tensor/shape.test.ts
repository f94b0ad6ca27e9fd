import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkShape, formatShape, sameShape, sizeOf } from "./shape.ts";

const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });

describe("a shape", () => {
  it("holds as many numbers as there are places", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const nested = (axis: number): unknown =>
          axis === shape.length ? 0 : Array.from({ length: shape[axis] }, () => nested(axis + 1));
        expect(sizeOf(shape)).toBe([nested(0)].flat(Number.POSITIVE_INFINITY).length);
      }),
    );
    expect(sizeOf([])).toBe(1);
    expect(sizeOf([0, 784])).toBe(0);
  });

  it("is the same as another where all axes are", () => {
    fc.assert(
      fc.property(shapes, shapes, (a, b) => {
        expect(sameShape(a, b)).toBe(formatShape(a) === formatShape(b));
      }),
    );
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
    expect(sameShape([2, 3, 1], [2, 3])).toBe(false);
  });

  it("is written with its brackets", () => {
    expect(formatShape([28, 28])).toBe("[28, 28]");
  });

  it.each([
    [undefined],
    [null],
    [784],
    ["784"],
    [[]],
    [[0]],
    [[-1]],
    [[2.5]],
    [[Number.NaN]],
    [["784"]],
    [[28, undefined]],
    [[2 ** 53]],
  ])("is not %j", (shape) => {
    expect(() => checkShape("sequential: input", shape)).toThrow(
      /^sequential: input: the shape is .*; give an array of whole numbers/,
    );
  });

  it("comes back as it was given", () => {
    expect(checkShape("test", [28, 28])).toEqual([28, 28]);
  });
});
