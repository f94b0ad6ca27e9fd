import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arraySource, readInputs, readTargets } from "./arrays.ts";

// What is refused, and in which words, stands in test/bad-input.test.ts.

/** The rows of a source in some order, as plain arrays. */
function gathered(source: ReturnType<typeof arraySource>, rows: readonly number[], size: number): { x: number[]; y: number[] } {
  const x = source.inputType === "u8" ? new Uint8Array(rows.length * size) : new Float32Array(rows.length * size);
  const y = new Float32Array(rows.length * source.targetSize);
  source.gather(Uint32Array.from(rows), { x, y: source.targetSize > 0 ? y : undefined });
  return { x: [...x], y: [...y] };
}

describe("inputs", () => {
  it("given flat, nested or with a shape are the same rows", () => {
    const shapes = fc.record({
      count: fc.integer({ min: 1, max: 5 }),
      height: fc.integer({ min: 1, max: 4 }),
      width: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(shapes, ({ count, height, width }) => {
        const data = Float32Array.from({ length: count * height * width }, (_, i) => i / 7);
        const rows = Array.from({ length: count }, (_, row) => data.slice(row * height * width, (row + 1) * height * width));
        const images = rows.map((row) => Array.from({ length: height }, (_, i) => [...row.subarray(i * width, (i + 1) * width)]));
        for (const x of [
          data,
          [...data],
          rows,
          images,
          { data, shape: [count, height, width] },
          { data, shape: [count, height * width] },
        ]) {
          expect(readInputs("test", x, [height, width])).toEqual({ data, count, scale: 1 });
        }
      }),
    );
  });

  it("that are bytes stay bytes, not copied, and keep their factor; floats have none", () => {
    const bytes = Uint8Array.of(0, 128, 255, 1);
    expect(readInputs("test", bytes, [2])).toEqual({ data: bytes, count: 2, scale: 1 / 255 });
    expect(readInputs("test", bytes, [2]).data).toBe(bytes);
    expect(readInputs("test", bytes, [2], 0.5).scale).toBe(0.5);
    expect(readInputs("test", Float32Array.of(1, 2), [2], 0.5).scale).toBe(1);
  });
});

describe("targets", () => {
  it("that are classes are the same from indices, nested indices and one-hot rows of any kind", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.array(fc.nat(5), { minLength: 1, maxLength: 9 }), (classes, labels) => {
        const y = labels.map((label) => label % classes);
        const oneHot = y.map((label) => Array.from({ length: classes }, (_, n) => (n === label ? 1 : 0)));
        const expected = Int32Array.from(y);
        for (const given of [
          y,
          expected,
          Uint8Array.from(y),
          Float32Array.from(y),
          y.map((label) => [label]),
          oneHot,
          Float32Array.from(oneHot.flat()),
        ]) {
          expect(readTargets("test", given, y.length, classes, "classes")).toEqual(expected);
        }
      }),
    );
  });

  it("that are numbers may be flat or rows, and are copied", () => {
    const y = Float32Array.of(1, 2, 3, 4);
    const read = readTargets("test", y, 2, 2, "values");
    expect(read).toEqual(y);
    expect(read).not.toBe(y);
    expect(
      readTargets(
        "test",
        [
          [1, 2],
          [3, 4],
        ],
        2,
        2,
        "values",
      ),
    ).toEqual(y);
    expect(readTargets("test", Int32Array.of(1, 2), 2, 1, "values")).toEqual(Float32Array.of(1, 2));
  });

  it("of one class only are all that class", () => {
    expect(readTargets("test", [0, 0], 2, 1, "classes")).toEqual(Int32Array.of(0, 0));
  });
});

describe("a source over arrays", () => {
  it("gives any rows in any order, bytes as bytes and floats as floats", () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 3 }),
        fc.array(fc.nat(9), { maxLength: 20 }),
        (bytes, size, targets, rows) => {
          const x = bytes
            ? Uint8Array.from({ length: 10 * size }, (_, i) => 7 * i)
            : Float32Array.from({ length: 10 * size }, (_, i) => i / 3);
          const y = Float32Array.from({ length: 10 * targets }, (_, i) => -i);
          const inputs = readInputs("test", x, [size]);
          const source = arraySource([size], inputs, targets > 0 ? { kind: "values", data: y } : undefined);
          expect(source).toMatchObject({
            count: 10,
            inputShape: [size],
            inputType: bytes ? "u8" : "f32",
            targetType: targets > 0 ? "values" : "none",
            targetSize: targets,
          });
          expect(gathered(source, rows, size)).toEqual({
            x: rows.flatMap((row) => [...x.subarray(row * size, (row + 1) * size)]),
            y: rows.flatMap((row) => [...y.subarray(row * targets, (row + 1) * targets)]),
          });
        },
      ),
    );
  });
});
