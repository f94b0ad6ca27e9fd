import { beforeAll, describe, expect, it } from "vitest";
import { expectClose, expectExact, inCase } from "../../test/closeness.ts";
import { Laboratory } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { RATES } from "../../test/networks.ts";
import { dropoutParameters } from "../../test/records.ts";
import { branchTrainingScale, dropPath, dropPathMask } from "../reference/residual.ts";
import { SCRATCH_BYTES } from "./layout.ts";

// Residual connections and stochastic depth against their twins: all sizes and tails, special numbers, apart and in place; and
// what the masks of branches look like together.

const SPECIAL = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-45, 3.4028235e38, -3.4028235e38, 1];
const SCALINGS = ["inverted", "standard", "none"] as const;
/** Where y goes, by turns. */
const FORWARD = ["apart", "x", "f"] as const;
const BACKWARD = ["without x, apart", "without x, in place"] as const;
const SIZES = [...Array(68).keys(), 83, 84, 85, 127, 128, 129, 255, 256, 257];
const CASES = SIZES.flatMap((size, turn) => {
  const draws = new Draws(size + 7);
  const common = { rate: RATES[turn % RATES.length], scaling: SCALINGS[turn % SCALINGS.length] };
  return [
    { ...common, turn, rows: size, columns: draws.integer(0, 67) },
    { ...common, turn: turn + 1, rows: draws.integer(0, 9), columns: size },
  ];
});

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

/** Numbers of which one in ten is special, and a share zero. */
function numbersOf(count: number, draws: Draws): Float32Array {
  return draws.floats(count, 0.8).map((value) => (draws.integer(0, 9) === 0 ? SPECIAL[draws.integer(0, 9)] : value));
}

/** x + factor f in the roundings of single precision: of the product, and of the sum. */
function roundedSum(x: Float32Array, f: Float32Array, factor: number): Float32Array {
  return x.map((value, i) => value + Math.fround(Math.fround(factor) * f[i]));
}

const finite = (numbers: Float32Array) => numbers.map((value) => (Math.abs(value) < 1e30 ? value : 0.5));

describe("add", () => {
  it("is x + factor f over all sizes, apart and in place of either", () => {
    for (const values of CASES) {
      inCase(values, ({ rows, columns, rate }) => {
        const draws = new Draws(rows * 1000 + columns);
        const [x, f] = [numbersOf(rows * columns, draws), numbersOf(rows * columns, draws)];
        for (const factor of [1, 1 - rate]) {
          const expected = roundedSum(x, f, factor);
          for (const place of FORWARD) {
            lab.clear();
            const [to, of] = [lab.matrix("x", rows, columns, x), lab.matrix("f", rows, columns, f)];
            const y = place === "x" ? to : place === "f" ? of : lab.matrix("y", rows, columns);
            const shape = { stride: to.stride, rows, columns, factor };
            lab.run("add", { x: to.pointer, f: of.pointer, y: y.pointer, ...shape }, [y]);
            expectExact(lab.readMatrix(y), expected, place);
          }
        }
        const awake = new Uint8Array(x.length).fill(1);
        const twin = dropPath(finite(x), finite(f), awake, 1 - rate);
        expectClose(roundedSum(finite(x), finite(f), 1 - rate), twin, "the twin", 1e-7);
      });
    }
  });
});

describe("dropPath", () => {
  it("has the twin's mask over all sizes, rates, scalings and keys, with x and without, apart and in place", () => {
    let [asleep, awake] = [0, 0];
    for (const values of CASES) {
      inCase(values, ({ turn, rows, columns, rate, scaling }) => {
        const draws = new Draws(rows * 1000 + columns);
        const [x, f] = [numbersOf(rows * columns, draws), numbersOf(rows * columns, draws)];
        const indices = Uint32Array.from({ length: rows }, () => draws.word());
        const keys = { key: [draws.word(), draws.word()] as const, pass: draws.word(), stream: draws.integer(0, 3) };
        const scale = branchTrainingScale(rate, scaling);
        const mask = dropPathMask(rate, indices, columns, { ...keys, key: [...keys.key] });
        const masked = (sum: Float32Array, otherwise: (i: number) => number) =>
          sum.map((value, i) => (mask[i] ? value : otherwise(i)));
        const forward = masked(roundedSum(x, f, scale), (i) => x[i]);
        const backward = masked(
          f.map((value) => value * Math.fround(scale)),
          () => 0,
        );
        for (const place of [FORWARD[turn % 3], BACKWARD[turn % 2]]) {
          lab.clear();
          const [from, of] = [lab.matrix("x", rows, columns, x), lab.matrix("f", rows, columns, f)];
          const places = {
            indices: lab.buffer("indices", indices).pointer,
            parameters: lab.buffer("parameters", dropoutParameters(rate, scale)).pointer,
          };
          const y = place === "x" ? from : place === "f" || place === BACKWARD[1] ? of : lab.matrix("y", rows, columns);
          const words = { pass: keys.pass, stream: keys.stream, key0: keys.key[0], key1: keys.key[1] };
          const shape = { stride: from.stride, rows, columns, scratch: lab.scratch, scratchBytes: SCRATCH_BYTES };
          const isForward = !place.startsWith("without");
          const call = { ...places, ...words, ...shape, x: isForward ? from.pointer : 0, f: of.pointer, y: y.pointer };
          lab.run("dropPath", call, [y]);
          expectExact(lab.readMatrix(y), isForward ? forward : backward, place);
        }
        expectClose(
          masked(roundedSum(finite(x), finite(f), scale), (i) => finite(x)[i]),
          dropPath(finite(x), finite(f), mask, scale),
          "the twin",
          1e-7,
        );
        for (const m of mask) m ? awake++ : asleep++;
      });
    }
    expect(asleep).toBeGreaterThan(10_000);
    expect(awake).toBeGreaterThan(10_000);
  });

  it("lets nothing of a branch through that sleeps, be it infinite or none", () => {
    lab.clear();
    const f = lab.matrix("f", 64, 1, new Float32Array(64).fill(Number.NaN));
    const x = lab.matrix("x", 64, 1, new Float32Array(64).fill(2));
    const y = lab.matrix("y", 64, 1);
    const indices = Uint32Array.from({ length: 64 }, (_, row) => row);
    const made = (rate: number) => {
      const places = {
        indices: lab.buffer("indices", indices),
        parameters: lab.buffer("parameters", dropoutParameters(rate, 1)),
      };
      const words = { pass: 0, stream: 0, key0: 1, key1: 2, scratch: lab.scratch, scratchBytes: SCRATCH_BYTES };
      const call = { indices: places.indices.pointer, parameters: places.parameters.pointer, ...words };
      lab.run("dropPath", { x: x.pointer, f: f.pointer, y: y.pointer, stride: x.stride, rows: 64, columns: 1, ...call }, [y]);
      return [...lab.readMatrix(y)];
    };
    expect(made(1)).toEqual(Array(64).fill(2));
    expect(made(0)).toEqual(Array(64).fill(Number.NaN));
    const some = made(0.7);
    const mask = dropPathMask(0.7, indices, 1, { key: [1, 2], pass: 0, stream: 0 });
    expect(some).toEqual(Array.from(mask, (awake) => (awake ? Number.NaN : 2)));
    expect(new Set(some).size).toBe(2);
  });
});

const ROWS = 20_000;
const PASSES = 10;
const DRAWS = ROWS * PASSES;
/** Among the 40 statistics below one at random lies beyond 4.5 deviations in one of 3000 sets of keys. */
const DEVIATIONS = 4.5;

/** Which branches are awake, by the kernel, for rows 0 to ROWS - 1 of a pass. */
function awakeRows(rate: number, pass: number, key: number): Uint8Array {
  lab.clear();
  const f = lab.matrix("f", ROWS, 1, new Float32Array(ROWS).fill(1));
  const y = lab.matrix("y", ROWS, 1);
  const indices = lab.buffer(
    "indices",
    Uint32Array.from({ length: ROWS }, (_, row) => row),
  );
  const parameters = lab.buffer("parameters", dropoutParameters(rate, 1));
  const words = { pass, stream: 0, key0: 0x1234567, key1: key, scratch: lab.scratch, scratchBytes: SCRATCH_BYTES };
  const rows = { stride: f.stride, rows: ROWS, columns: 1, indices: indices.pointer, parameters: parameters.pointer };
  lab.run("dropPath", { x: 0, f: f.pointer, y: y.pointer, ...rows, ...words }, [y], 1);
  return Uint8Array.from(lab.readMatrix(y));
}

/** sum of (a - keep)(b - keep) over pairs, in its standard deviations: for independent draws keep (1 - keep) sqrt(count). */
function correlation(pairs: readonly (readonly [Uint8Array, Uint8Array])[], keep: number): number {
  let [sum, count] = [0, 0];
  for (const [a, b] of pairs) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) sum += (a[i] - keep) * (b[i] - keep);
    count += Math.min(a.length, b.length);
  }
  return sum / (keep * (1 - keep) * Math.sqrt(count));
}

describe.each([0.1, 0.2, 0.5, 0.9])("the branches of 200,000 rows at rate %f", (rate) => {
  const keep = 1 - Math.round(rate * 2 ** 32) / 2 ** 32;
  let passes: Uint8Array[];
  beforeAll(() => {
    passes = Array.from({ length: PASSES }, (_, pass) => awakeRows(rate, pass, 5));
  });

  it("are awake in the share that they should be, within the bounds of a binomial", () => {
    const kept = passes.reduce((sum, awake) => sum + awake.reduce((all, one) => all + one, 0), 0);
    const deviation = Math.sqrt(DRAWS * keep * (1 - keep));
    expect(Math.abs(kept - DRAWS * keep)).toBeLessThan(4 * deviation);
    // with p and 1 - p exchanged it would not be
    if (rate !== 0.5) expect(Math.abs(kept - DRAWS * (1 - keep))).toBeGreaterThan(100 * deviation);
  });

  it("are independent between rows, passes and blocks", () => {
    for (const lag of [1, 2, 3, 4, 5, 16, 64]) {
      const pairs = passes.map((awake) => [awake, awake.subarray(lag)] as const);
      expect(Math.abs(correlation(pairs, keep)), `${lag} rows apart`).toBeLessThan(DEVIATIONS);
    }
    const following = passes.slice(1).map((awake, i) => [passes[i], awake] as const);
    expect(Math.abs(correlation(following, keep)), "one pass apart").toBeLessThan(DEVIATIONS);
    const others = passes.map((awake, pass) => [awake, awakeRows(rate, pass, 6)] as const);
    expect(Math.abs(correlation(others, keep)), "another block").toBeLessThan(DEVIATIONS);
    // the checker sees what is not independent
    const again = passes.map((awake) => [awake, awake.map((one, i) => (i % 20 === 0 ? one : awake[(i + 7) % ROWS]))] as const);
    expect(correlation(again, keep)).toBeGreaterThan(DEVIATIONS);
  });
});
