import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { transpose } from "./compression.ts";
import { denseBiasGradient, denseForward, denseInputGradient, denseWeightGradient } from "./dense.ts";

// Whole numbers, so that every order of summation gives the same sum.
const shapes = fc.record({ B: fc.nat(5), K: fc.nat(5), N: fc.nat(5) });
const whole = fc.integer({ min: -9, max: 9 });
const matrix = (size: number) => fc.array(whole, { minLength: size, maxLength: size });
const operands = shapes.chain((shape) =>
  fc.tuple(fc.constant(shape), matrix(shape.B * shape.K), matrix(shape.K * shape.N), matrix(shape.B * shape.N)),
);
const same = (a: Float64Array, b: Float64Array) => a.length === b.length && a.every((value, i) => value === b[i]);

describe("the products of a dense layer", () => {
  it("Z = H W + b by hand", () => {
    const z = denseForward([1, 2, 3, 4, 5, 6], [1, 0, 0, 1, 2, -1], [10, 20], { B: 2, K: 3, N: 2 });
    // [1 2 3; 4 5 6] [1 0; 0 1; 2 -1] = [7 -1; 16 -1]
    expect([...z]).toEqual([17, 19, 26, 19]);
  });

  it("the gradients are the forward product with a transposed operand", () => {
    fc.assert(
      fc.property(operands, ([{ B, K, N }, h, w, d]) => {
        const dh = denseForward(d, transpose(w, K, N), undefined, { B, K: N, N: K });
        expect(same(denseInputGradient(d, w, { B, K, N }), dh)).toBe(true);
        const dw = denseForward(transpose(h, B, K), d, undefined, { B: K, K: B, N });
        expect(same(denseWeightGradient(h, d, { B, K, N }), dw)).toBe(true);
        const db = denseForward(Array(B).fill(1), d, undefined, { B: 1, K: B, N });
        expect(same(denseBiasGradient(d, { B, K, N }), db)).toBe(true);
      }),
    );
  });
});
