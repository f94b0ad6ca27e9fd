import { dense, dropout, dropoutMask, type Layer, relu, type Scaling, sequential } from "drowse";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everyMask, expectation } from "./every-mask.ts";
import * as np from "./np.ts";
import { compare, inColumns, inSymbols, type Masks, main, masksOf, network, programs, trainStep } from "./seed.ts";

const SCALINGS: readonly Scaling[] = ["standard", "inverted"];
// Never 1/2 alone: there p and 1 - p cannot be told apart.
const RATES = [0.2, 0.3, 0.6, 0.9];
/** Single precision, and sums of a few terms in it. */
const ROUNDING = 2e-6;

const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const keeps = fc.oneof(fc.constantFrom(...RATES), finite(0.05, 0.95));
const column = (values: readonly number[]) => values.map((value) => [value]);
/** The largest that the terms of a network without biases can come to: they cancel each other at times. */
const largest = (weights: readonly np.Matrix[], x: readonly number[]) =>
  Math.max(...weights.reduce((A, W) => np.dot(np.map(W, Math.abs), A), column(x.map(Math.abs))).flat());

/** Networks with at most 12 droppable units, 3 inputs and 2 outputs; and an input. */
const cases = fc.record({
  first: fc.integer({ min: 1, max: 6 }),
  second: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(),
  p: keeps,
  x: fc.array(
    fc.integer({ min: -8, max: 8 }).map((eighths) => eighths / 8),
    { minLength: 3, maxLength: 3 },
  ),
});

/** The exact expectation over all masks of both hidden layers. */
function average(first: number, second: number, p: number, f: (masks: Masks) => np.Matrix): number[] {
  return expectation(first + second, p, (mask) => f({ U1: column(mask.slice(0, first)), U2: column(mask.slice(first)) }).flat());
}

describe("the programs of the seed", () => {
  it.each(SCALINGS)("are drowse, number by number, in a step, in twenty steps and in prediction: %s", async (scaling) => {
    for (const p of [0.3, 0.5, 0.8]) {
      const { differences } = await compare(scaling, { p });
      expect(differences.size).toBe(21);
      for (const [name, value] of differences) expect(value, `${name} at p = ${p}`).toBeLessThan(ROUNDING);
    }
  });

  it.each(SCALINGS)("would be seen to differ from drowse with p and 1 - p exchanged: %s", async (scaling) => {
    const p = 0.7;
    const model = network(scaling, p, [3, 16, 12, 3]);
    const x = [[0.5, -0.25, 1]];
    const X = np.transpose(x);
    const weights = inSymbols(model.weights);
    const masks = masksOf(model, [0], 0);
    const trace = await model.trace({ x, y: [1] }, { loss: "crossEntropy", pass: 0 });
    const traced = trace.layers.get("dense3")?.output ?? { data: [], shape: [0, 0] };
    const predicted = inColumns(await model.predict(x, { output: "logits" }));
    const [forward, prediction] = [p, 1 - p].map((value) => [
      np.difference(programs[scaling].forward(X, weights, masks, value).out, inColumns(traced)),
      np.difference(programs[scaling].predict(X, weights, value), predicted),
    ]);
    expect(Math.max(...forward)).toBeLessThan(ROUNDING);
    expect(Math.max(...prediction)).toBeGreaterThan(0.01);
  });

  it("have the gradients of central differences", () => {
    fc.assert(
      fc.property(fc.constantFrom(...SCALINGS), fc.nat(), fc.nat(50), (scaling, seed, pass) => {
        const p = 0.6;
        const model = network(scaling, p, [3, 4, 4, 3], seed);
        const X = np.transpose([
          [0.3, -0.8, 1],
          [-0.6, 0.1, 0.5],
        ]);
        // Biases that are not 0: where all units below sleep, the rectifiers would stand at 0, where they have no derivative.
        model.setWeights({ "dense1.bias": [0.1, -0.1, 0.2, 0.3], "dense2.bias": [0.2, 0.1, -0.1, 0.3] });
        const weights = inSymbols(model.weights);
        const step = { p, masks: masksOf(model, [0, 1], pass), learningRate: 0 };
        const { gradients } = trainStep(scaling, X, [0, 2], weights, step);
        for (const name of ["W1", "b2", "W3"] as const) {
          const [i, j, h] = [0, weights[name][0].length - 1, 1e-6];
          const lossAt = (shift: number) => {
            const moved = weights[name].map((row, r) => row.map((w, c) => (r === i && c === j ? w + shift : w)));
            return trainStep(scaling, X, [0, 2], { ...weights, [name]: moved }, step).loss;
          };
          expect(Math.abs((lossAt(h) - lossAt(-h)) / (2 * h) - gradients[name][i][j])).toBeLessThan(1e-6);
        }
      }),
      { seed: 1 },
    );
  });

  it("print what they found", async () => {
    const lines: string[] = [];
    await main((line) => lines.push(line));
    expect(lines.filter((line) => /^ {2}.*\de-\d/.test(line)).length).toBe(44);
  });
});

describe("the expectation over all masks", () => {
  it("of a hidden layer is what prediction uses instead of it, under both scalings, and p times as much under standard", () => {
    fc.assert(
      fc.property(cases, ({ first, second, seed, p, x }) => {
        const weights = inSymbols(network("inverted", p, [3, first, second, 2], seed).weights);
        const X = column(x);
        const H1 = np.maximum0(np.addColumn(np.dot(weights.W1, X), weights.b1)).flat();
        const of = (scaling: Scaling) => average(first, second, p, (masks) => programs[scaling].forward(X, weights, masks, p).H1);
        const expected = { standard: H1.map((h) => p * h), inverted: H1 };
        for (const scaling of SCALINGS) {
          for (const [unit, value] of of(scaling).entries()) expect(value).toBeCloseTo(expected[scaling][unit], 12);
        }
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it("agrees between the scalings when the weights take p over, which `withScaling` does: at the output, and mask by mask", () => {
    fc.assert(
      fc.property(cases, ({ first, second, seed, p, x }) => {
        const model = network("standard", p, [3, first, second, 2], seed);
        const [before, after] = [inSymbols(model.weights), inSymbols(model.withScaling("inverted").weights)];
        const X = column(x);
        const standard = (masks: Masks) => programs.standard.forward(X, before, masks, p).out;
        const inverted = (masks: Masks) => programs.inverted.forward(X, after, masks, p).out;
        const tolerance = ROUNDING * largest([before.W1, before.W2, before.W3], x);
        const masks = masksOf(model, [0], 0);
        const pairs = [
          ...[0, 1].map((k) => [inverted(masks)[k][0], standard(masks)[k][0]]),
          ...np.transpose([average(first, second, p, inverted), average(first, second, p, standard)]),
        ];
        for (const [one, other] of pairs) expect(Math.abs(one - other)).toBeLessThanOrEqual(tolerance);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it.each(SCALINGS)("is what the library's own masks come to, within four standard errors: %s", async (scaling) => {
    const samples = 20_000;
    const x = [0.5, -0.75, 1];
    for (const p of RATES) {
      const model = network(scaling, p, [3, 6, 6, 2], 11);
      const weights = inSymbols(model.weights);
      const exact = (keep: number) => average(6, 6, keep, (masks) => programs[scaling].forward(column(x), weights, masks, p).out);
      // As many rows of the same numbers, each with a mask of its own.
      const data = { x: Float32Array.from({ length: 3 * samples }, (_, i) => x[i % 3]), y: new Int32Array(samples) };
      const { layers } = await model.trace(data, { loss: "crossEntropy" });
      const outputs = layers.get("dense3")?.output.data ?? new Float32Array();
      const errors = (expected: readonly number[]) =>
        [0, 1].map((k) => {
          const values = Array.from({ length: samples }, (_, n) => outputs[2 * n + k]);
          const mean = values.reduce((sum, value) => sum + value, 0) / samples;
          const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (samples - 1);
          return Math.abs(mean - expected[k]) / Math.sqrt(variance / samples);
        });
      expect(Math.max(...errors(exact(p))), `p = ${p}`).toBeLessThan(4);
      // The same check, seen to fail with p and 1 - p exchanged.
      expect(Math.max(...errors(exact(1 - p))), `p = ${1 - p} for ${p}`).toBeGreaterThan(20);
    }
  });

  it("is prediction itself for one hidden layer, whose rectifier stands before the mask", async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.constantFrom(...SCALINGS), async ({ first, second, seed, p, x }, scaling) => {
        const units = first + second;
        const model = sequential({ input: [3], seed }, [dense(units), relu(), dropout({ keep: p, scaling }), dense(2)]);
        const [W1, W2] = ["dense1.weight", "dense2.weight"].map((name) => model.weights.get(name) ?? []);
        const H1 = np.maximum0(np.dot(np.reshape(W1, units, 3), column(x)));
        const factor = scaling === "inverted" ? 1 / p : 1;
        const out = expectation(units, p, (mask) =>
          np.dot(np.reshape(W2, 2, units), np.times(H1, column(mask.map((awake) => awake * factor)))).flat(),
        );
        const { data } = await model.predict([x], { output: "logits" });
        const tolerance = ROUNDING * largest([np.reshape(W1, units, 3), np.reshape(W2, 2, units)], x);
        for (const [k, value] of data.entries()) expect(Math.abs(value - out[k])).toBeLessThanOrEqual(tolerance);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it("of the second of two hidden layers is at least its prediction, the rectifier being convex, and often more", async () => {
    let above = 0;
    await fc.assert(
      fc.asyncProperty(cases, fc.constantFrom(...SCALINGS), async ({ first, second, seed, p, x }, scaling) => {
        const model = network(scaling, p, [3, first, second, second], seed);
        // The last layer passes the second hidden layer on as it is.
        const identity = Array.from({ length: second ** 2 }, (_, i) => (Math.floor(i / second) === i % second ? 1 : 0));
        model.setWeights({ "dense3.weight": identity });
        const weights = inSymbols(model.weights);
        const exact = average(first, second, p, (masks) => programs[scaling].forward(column(x), weights, masks, p).out);
        const { data: predicted } = await model.predict([x], { output: "logits" });
        for (const [unit, value] of exact.entries()) {
          expect(value).toBeGreaterThan(predicted[unit] - 1e-5);
          if (value > predicted[unit] + 1e-3) above++;
        }
      }),
      { seed: 1, numRuns: 40 },
    );
    expect(above).toBeGreaterThan(20);
  });

  it("is prediction itself for a network without rectifiers, to rounding, with dropout on the input too", async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.constantFrom(...SCALINGS), async ({ first, second, seed, p, x }, scaling) => {
        const [a, b] = [Math.min(first, 4), Math.min(second, 4)];
        const sleep = () => dropout({ keep: p, scaling });
        const layers: Layer[] = [sleep(), dense(a), sleep(), dense(b), sleep(), dense(2)];
        const model = sequential({ input: [3], seed }, layers);
        const { W1, W2, W3 } = inSymbols(model.weights);
        const factor = scaling === "inverted" ? 1 / p : 1;
        const out = expectation(3 + a + b, p, (mask) => {
          const U = (from: number, to: number) => column(mask.slice(from, to).map((awake) => awake * factor));
          const H1 = np.dot(W1, np.times(column(x), U(0, 3)));
          const H2 = np.dot(W2, np.times(H1, U(3, 3 + a)));
          return np.dot(W3, np.times(H2, U(3 + a, 3 + a + b))).flat();
        });
        const { data } = await model.predict([x], { output: "logits" });
        const tolerance = ROUNDING * largest([W1, W2, W3], x);
        for (const [k, value] of out.entries()) expect(Math.abs(value - data[k])).toBeLessThanOrEqual(tolerance);
      }),
      { seed: 1, numRuns: 30 },
    );
  });
});

describe("linear regression with dropout on the input is ridge regression (Srivastava et al. 2014, section 9.1)", () => {
  // E ||y - (R * X) w||^2 = ||y - p X w||^2 + p (1 - p) ||G w||^2,  G = diag(X'X)^(1/2),  R ~ Bernoulli(p), entry by entry.
  const squares = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);
  const residuals = (X: np.Matrix, w: readonly number[], y: readonly number[], factor = 1) =>
    np.dot(X, column(w)).map(([value], n) => y[n] - factor * value);
  const ridge = (X: np.Matrix, w: readonly number[], y: readonly number[], p: number) => {
    const gamma = np.transpose(X).map((values) => Math.sqrt(squares(values)));
    return squares(residuals(X, w, y, p)) + p * (1 - p) * squares(gamma.map((value, d) => value * w[d]));
  };
  const masked = (X: np.Matrix, mask: readonly number[]) => np.times(X, np.reshape(mask, X.length, X[0].length));
  const enumerated = (X: np.Matrix, w: readonly number[], y: readonly number[], p: number) =>
    expectation(X.length * X[0].length, p, (mask) => [squares(residuals(masked(X, mask), w, y))])[0];

  const numbers = (length: number) => fc.array(finite(-2, 2), { minLength: length, maxLength: length });
  const problems = fc
    .constantFrom([1, 1], [1, 5], [2, 3], [3, 4], [4, 3], [6, 2], [12, 1])
    .chain(([N, D]) =>
      fc.record({ X: fc.array(numbers(D), { minLength: N, maxLength: N }), w: numbers(D), y: numbers(N), p: keeps }),
    );

  it("exactly, over all masks of the data", () => {
    fc.assert(
      fc.property(problems, ({ X, w, y, p }) => {
        const value = ridge(X, w, y, p);
        expect(Math.abs(enumerated(X, w, y, p) - value)).toBeLessThanOrEqual(1e-12 * (1 + value));
      }),
      { seed: 1, numRuns: 15 },
    );
  });

  const X = [
    [0.5, -1, 2, 0.25],
    [1.5, 0.75, -0.5, 1],
    [-1.25, 0.5, 1, -2],
  ];
  const [w, y] = [
    [0.5, -1.5, 1, 0.75],
    [1, -2, 0.5],
  ];

  it("and is seen not to hold with p and 1 - p exchanged on either side", () => {
    for (const p of RATES) {
      expect(Math.abs(enumerated(X, w, y, p) / ridge(X, w, y, p) - 1)).toBeLessThan(1e-12);
      expect(Math.abs(enumerated(X, w, y, 1 - p) / ridge(X, w, y, p) - 1)).toBeGreaterThan(0.01);
    }
  });

  it.each(RATES)("for the loss of drowse: with each mask its number, and on average the ridge's (p = %d)", async (p) => {
    const layers = [dropout({ keep: p, scaling: "standard" }), dense(1, { bias: false, initializer: w })];
    const model = sequential({ input: [4], seed: 5 }, layers);
    const samples = 8000;
    const data = { x: Array.from({ length: samples }, () => X).flat(), y: Array.from({ length: samples }, () => y).flat() };
    const rows = (sample: number) => [3 * sample, 3 * sample + 1, 3 * sample + 2];

    for (let sample = 0; sample < 20; sample++) {
      const { loss } = await model.trace(data, { loss: "meanSquaredError", rows: rows(sample), pass: 2 });
      const { data: mask } = dropoutMask(model, "dropout1", { rows: rows(sample), pass: 2 });
      expect(3 * loss).toBeCloseTo(squares(residuals(masked(X, [...mask]), w, y)), 4);
    }

    const { layers: traced } = await model.trace(data, { loss: "meanSquaredError", pass: 2 });
    const outputs = traced.get("dense1")?.output.data ?? new Float32Array();
    const sums = Array.from({ length: samples }, (_, sample) => squares(rows(sample).map((row, n) => y[n] - outputs[row])));
    const mean = sums.reduce((sum, value) => sum + value, 0) / samples;
    const error = Math.sqrt(sums.reduce((sum, value) => sum + (value - mean) ** 2, 0) / samples ** 2);
    expect(Math.abs(mean - ridge(X, w, y, p)) / error).toBeLessThan(4);
    expect(Math.abs(mean - ridge(X, w, y, 1 - p)) / error).toBeGreaterThan(20);
  });
});

describe("all masks of some units", () => {
  it("are all different, and their probabilities sum to 1, each unit being kept with probability p", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8 }), keeps, (units, p) => {
        const masks = everyMask(units, p);
        expect(new Set(masks.map(({ mask }) => mask.join(""))).size).toBe(2 ** units);
        expect(masks.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
        for (const kept of expectation(units, p, (mask) => mask)) expect(kept).toBeCloseTo(p, 12);
      }),
      { seed: 1 },
    );
  });
});
