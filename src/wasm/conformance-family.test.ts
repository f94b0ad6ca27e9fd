import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { expectExact, inCase } from "../../test/closeness.ts";
import { Laboratory, type MatrixRegion } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { dropoutParameters } from "../../test/records.ts";
import { ulpError } from "../../test/ulp.ts";
import { noiseOfRow } from "../random/noise.ts";
import { ASLEEP, alphaDropout, alphaMap } from "../reference/alpha-dropout.ts";
import { dropoutMask } from "../reference/dropout.ts";
import { gaussianNoise } from "../reference/gaussian-dropout.ts";
import { maxout, maxoutGradient } from "../reference/maxout.ts";
import { keepProbability, standoutMask } from "../reference/standout.ts";
import { SCRATCH_BYTES } from "./layout.ts";

// Kernels of layers that few use, against their twins: all sizes and tails, special numbers, apart and in place.

const RUNS = { numRuns: process.env.DROWSE_DEEP ? 2000 : 200, seed: 1 };
const SPECIAL = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-45, 1.1754944e-38, 3.4028235e38, -3.4028235e38, 1, -1];

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

/** Numbers of which one in ten is special, and a share zero. */
function numbersOf(count: number, draws: Draws): Float32Array {
  return draws.floats(count, draws.unit()).map((value) => (draws.integer(0, 9) === 0 ? SPECIAL[draws.integer(0, 11)] : value));
}

const word = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff));
const keys = fc.record({ key: fc.tuple(word, word), stream: word, pass: word });
type Keys = { key: [number, number]; stream: number; pass: number };
const below1 = fc.oneof(fc.constantFrom(0, 0.2, 0.5, 0.9, Number.MIN_VALUE), fc.double({ min: 0, max: 0.999, noNaN: true }));
const size = fc.record({ rows: fc.integer({ min: 0, max: 6 }), columns: fc.integer({ min: 0, max: 67 }), seed: fc.nat() });

/** A matrix and the arguments of a kernel that draws. */
function drawing({ rows, columns, seed }: { rows: number; columns: number; seed: number }, k: Keys, record: DataView) {
  lab.clear();
  const draws = new Draws(seed);
  const x = numbersOf(rows * columns, draws);
  const indices = Uint32Array.from({ length: rows }, () => draws.word());
  const from = lab.matrix("x", rows, columns, x);
  const to = lab.matrix("y", rows, columns);
  const places = { indices: lab.buffer("indices", indices).pointer, parameters: lab.buffer("parameters", record).pointer };
  const words = { pass: k.pass, stream: k.stream, key0: k.key[0], key1: k.key[1] };
  const shape = { x: from.pointer, stride: from.stride, rows, columns };
  const common = { ...shape, ...places, ...words, scratch: lab.scratch, scratchBytes: SCRATCH_BYTES };
  return { draws, x, indices, from, to, common };
}

/** Runs a kernel from a matrix to another and within it, and expects the same of both. */
function bothWays(kernel: "gaussianDropout" | "alphaDropout", { from, to, common }: ReturnType<typeof drawing>): Float32Array {
  lab.run(kernel, { ...common, y: to.pointer }, [to]);
  const apart = lab.readMatrix(to);
  lab.run(kernel, { ...common, y: from.pointer }, [from]);
  expectExact(lab.readMatrix(from), apart, "in place");
  return apart;
}

describe("gaussianDropout", () => {
  it("has the bits of noiseOfRow, at any rate, size and key, and the twin's noise rounded once", () => {
    fc.assert(
      fc.property(keys, below1, size, (k, rate, sizes) => {
        const deviation = Math.fround(Math.sqrt(rate / (1 - rate)));
        const given = drawing(sizes, k, dropoutParameters(0, deviation));
        const { x, indices } = given;
        const { columns } = sizes;
        const noise = [...indices].flatMap((row) => [...noiseOfRow(k.key, deviation, columns, { row, ...k })]);
        const expected = Float64Array.from(x, (value, i) => (value === 0 ? value : value * noise[i]));
        expectExact(bothWays("gaussianDropout", given), expected, "noise");

        // the rate whose deviation is the rounded one, so that the twin's differs by nothing else
        const twin = gaussianNoise(deviation ** 2 / (1 + deviation ** 2), indices, columns, k);
        for (const [i, value] of noise.entries()) {
          expect(ulpError(value, twin[i], () => `noise ${i}`) < 0.51 || Math.abs(value - twin[i]) < 1e-13 * deviation).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it("at rate 0 is the identity, whatever the numbers", () => {
    lab.clear();
    const given = drawing({ rows: 1, columns: 12, seed: 1 }, { key: [3, 4], stream: 0, pass: 1 }, dropoutParameters(0, 0));
    expectExact(bothWays("gaussianDropout", given), given.x, "identity");
  });
});

describe("alphaDropout", () => {
  it("is the twin's with dropout's masks, at any rate, size and key", () => {
    fc.assert(
      fc.property(keys, below1, size, (k, rate, sizes) => {
        const { a } = alphaMap(rate);
        const given = drawing(sizes, k, dropoutParameters(rate, a));
        const { x, indices } = given;
        const mask = dropoutMask(rate, indices, sizes.columns, k);
        const y = bothWays("alphaDropout", given);
        const expected = alphaDropout(x, mask, rate);
        for (const [i, value] of y.entries()) {
          // a x + b is rounded after the product and after the sum, and a is rounded itself
          const within = 3 * 2 ** -24 * a * (Math.abs(mask[i] ? x[i] : ASLEEP) - ASLEEP);
          expect(Object.is(value, Math.fround(expected[i])) || Math.abs(value - expected[i]) <= within, `${i}: ${value}`).toBe(
            true,
          );
        }
      }),
      RUNS,
    );
  });

  it("has the values that PyTorch's formula gives", () => {
    // torch: a = 1 / sqrt((alpha^2 p + 1) (1 - p)), y = x noise a + (noise - 1) alpha a + alpha a p, alpha = 1.7580993408473766
    const [alpha, p] = [1.7580993408473766, 0.3];
    const a = 1 / Math.sqrt((alpha ** 2 * p + 1) * (1 - p));
    const given = drawing({ rows: 3, columns: 20, seed: 8 }, { key: [1, 2], stream: 0, pass: 0 }, dropoutParameters(p, a));
    const noise = dropoutMask(p, given.indices, 20, { key: [1, 2], stream: 0, pass: 0 });
    const y = bothWays("alphaDropout", given);
    const expected = Float64Array.from(
      given.x,
      (x, i) => (noise[i] === 0 ? 0 : x * a) + (noise[i] - 1) * alpha * a + alpha * a * p,
    );
    let compared = 0;
    for (const [i, value] of y.entries()) {
      if (!Number.isFinite(expected[i]) || Math.abs(expected[i]) > 1e30) continue;
      expect(value).toBeCloseTo(expected[i], 5);
      compared++;
    }
    expect(compared).toBeGreaterThan(40);
  });
});

describe("standout", () => {
  const steepness = fc.constantFrom(-1, 0, 0.5, 1, 4);
  const bias = fc.constantFrom(-Infinity, -3, 0, Math.fround(0.7), Infinity);

  it("masks as the twin, and predicts with the twin's probability, at any alpha, beta, size and key", () => {
    fc.assert(
      fc.property(keys, steepness, bias, size, (k, alpha, beta, sizes) => {
        const { draws, x, indices, from, to, common } = drawing(sizes, k, dropoutParameters(0, beta));
        const { rows, columns } = sizes;
        const finite = x.map((value) => (Number.isFinite(value) ? value : 0.5));
        const a = lab.matrix("a", rows, columns, finite);
        const values = draws.floats(rows * columns);
        const v = lab.matrix("v", rows, columns, values);
        const mask = standoutMask(finite, { alpha, beta }, indices, k);
        const masked = Float64Array.from(values, (value, i) => (mask[i] ? value : 0));
        const call = { ...common, x: a.pointer, v: v.pointer, alpha };
        lab.run("standoutMask", { ...call, y: to.pointer }, [to]);
        expectExact(lab.readMatrix(to), masked, "masked, apart");
        const keep = keepProbability(finite, alpha, beta);
        lab.run("standoutKeep", { ...call, beta, y: from.pointer }, [from]);
        expectRounded(
          from,
          Float64Array.from(values, (value, i) => keep[i] * value),
        );
        lab.run("standoutMask", { ...call, y: v.pointer }, [v]);
        expectExact(lab.readMatrix(v), masked, "masked, in place");
      }),
      RUNS,
    );
  });

  it("keeps a NaN, so that divergence is seen", () => {
    const { from, to, common } = drawing(
      { rows: 1, columns: 1, seed: 0 },
      { key: [1, 2], stream: 0, pass: 0 },
      dropoutParameters(0, 0),
    );
    lab.put(from, new Uint8Array(Float32Array.of(NaN, 0, 0, 0).buffer));
    lab.run("standoutMask", { ...common, v: from.pointer, alpha: 1, y: to.pointer }, [to]);
    expect(lab.readMatrix(to)).toEqual(Float32Array.of(NaN));
  });
});

/** Within what an exponential that is right to 1e-12 leaves when it is rounded once. */
function expectRounded(matrix: MatrixRegion, expected: Float64Array): void {
  for (const [i, value] of lab.readMatrix(matrix).entries()) {
    expect(ulpError(value, expected[i], () => `number ${i}`)).toBeLessThanOrEqual(0.51);
  }
}

describe("maxout", () => {
  it("is the twin's to the bit, forward and backward, at any size and number of pieces", () => {
    for (const columns of [...Array(68).keys()]) {
      const draws = new Draws(columns);
      inCase({ columns, rows: draws.integer(0, 9), pieces: draws.integer(1, 5) }, ({ rows, pieces }) => {
        lab.clear();
        // few different numbers: many ties
        const x = numbersOf(rows * columns * pieces, draws).map((value) => Math.round(value * 2) / 2);
        const gradient = draws.floats(rows * columns, 0.9);
        const from = lab.matrix("x", rows, columns * pieces, x);
        const to = lab.matrix("y", rows, columns);
        const dy = lab.matrix("dy", rows, columns, gradient);
        const dx = lab.matrix("dx", rows, columns * pieces);
        const common = { x: from.pointer, xStride: from.stride, yStride: to.stride, rows, columns, pieces };
        lab.run("maxout", { ...common, y: to.pointer }, [to]);
        expectExact(lab.readMatrix(to), maxout(x, pieces), "forward");
        lab.run("maxoutGradient", { ...common, dy: dy.pointer, dx: dx.pointer }, [dx]);
        expectExact(lab.readMatrix(dx), maxoutGradient(x, gradient, pieces), "backward");
      });
    }
  });

  it("gives the gradient to the first of equals, and a NaN before everything", () => {
    expect(maxoutGradient([1, 3, 3, 0, -0, 0], [5, 7], 3)).toEqual(Float64Array.of(0, 5, 0, 7, 0, 0));
    expect(maxout([1, NaN, 3, 2], 2)).toEqual(Float64Array.of(NaN, 3));
  });
});
