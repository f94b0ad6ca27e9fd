import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nestedNumbers } from "./values.ts";

/** Numbers nested as a shape says. */
function nest(data: readonly number[], [length, ...inner]: readonly number[]): unknown {
  if (length === undefined) return data[0];
  const size = data.length / length;
  return Array.from({ length }, (_, i) => nest(data.slice(i * size, (i + 1) * size), inner));
}

describe("nested numbers", () => {
  it("come out flat, in order, with their shape", () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.float()), (shape, numbers) => {
        const data = [...numbers.take(shape.reduce((a, b) => a * b))];
        expect(nestedNumbers("test", nest(data, shape))).toEqual({ data: Float32Array.from(data), shape });
      }),
    );
  });

  it("may be rows of typed arrays, or one typed array", () => {
    expect(nestedNumbers("test", [Float32Array.of(1, 2), Uint8Array.of(3, 4)])).toEqual({
      data: Float32Array.of(1, 2, 3, 4),
      shape: [2, 2],
    });
    expect(nestedNumbers("test", Float64Array.of(1, 2))).toEqual({ data: Float32Array.of(1, 2), shape: [2] });
  });

  it("may be none", () => {
    expect(nestedNumbers("test", [])).toEqual({ data: new Float32Array(0), shape: [0] });
    expect(nestedNumbers("test", [[], []])).toEqual({ data: new Float32Array(0), shape: [2, 0] });
  });

  it.each(
    [
      [[[1, 2], [3]], "a row of length 1 among rows of length 2"],
      [[[1], [2, 3]], "a row of length 2 among rows of length 1"],
      [[[1], 2], "2 among rows"],
      [[1, [2]], "a value is [2]"],
      [[[[1]], [2]], "2 among rows"],
      [[1, "2"], 'a value is "2"'],
      [[1, null], "a value is null"],
      [[1, undefined], "a value is undefined"],
      [[1n], "a value is 1n"],
      ["12", 'the numbers are "12"'],
      [12, "the numbers are 12"],
      [null, "the numbers are null"],
      [new DataView(new ArrayBuffer(4)), "the numbers are DataView of 4 bytes"],
      [{ 0: 1, length: 1 }, "the numbers are an object with 0, length"],
    ].map(([value, received]) => ({ value, received })),
  )("are refused: $received", ({ value, received }) => {
    expect(() => nestedNumbers("test", value)).toThrow(`test: ${received}`);
  });
});
