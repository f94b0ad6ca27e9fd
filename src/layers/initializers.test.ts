import { describe, expect, it } from "vitest";
import { initializers } from "./initializers.ts";

const COUNT = process.env.DROWSE_DEEP ? 1000 : 300;

/** Mean, variance and the moments by which normal and uniform numbers differ. */
function momentsOf(values: Float32Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const kurtosis = values.reduce((sum, value) => sum + (value - mean) ** 4, 0) / values.length / variance ** 2;
  return { mean, variance, kurtosis, largest: values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) };
}

describe("initial weights", () => {
  it.each(["he", "glorot", "lecun"] as const)("of %s are multiplied by the gain", (name) => {
    const [plain, halved] = [1, 0.5].map((gain) => initializers[name](7, 9, [1, 2], gain));
    expect(halved).toEqual(plain.map((value) => value / 2));
  });

  it.each([
    { name: "he", variance: 2 / COUNT, kurtosis: 3 },
    { name: "lecun", variance: 1 / COUNT, kurtosis: 3 },
    { name: "glorot", variance: 2 / (COUNT + 200), kurtosis: 9 / 5 },
  ] as const)("of $name have mean 0 and the variance of the paper", ({ name, variance, kurtosis }) => {
    const n = COUNT * 200;
    const found = momentsOf(initializers[name](COUNT, 200, [1, 2]));
    expect(Math.abs(found.mean)).toBeLessThan(4 * Math.sqrt(variance / n));
    // The variance of a sample's variance is (kurtosis - 1) variance^2 / n.
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(4 * Math.sqrt((kurtosis - 1) / n));
    expect(Math.abs(found.kurtosis - kurtosis)).toBeLessThan(4 * Math.sqrt(24 / n));
  });

  it("of glorot stay within its limit, which they come near", () => {
    const limit = Math.sqrt(6 / (COUNT + 200));
    const { largest } = momentsOf(initializers.glorot(COUNT, 200, [1, 2]));
    expect(largest).toBeLessThanOrEqual(Math.fround(limit));
    expect(largest).toBeGreaterThan(0.999 * limit);
  });

  it("are a function of the key", () => {
    for (const name of ["he", "lecun", "glorot"] as const) {
      const of = (a: number, b: number) => initializers[name](3, 4, [a, b]).join();
      expect(of(1, 2)).toBe(of(1, 2));
      expect(new Set([of(1, 2), of(2, 2), of(1, 3)]).size).toBe(3);
    }
  });
});
