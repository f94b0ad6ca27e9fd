import { beforeAll, describe, expect, it } from "vitest";
import { inCase, sameBytes } from "../../test/closeness.ts";
import { Laboratory, type Region, THREADS } from "../../test/conformance.ts";
import { Draws } from "../../test/draws.ts";
import { hyperFloats, PAIRED } from "../../test/optimizers.ts";
import { pointersOf } from "../../test/products.ts";
import { dropoutParameters } from "../../test/records.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { trainingScale } from "../reference/dropout.ts";
import { type KernelArguments, updateRules } from "./kernels.ts";
import { SCRATCH_BYTES } from "./layout.ts";

const SIZES = [...Array(68).keys()];
const EDGES = [83, 84, 85, 127, 128, 129, 191, 192, 193];

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

/** The product with the update in it, on several numbers of threads; panels that two threads share are finished after it. */
function updateInProduct(values: KernelArguments<"denseWeightGradient">, writes: readonly Region[]): void {
  const before = writes.map((region) => lab.bytes(region));
  let single: Uint8Array[] | undefined;
  for (const threads of THREADS) {
    for (const [i, region] of writes.entries()) lab.put(region, before[i]);
    lab.run("denseWeightGradient", values, writes, threads);
    const { weights, K, N, hyper, status, scratch } = values;
    lab.run("finishPanels", { weights, K, N, hyper, status, scratch }, writes, threads);
    const bytes = writes.map((region) => lab.bytes(region));
    single ??= bytes;
    writes.forEach(({ name }, i) => {
      if (!sameBytes(bytes[i], single?.[i] as Uint8Array)) throw new Error(`${name} with ${threads} threads differs`);
    });
  }
}

/** Whether an optimizer remembers squares of gradients that nothing cuts. */
const hasSquares = ({ kind, hyper }: Optimizer) => kind !== "sgd" && hyper(0)[3] === 0;

describe("fused kernels give the bits of the unfused", () => {
  interface Shape {
    B: number;
    K: number;
    N: number;
  }
  function* shapes(): Generator<Shape> {
    const draws = new Draws(3);
    for (const size of [...SIZES, ...EDGES]) {
      yield { B: size, K: draws.integer(1, 67), N: draws.integer(1, 67) };
      yield { B: draws.integer(1, 67), K: size, N: draws.integer(1, 67) };
      yield { B: draws.integer(1, 67), K: draws.integer(1, 67), N: size };
    }
  }

  it("denseWeightGradient with hyper-parameters is denseWeightGradient, update and maxNorm, with and without bias", () => {
    let turn = 0;
    for (const shape of shapes()) {
      const { name, optimizer } = PAIRED[turn++ % PAIRED.length];
      const rule = updateRules.indexOf(optimizer.rule);
      inCase({ ...shape, name }, ({ B, K, N }) => {
        const draws = new Draws(B + 1000 * K + 1000000 * N);
        const h = draws.floats(B * K, 0.5);
        const dz = draws.floats(B * N, 0.7);
        const [w, b] = [draws.floats(K * N), draws.floats(N)];
        const squares = (numbers: Float32Array) => numbers.map((value) => value ** 2);
        const [ws, bs] = [optimizer.slots.map(() => draws.floats(K * N)), optimizer.slots.map(() => draws.floats(N))];
        const prepare = () => {
          lab.clear();
          const a = lab.matrix("a", B, K, h);
          const d = lab.matrix("d", B, N, dz);
          const state = [
            lab.panels("weights", K, N, w),
            lab.panelsInARow("state", K, N, ws.map(squares)),
            lab.vector("bias", b),
            lab.panelsInARow("biasState", 1, N, bs.map(squares)),
          ] as const;
          const record = lab.buffer("hyper", hyperFloats(optimizer, 2)).pointer;
          const status = lab.buffer("status", Int32Array.of(0)).pointer;
          const factors = lab.factors(a, d, turn % 5);
          const inputs = { ...pointersOf(factors), factor: factors.factor.pointer, B, K, d: d.pointer, dStride: d.stride, N };
          return { state, record, status, product: { ...inputs, work: 0, scratch: lab.scratch } };
        };

        const unfused = prepare();
        const gradient = lab.panels("gradient", K, N, new Float32Array(K * N));
        const biasGradient = lab.vector("biasGradient", new Float32Array(N));
        lab.run(
          "denseWeightGradient",
          {
            ...unfused.product,
            ...{ weights: 0, state: 0, bias: 0, biasState: 0, rule: 0, hyper: 0, status: 0 },
            ...{ gradient: gradient.pointer, biasGradient: biasGradient.pointer },
          },
          [gradient, biasGradient],
        );
        const step = (weights: Region, state: Region, gradients: Region, decays: number) =>
          lab.run(
            "update",
            {
              ...{ rule, weights: weights.pointer, state: state.pointer, gradients: gradients.pointer, factor: 0 },
              ...{ count: weights.bytes / 4, hyper: unfused.record, decays, status: unfused.status, scratch: lab.scratch },
            },
            [weights, state],
          );
        const [weights, state, bias, biasState] = unfused.state;
        step(weights, state, gradient, 1);
        step(bias, biasState, biasGradient, 0);
        const limit = {
          weights: weights.pointer,
          K,
          N,
          hyper: unfused.record,
          scratch: lab.scratch,
          scratchBytes: SCRATCH_BYTES,
        };
        lab.run("maxNorm", limit, [weights]);
        const expected = unfused.state.map((region) => lab.bytes(region));

        for (const withBias of [true, false]) {
          const { state, record, status, product } = prepare();
          const changed = withBias ? state : state.slice(0, 2);
          updateInProduct(
            {
              ...product,
              ...{ weights: state[0].pointer, state: state[1].pointer, gradient: 0, biasGradient: 0 },
              ...{ bias: withBias ? state[2].pointer : 0, biasState: withBias ? state[3].pointer : 0 },
              ...{ rule, hyper: record, status },
            },
            changed,
          );
          changed.forEach((region, i) => {
            if (!sameBytes(lab.bytes(region), expected[i])) throw new Error(`${region.name}, bias ${withBias}`);
          });
        }
      });
    }
  });

  const flagged = PAIRED.flatMap(({ name, optimizer }) =>
    ["weight", "bias", "gradient", ...(hasSquares(optimizer) ? ["weight's square", "bias's square"] : [])].map((parameter) => {
      return { parameter, name, optimizer };
    }),
  );
  it.each(flagged)("denseWeightGradient flags a $parameter that is not finite: $name", ({ parameter, optimizer }) => {
    for (const bad of ["weight", "bias"].includes(parameter) ? [Number.NaN, Infinity, -Infinity] : [Number.NaN]) {
      for (const n of [0, 3, 27, 28, 33]) {
        const [B, K, N] = [3, 5, 34];
        lab.clear();
        const a = lab.matrix("a", B, K, new Float32Array(B * K).fill(parameter === "bias's square" ? 0 : 1));
        const [gradients, weightValues, biasValues] = [B * N, K * N, N].map((count) => new Float32Array(count));
        const spoiled = { gradient: gradients, weight: weightValues, bias: biasValues }[parameter];
        if (spoiled) spoiled[n] = bad;
        // Its square overflows; by Adam and its like the weights would stay as they are.
        else gradients[n] = 1e25;
        const d = lab.matrix("d", B, N, gradients);
        const slots = optimizer.slots.map(() => new Float32Array(K * N));
        const weights = lab.panels("weights", K, N, weightValues);
        const state = lab.panelsInARow("state", K, N, slots);
        const bias = lab.vector("bias", biasValues);
        const biasState = lab.panelsInARow("biasState", 1, N, slots);
        const biasPointer = parameter === "weight's square" ? 0 : bias.pointer;
        const status = lab.buffer("status", Int32Array.of(0));
        const factors = lab.factors(a, d, n % 5);
        updateInProduct(
          {
            ...{ ...pointersOf(factors), factor: factors.factor.pointer, d: d.pointer, dStride: d.stride, B, K, N, work: 0 },
            ...{ weights: weights.pointer, state: state.pointer, gradient: 0, bias: biasPointer, biasState: biasState.pointer },
            ...{ biasGradient: 0, rule: updateRules.indexOf(optimizer.rule) },
            ...{ hyper: lab.buffer("hyper", hyperFloats(optimizer)).pointer, status: status.pointer, scratch: lab.scratch },
          },
          [weights, state, bias, biasState, status],
        );
        expect(lab.integers(status)).toEqual(Int32Array.of(1));
      }
    }
  });

  it("denseInputGradient with a gate is denseInputGradient, dropout and reluGradient", () => {
    let turn = 0;
    for (const shape of shapes()) {
      const rate = [undefined, 0, 0.2, 0.5, 0.9, 1][turn++ % 6];
      inCase({ ...shape, rate }, ({ B, K, N }) => {
        const draws = new Draws(B + 1000 * K + 1000000 * N);
        lab.clear();
        const d = lab.matrix("d", B, N, draws.floats(B * N, 0.5));
        const { lists, counts } = lab.compress("compressRows", d, turn % 3);
        const weights = lab.panels("weights", K, N, draws.floats(K * N));
        const z = lab.matrix("z", B, K, draws.floats(B * K, 0.9));
        const rectified = lab.matrix("rectified", B, K);
        const h = lab.matrix("h", B, K);
        const out = lab.matrix("out", B, K);
        const factor = trainingScale(rate ?? 0, "inverted");
        const parameters = lab.buffer("parameters", dropoutParameters(rate ?? 0, factor));
        const indices = lab.buffer(
          "indices",
          Uint32Array.from({ length: B }, () => draws.word()),
        );
        const common = { stride: h.stride, rows: B, columns: K };
        const mask = (x: number, y: typeof h) =>
          lab.run(
            "dropout",
            {
              ...{ ...common, x, y: y.pointer, indices: indices.pointer, parameters: parameters.pointer },
              ...{ pass: 1, stream: 2, key0: 3, key1: 4, scratch: lab.scratch, scratchBytes: SCRATCH_BYTES },
            },
            [y],
          );
        const inputGradient = (gate: number, factor: number) =>
          lab.run(
            "denseInputGradient",
            {
              ...{ lists: lists.pointer, counts: counts.pointer, B, N, weights: weights.pointer, K, gate, scale: factor },
              ...{ out: out.pointer, outStride: out.stride, work: 0, scratch: lab.scratch },
            },
            [out],
          );

        lab.run("relu", { ...common, x: z.pointer, y: rectified.pointer }, [rectified]);
        if (rate === undefined) lab.run("relu", { ...common, x: z.pointer, y: h.pointer }, [h]);
        else mask(rectified.pointer, h);
        inputGradient(0, 0);
        if (rate !== undefined) mask(out.pointer, out);
        lab.run("reluGradient", { ...common, y: rectified.pointer, dy: out.pointer, dx: out.pointer }, [out]);
        const expected = lab.bytes(out);

        lab.spoil(out);
        inputGradient(h.pointer, rate === undefined ? 0 : parameters.pointer + 8);
        if (!sameBytes(lab.bytes(out), expected)) throw new Error("the gated gradient differs");
      });
    }
  });
});
