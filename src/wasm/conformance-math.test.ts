import { beforeAll, describe, expect, it } from "vitest";
import { Laboratory } from "../../test/conformance.ts";
import { allExponents, Draws } from "../../test/draws.ts";
import { ulpError } from "../../test/ulp.ts";

// The twins of exp and log are Math.exp and Math.log: at f64 they are right to far more digits than f32 has.
const MANTISSAS = process.env.DROWSE_DEEP ? 2000 : 200;
const DENORMAL = 2 ** -149;
const SMALLEST_NORMAL = 2 ** -126;
const LARGEST = 3.4028234663852886e38;

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

function apply(kernel: "exp" | "log", values: Float32Array): Float32Array {
  lab.clear();
  const source = lab.buffer("source", values);
  const target = lab.buffer("target", values.byteLength);
  lab.run(kernel, { source: source.pointer, target: target.pointer, count: values.length }, [target]);
  return lab.floats(target);
}

/** The largest error in units in the last place. */
function largestError(kernel: "exp" | "log", values: Float32Array): number {
  let largest = 0;
  apply(kernel, values).forEach((actual, i) => {
    largest = Math.max(
      largest,
      ulpError(actual, Math[kernel](values[i]), () => `${kernel}(${values[i]})`),
    );
  });
  return largest;
}

function uniform(least: number, most: number): Float32Array {
  const draws = new Draws(12);
  return Float32Array.from({ length: 512 * MANTISSAS }, () => least + (most - least) * draws.unit());
}

const EDGES = Float32Array.of(
  ...[0, -0, 1, -1, Infinity, -Infinity, Number.NaN, DENORMAL, -DENORMAL, SMALLEST_NORMAL, -SMALLEST_NORMAL],
  ...[SMALLEST_NORMAL - DENORMAL, LARGEST, -LARGEST, 1 - 2 ** -24, 1 + 2 ** -23, 2 ** -24, -(2 ** -24), Math.SQRT2, Math.SQRT1_2],
);

/** A number and its neighbours on both sides. */
function around(value: number, count = 1000): Float32Array {
  const middle = new Int32Array(Float32Array.of(value).buffer)[0];
  return new Float32Array(Int32Array.from({ length: 2 * count + 1 }, (_, i) => middle + i - count).buffer);
}

/** What `kernels/math.ts` promises; half a unit is what rounding alone costs. */
const PROMISED = 0.51;

describe("exp is within 2 units in the last place of f64 (measured: 0.500)", () => {
  it("over all exponents, from the smallest result to the largest, and near 0", () => {
    const errors = [allExponents(MANTISSAS), uniform(-104, 89), uniform(-1, 1)].map((values) => largestError("exp", values));
    expect(Math.max(...errors)).toBeLessThanOrEqual(PROMISED);
  });

  it("at edge values", () => {
    expect(largestError("exp", EDGES)).toBeLessThanOrEqual(PROMISED);
    expect([...apply("exp", Float32Array.of(0, -0, Infinity, -Infinity, Number.NaN))]).toEqual([1, 1, Infinity, 0, Number.NaN]);
  });

  it.each([
    ["overflow", 88.72283905206835],
    ["denormal results", -87.33654475055312],
    ["underflow to 0", -103.97207708399179],
    ["the kernel's own limits", 89],
    ["the kernel's own limits", -104],
    ["half of ln 2, where the reduction turns", Math.LN2 / 2],
  ])("around the threshold of %s", (_, threshold) => {
    expect(largestError("exp", around(threshold))).toBeLessThanOrEqual(PROMISED);
  });
});

describe("log is within 2 units in the last place of f64 (measured: 0.500)", () => {
  it("over all exponents, around 1, and where probabilities lie", () => {
    const errors = [allExponents(MANTISSAS), uniform(0, 1), uniform(0.5, 2)].map((values) => largestError("log", values));
    expect(Math.max(...errors)).toBeLessThanOrEqual(PROMISED);
  });

  it("at edge values", () => {
    expect(largestError("log", EDGES)).toBeLessThanOrEqual(PROMISED);
    const edges = Float32Array.of(1, 0, -0, -1, -DENORMAL, Infinity, -Infinity, Number.NaN);
    expect([...apply("log", edges)]).toEqual([0, -Infinity, -Infinity, NaN, NaN, Infinity, NaN, NaN]);
  });

  it.each([1, Math.SQRT2, Math.SQRT1_2, 2, 0.5, SMALLEST_NORMAL])("around %f", (value) => {
    expect(largestError("log", around(value))).toBeLessThanOrEqual(PROMISED);
  });
});
