import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shuffledRows } from "./shuffle.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });

describe("the order of the rows", () => {
  it("has every row once", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.tuple(word, word), fc.nat(2 ** 31), (count, key, pass) => {
        const rows = shuffledRows(count, key, pass);
        expect(rows.slice().sort()).toEqual(Uint32Array.from({ length: count }, (_, row) => row));
      }),
    );
  });

  it("is a function of key and pass, and another for another pass or key", () => {
    const of = (key: [number, number], pass: number) => shuffledRows(50, key, pass).join();
    expect(of([1, 2], 3)).toBe(of([1, 2], 3));
    const orders = [of([1, 2], 3), of([1, 2], 4), of([2, 2], 3), of([1, 1], 3)];
    expect(new Set(orders).size).toBe(4);
  });

  it("takes each of the 120 orders of five rows equally often over the passes", () => {
    const counts = new Map<string, number>();
    for (let pass = 0; pass < 12_000; pass++) {
      const order = shuffledRows(5, [7, 8], pass).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(120);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    expect(Math.abs(chiSquare - 119)).toBeLessThan(4 * Math.sqrt(2 * 119));
  });
});
