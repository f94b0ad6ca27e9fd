import { beforeAll, describe, expect, it } from "vitest";
import { expectClose, inCase } from "../../test/closeness.ts";
import { Laboratory, type Region } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { HYPERS, type Hyper, hyperParameters } from "../../test/records.ts";
import { maxNorm } from "../reference/max-norm.ts";
import { sgd } from "../reference/sgd.ts";
import { SCRATCH_BYTES } from "./layout.ts";

const SIZES = [...Array(68).keys()];
const EDGES = [83, 84, 85, 127, 128, 129, 191, 192, 193];

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

/** What the kernels receive: single precision. */
const rounded = (h: Hyper): Hyper => ({
  learningRate: Math.fround(h.learningRate),
  momentum: Math.fround(h.momentum),
  l2: Math.fround(h.l2),
  limit: Math.fround(h.limit),
});

describe("sgd", () => {
  it("agrees with the twin, with and without decay", () => {
    for (const size of [...SIZES, ...EDGES]) {
      for (const hyper of HYPERS) {
        inCase({ size, ...hyper }, () => {
          const draws = new Draws(size);
          const count = Math.ceil(size / 4) * 4;
          const [w, v, g] = [draws.floats(count), draws.floats(count), draws.floats(count, 0.8)];
          for (const decay of [0, 1]) {
            lab.clear();
            const [weights, velocities, gradients] = [lab.buffer("w", w), lab.buffer("v", v), lab.buffer("g", g)];
            const status = lab.buffer("status", Int32Array.of(0));
            const places = { weights: weights.pointer, velocities: velocities.pointer, gradients: gradients.pointer };
            const call = {
              ...places,
              count,
              hyper: lab.buffer("hyper", hyperParameters(hyper)).pointer,
              decay,
              status: status.pointer,
            };
            lab.run("sgd", call, [weights, velocities]);
            const options = rounded(hyper);
            const expected = sgd(w, v, g, decay ? options : { ...options, l2: 0 });
            expectClose(lab.floats(weights), expected.weights, "weights");
            expectClose(lab.floats(velocities), expected.velocities, "velocities");
          }
        });
      }
    }
  });

  it.each([Number.NaN, Infinity, -Infinity])("flags a weight that becomes %f, at any place", (bad) => {
    for (let place = 0; place < 12; place++) {
      lab.clear();
      const gradients = new Float32Array(12);
      gradients[place] = bad;
      const [w, v, g] = [
        lab.buffer("w", new Float32Array(12)),
        lab.buffer("v", new Float32Array(12)),
        lab.buffer("g", gradients),
      ];
      const status = lab.buffer("status", Int32Array.of(0));
      const places = { weights: w.pointer, velocities: v.pointer, gradients: g.pointer, status: status.pointer };
      lab.run("sgd", { ...places, count: 12, hyper: lab.buffer("hyper", hyperParameters(HYPERS[0])).pointer, decay: 1 }, [
        w,
        v,
        status,
      ]);
      expect(lab.integers(status)).toEqual(Int32Array.of(1));
    }
  });
});

describe("maxNorm", () => {
  function limit(weights: Region, K: number, N: number, hyper: Hyper): void {
    const places = { weights: weights.pointer, hyper: lab.buffer("hyper", hyperParameters(hyper)).pointer, scratch: lab.scratch };
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
          limit(weights, K, N, { ...HYPERS[0], limit: c });
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
    limit(weights, K, N, { ...HYPERS[0], limit: 0 });
    expect(lab.readPanels(weights, K, N)).toEqual(w);
    limit(weights, K, N, { ...HYPERS[0], limit: 1 });
    const limited = lab.readPanels(weights, K, N);
    expect(Array.from(limited, (value, i) => Object.is(value, w[i]))).toEqual(Array.from(w, (_, i) => i % N < 20));
  });
});
