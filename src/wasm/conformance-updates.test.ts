import { beforeAll, describe, expect, it } from "vitest";
import { expectClose, inCase } from "../../test/closeness.ts";
import { Laboratory, type Region } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { hyperFloats, PAIRED } from "../../test/optimizers.ts";
import { type Optimizer, sgd } from "../index.ts";
import { clipFactor } from "../reference/clipping.ts";
import { maxNorm } from "../reference/max-norm.ts";
import { updateRules } from "./kernels.ts";
import { SCRATCH_BYTES } from "./layout.ts";

const SIZES = [...Array(68).keys()];
const EDGES = [83, 84, 85, 127, 128, 129, 191, 192, 193];

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

/** What an optimizer may remember of these many numbers, slot by slot: squares are not negative. */
function drawState({ slots }: Optimizer, draws: Draws, count: number): Float32Array[] {
  return slots.map((slot) => {
    const numbers = draws.floats(count);
    return slot === "velocity" || slot === "firstMoment" ? numbers : numbers.map((value) => value ** 2);
  });
}

describe("update", () => {
  interface Places {
    weights: Region;
    state: Region;
    gradients: Region;
    status: Region;
  }
  function update(
    optimizer: Optimizer,
    { weights, state, gradients, status }: Places,
    decays: number,
    step = 0,
    factor = 0,
  ): void {
    const call = { weights: weights.pointer, state: state.pointer, gradients: gradients.pointer, status: status.pointer };
    const { pointer: hyper } = lab.buffer("hyper", hyperFloats(optimizer, step));
    const rule = updateRules.indexOf(optimizer.rule);
    const written = [weights, state, status];
    lab.run("update", { ...call, rule, count: weights.bytes / 4, factor, hyper, decays, scratch: lab.scratch }, written);
  }
  const place = (w: Float32Array, state: readonly Float32Array[], g: Float32Array): Places => {
    lab.clear();
    const slots = Float32Array.from(state.flatMap((slot) => [...slot]));
    const status = lab.buffer("status", Int32Array.of(0));
    return { weights: lab.buffer("w", w), state: lab.buffer("state", slots), gradients: lab.buffer("g", g), status };
  };
  // The last is more than a tile for one of two threads.
  const sizes = [...SIZES, ...EDGES, 3590, 7300];

  it.each(PAIRED)("agrees with the twin, with and without decay: $name", ({ optimizer, twin }) => {
    for (const size of sizes) {
      for (const [step, decays] of [
        [0, 1],
        [0, 0],
        [7, 1],
      ]) {
        inCase({ size, step, decays }, () => {
          const draws = new Draws(size);
          const count = Math.ceil(size / 4) * 4;
          const [w, g] = [draws.floats(count), draws.floats(count, 0.8)];
          const state = drawState(optimizer, draws, count);
          const places = place(w, state, g);
          update(optimizer, places, decays, step);
          const expected = twin(w, state, g, step, decays === 1);
          expectClose(lab.floats(places.weights), expected.weights, "weights");
          const slots = lab.floats(places.state);
          for (const [i, slot] of expected.state.entries()) {
            expectClose(slots.subarray(i * count, (i + 1) * count), slot, optimizer.slots[i]);
          }
          expect(lab.integers(places.status)).toEqual(Int32Array.of(0));
        });
      }
    }
  });

  it.each(PAIRED)("multiplies the gradient by a factor, and by none for 1: $name", ({ optimizer, twin }) => {
    const draws = new Draws(9);
    const [w, g] = [draws.floats(68), draws.floats(68, 0.8)];
    const state = drawState(optimizer, draws, 68);
    const stepped = (factor: number | undefined) => {
      const places = place(w, state, g);
      const pointer = factor === undefined ? 0 : lab.buffer("factor", Float32Array.of(factor)).pointer;
      update(optimizer, places, 1, 3, pointer);
      return lab.floats(places.weights);
    };
    expect(stepped(1)).toEqual(stepped(undefined));
    const half = g.map((value) => value / 2);
    expectClose(stepped(0.5), twin(w, state, half, 3, true).weights, "weights");
  });

  it.each(PAIRED)("flags a weight that is no longer finite, at any place: $name", ({ optimizer }) => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      for (let at = 0; at < 12; at++) {
        const weights = new Float32Array(12);
        weights[at] = bad;
        const state = optimizer.slots.map(() => new Float32Array(12));
        const places = place(weights, state, new Float32Array(12));
        update(optimizer, places, 0);
        expect(lab.integers(places.status)).toEqual(Int32Array.of(1));
      }
    }
  });

  it.each(PAIRED)("flags a gradient that is not a number: $name", ({ optimizer }) => {
    for (let at = 0; at < 12; at++) {
      const gradients = new Float32Array(12);
      gradients[at] = Number.NaN;
      const state = optimizer.slots.map(() => new Float32Array(12));
      const places = place(new Float32Array(12), state, gradients);
      update(optimizer, places, 1);
      expect(lab.integers(places.status)).toEqual(Int32Array.of(1));
    }
  });

  // Numbers below 2^-126 make a processor a hundred times as slow, and what decays would stay there: round(0.9 k) is k for k < 5.
  it.each(PAIRED)("lets go of state that has faded, and of nothing else: $name", ({ optimizer, twin }) => {
    const [least, faint] = [2 ** -126, 2 ** -110];
    for (const [index, slot] of optimizer.slots.entries()) {
      const ofSquares = slot !== "velocity" && slot !== "firstMoment";
      const last = ofSquares ? least : faint;
      const values = [2 ** -149, 2 ** -130, last / 2, last * 0.9, last * 4, 2 ** -90, 1];
      const signed = ofSquares ? values : values.flatMap((value) => [value, -value]);
      const state = optimizer.slots.map(() => new Float32Array(16));
      state[index].set(signed);
      const places = place(new Float32Array(16), state, new Float32Array(16));
      update(optimizer, places, 0, 1e6);
      const after = lab.floats(places.state).subarray(16 * index, 16 * (index + 1));
      const exact = twin(new Float32Array(16), state, new Float32Array(16), 1e6, false).state[index];
      const limit = optimizer.rule === "adagrad" ? 0 : last; // which only grows
      for (const [at, value] of signed.entries()) {
        inCase({ slot, value }, () => expect(after[at]).toBe(Math.abs(exact[at]) < limit ? 0 : Math.fround(exact[at])));
      }
    }
  });

  it.each(["adam", "rmsprop", "rmspropMomentum", "adagrad"])("flags a square that overflows: %s", (rule) => {
    for (const { optimizer } of PAIRED.filter((paired) => paired.optimizer.rule === rule && paired.optimizer.hyper(0)[3] === 0)) {
      const state = optimizer.slots.map(() => new Float32Array(12));
      const places = place(new Float32Array(12), state, new Float32Array(12).fill(1e25));
      update(optimizer, places, 1);
      expect(lab.floats(places.weights).every(Number.isFinite)).toBe(true);
      expect(lab.integers(places.status)).toEqual(Int32Array.of(1));
    }
  });
});

describe("the norm of a gradient", () => {
  it("agrees with the twin: a factor of limit / norm, or of exactly 1 at and below the limit", () => {
    for (const [pieces, size] of [
      [0, 28],
      [1, 28],
      [3, 28],
      [3, 28 * 17],
      [5, 28 * 60],
    ]) {
      inCase({ pieces, size }, () => {
        const g = new Draws(size).floats(pieces * size, 0.8);
        lab.clear();
        const gradients = lab.buffer("gradients", g);
        const sums = lab.buffer("sums", 8 * pieces);
        const call = { gradients: gradients.pointer, pieces, pieceBytes: size * 4, sums: sums.pointer };
        lab.run("squaredNorms", call, [sums]);
        const squared = (numbers: Float32Array) => numbers.reduce((sum, value) => sum + value ** 2, 0);
        const expected = Array.from({ length: pieces }, (_, i) => squared(g.subarray(i * size, (i + 1) * size)));
        expectClose(new Float64Array(lab.bytes(sums).buffer), expected, "squared norms", 1e-14);
        const norm = Math.sqrt(squared(g));
        for (const limit of [norm * 0.1, norm * 0.999, norm * 1.001, norm * 10].filter((value) => value > 0)) {
          const factor = lab.buffer("factor", 4);
          lab.run("clipFactor", { sums: sums.pointer, count: pieces, limit, factor: factor.pointer }, [factor]);
          const [value] = lab.floats(factor);
          if (limit > norm) expect(value).toBe(1);
          else expectClose([value], [clipFactor([g], limit)], "factor", 1e-7);
        }
      });
    }
  });
});

describe("maxNorm", () => {
  function limitNorms(weights: Region, K: number, N: number, limit: number): void {
    const hyper = hyperFloats(sgd(limit === 0 ? { learningRate: 1 } : { learningRate: 1, maxNorm: limit }));
    const places = { weights: weights.pointer, hyper: lab.buffer("hyper", hyper).pointer, scratch: lab.scratch };
    lab.run("maxNorm", { ...places, K, N, scratchBytes: SCRATCH_BYTES }, [weights]);
  }

  it("agrees with the twin over all sizes", () => {
    for (const size of [...SIZES, ...EDGES]) {
      const draws = new Draws(size);
      for (const [K, N] of [
        [size, draws.integer(0, 67)],
        [draws.integer(0, 67), size],
      ]) {
        inCase({ K, N }, () => {
          const w = draws.floats(K * N, 0.7).map((value, i) => value * (1 + (i % N) / 10));
          const c = 0.2 * Math.sqrt(K) + 0.2;
          lab.clear();
          const weights = lab.panels("weights", K, N, w);
          limitNorms(weights, K, N, c);
          expectClose(lab.readPanels(weights, K, N), maxNorm(w, K, N, Math.fround(c)), "weights");
        });
      }
    }
  });

  it("touches no bit of a unit within the limit, nor of any without a limit", () => {
    const [K, N] = [30, 40];
    const w = new Draws(5).floats(K * N).map((value, i) => (i % N < 20 ? value * 0.01 : value * 10));
    lab.clear();
    const weights = lab.panels("weights", K, N, w);
    limitNorms(weights, K, N, 0);
    expect(lab.readPanels(weights, K, N)).toEqual(w);
    limitNorms(weights, K, N, 1);
    const limited = lab.readPanels(weights, K, N);
    expect(Array.from(limited, (value, i) => Object.is(value, w[i]))).toEqual(Array.from(w, (_, i) => i % N < 20));
  });
});
