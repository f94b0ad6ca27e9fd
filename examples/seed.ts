// The two programs that drowse grew from, in their own symbols, beside the same networks in drowse.
//
// The programs come from a text on dropout: a network of three layers that drops units while it trains, written once with
// the scaling at prediction ("standard") and once at training ("inverted", what everybody uses). They leave out the backward
// pass and the parameter update as "not shown"; here both are shown. The masks are those of the library, which draws
// `np.random.rand(*H1.shape) < p` as a pure function of seed, layer, pass, row and unit.
//
// Two things to know when reading on:
// - p is the probability to KEEP a unit: `dropout({ keep: p })`, or `dropout({ rate: 1 - p })`.
// - X, H1, H2 and out have a COLUMN per example here (W1 . X), and a row per example in drowse. W1, W2 and W3 are
//   [outputs, inputs] in both, so the weights are the same numbers in the same places.
//
// Run it with `node examples/seed.ts` (Node 22.18 or newer, after `npm run build`).
import { fileURLToPath } from "node:url";
import { dense, dropout, dropoutMask, type Model, relu, type Scaling, sequential, sgd } from "drowse";
import * as np from "./np.ts";

type Matrix = np.Matrix;

/** Weights [outputs, inputs] and biases, which are columns. */
export interface Weights {
  readonly W1: Matrix;
  readonly b1: Matrix;
  readonly W2: Matrix;
  readonly b2: Matrix;
  readonly W3: Matrix;
  readonly b3: Matrix;
}

/** Who is awake in the first and in the second hidden layer: 1 or 0, a column per example. */
export interface Masks {
  readonly U1: Matrix;
  readonly U2: Matrix;
}

/** What a forward pass makes; H1 and H2 after dropout. U1 and U2 as H1 and H2 were multiplied by them. */
export interface Forward extends Masks {
  readonly H1: Matrix;
  readonly H2: Matrix;
  readonly out: Matrix;
}

// ---- the first program: dropout as it was first described --------------------------------------------------------------

export const standard = {
  forward(X: Matrix, { W1, b1, W2, b2, W3, b3 }: Weights, { U1, U2 }: Masks, _p: number): Forward {
    let H1 = np.maximum0(np.addColumn(np.dot(W1, X), b1));
    H1 = np.times(H1, U1); // drop!
    let H2 = np.maximum0(np.addColumn(np.dot(W2, H1), b2));
    H2 = np.times(H2, U2); // drop!
    const out = np.addColumn(np.dot(W3, H2), b3);
    return { U1, H1, U2, H2, out };
  },

  predict(X: Matrix, { W1, b1, W2, b2, W3, b3 }: Weights, p: number): Matrix {
    const H1 = np.scale(np.maximum0(np.addColumn(np.dot(W1, X), b1)), p); // NOTE: scale the activations
    const H2 = np.scale(np.maximum0(np.addColumn(np.dot(W2, H1), b2)), p); // NOTE: scale the activations
    return np.addColumn(np.dot(W3, H2), b3);
  },
};

// ---- the second program: inverted dropout, the scaling at training time -------------------------------------------------

export const inverted = {
  forward(X: Matrix, { W1, b1, W2, b2, W3, b3 }: Weights, masks: Masks, p: number): Forward {
    let H1 = np.maximum0(np.addColumn(np.dot(W1, X), b1));
    const U1 = np.scale(masks.U1, 1 / p); // first dropout mask. Notice /p!
    H1 = np.times(H1, U1); // drop!
    let H2 = np.maximum0(np.addColumn(np.dot(W2, H1), b2));
    const U2 = np.scale(masks.U2, 1 / p); // second dropout mask. Notice /p!
    H2 = np.times(H2, U2); // drop!
    const out = np.addColumn(np.dot(W3, H2), b3);
    return { U1, H1, U2, H2, out };
  },

  predict(X: Matrix, { W1, b1, W2, b2, W3, b3 }: Weights, _p: number): Matrix {
    const H1 = np.maximum0(np.addColumn(np.dot(W1, X), b1)); // no scaling necessary
    const H2 = np.maximum0(np.addColumn(np.dot(W2, H1), b2));
    return np.addColumn(np.dot(W3, H2), b3);
  },
};

export const programs = { standard, inverted } satisfies Record<Scaling, unknown>;

// ---- "not shown", shown -------------------------------------------------------------------------------------------------

/** Cross-entropy of the columns of `out` with their classes, its mean, and the gradient: (softmax - one-hot) / examples. */
export function crossEntropy(out: Matrix, classes: readonly number[]): { loss: number; dout: Matrix } {
  const examples = classes.length;
  const columns = np.transpose(out).map((z) => {
    const most = Math.max(...z);
    const sum = z.reduce((total, value) => total + Math.exp(value - most), 0);
    return z.map((value) => value - most - Math.log(sum)); // log softmax
  });
  const loss = -classes.reduce((sum, label, n) => sum + columns[n][label], 0) / examples;
  const dout = columns.map((logs, n) => logs.map((log, k) => (Math.exp(log) - (k === classes[n] ? 1 : 0)) / examples));
  return { loss, dout: np.transpose(dout) };
}

/** Backward pass: each line undoes one of the forward pass, from the last to the first. */
export function backward(X: Matrix, { W2, W3 }: Weights, { U1, H1, U2, H2 }: Forward, dout: Matrix): Weights {
  // out = W3 . H2 + b3
  const dW3 = np.dot(dout, np.transpose(H2));
  let dH2 = np.dot(np.transpose(W3), dout);
  // H2 *= U2: through the same mask, with the same scale; who slept learns nothing
  dH2 = np.times(dH2, U2);
  // H2 = max(0, ...): where H2 is 0 nothing passes (what slept is 0 already)
  const dZ2 = np.zip(dH2, H2, (d, h) => (h > 0 ? d : 0));
  const dW2 = np.dot(dZ2, np.transpose(H1));
  let dH1 = np.dot(np.transpose(W2), dZ2);
  dH1 = np.times(dH1, U1);
  const dZ1 = np.zip(dH1, H1, (d, h) => (h > 0 ? d : 0));
  const dW1 = np.dot(dZ1, np.transpose(X));
  const [db1, db2, db3] = [np.sumColumns(dZ1), np.sumColumns(dZ2), np.sumColumns(dout)];
  return { W1: dW1, b1: db1, W2: dW2, b2: db2, W3: dW3, b3: db3 };
}

/** Parameter update: W <- W - learningRate dW. */
export function update(weights: Weights, gradients: Weights, learningRate: number): Weights {
  const step = (name: keyof Weights) => np.zip(weights[name], gradients[name], (w, d) => w - learningRate * d);
  return { W1: step("W1"), b1: step("b1"), W2: step("W2"), b2: step("b2"), W3: step("W3"), b3: step("b3") };
}

/** One step of training: forward, backward, update. */
export function trainStep(
  scaling: Scaling,
  X: Matrix,
  classes: readonly number[],
  weights: Weights,
  { p, masks, learningRate }: { p: number; masks: Masks; learningRate: number },
) {
  const forward = programs[scaling].forward(X, weights, masks, p);
  const { loss, dout } = crossEntropy(forward.out, classes);
  const gradients = backward(X, weights, forward, dout);
  return { ...forward, loss, gradients, updated: update(weights, gradients, learningRate) };
}

// ---- the same in drowse -------------------------------------------------------------------------------------------------

/** The network of the programs: `units` are its inputs, both hidden layers and outputs. */
export function network(scaling: Scaling, p: number, [inputs, first, second, outputs]: readonly number[], seed = 1): Model {
  return sequential({ input: [inputs], seed }, [
    ...[dense(first), relu(), dropout({ keep: p, scaling })],
    ...[dense(second), relu(), dropout({ keep: p, scaling })],
    dense(outputs),
  ]);
}

/** Parameters by the library's names, `dense1.weight` and so on, in the symbols of the programs. */
export function inSymbols(numbers: ReadonlyMap<string, ArrayLike<number>>): Weights {
  const matrix = (layer: number, kind: "weight" | "bias"): Matrix => {
    const values = numbers.get(`dense${layer}.${kind}`) ?? [];
    const outputs = numbers.get(`dense${layer}.bias`)?.length ?? 0;
    return np.reshape(values, outputs, values.length / outputs);
  };
  const [W1, W2, W3] = [matrix(1, "weight"), matrix(2, "weight"), matrix(3, "weight")];
  return { W1, b1: matrix(1, "bias"), W2, b2: matrix(2, "bias"), W3, b3: matrix(3, "bias") };
}

/** Rows of the library, a column each. */
export const inColumns = ({ data, shape: [rows, units] }: { data: ArrayLike<number>; shape: readonly number[] }): Matrix =>
  np.transpose(np.reshape(data, rows, units));

/** The masks that the library has for these rows of the data in a pass over it. */
export function masksOf(model: Model, rows: readonly number[], pass: number): Masks {
  const mask = (layer: string) => inColumns(dropoutMask(model, layer, { rows, pass }));
  return { U1: mask("dropout1"), U2: mask("dropout2") };
}

/** Points on a circle and which third of it each is in: something small to learn. */
export function someData(count: number) {
  const turns = Array.from({ length: count }, (_, n) => (0.382 * n) % 1);
  const x = turns.map((turn) => [Math.cos(2 * Math.PI * turn), Math.sin(2 * Math.PI * turn), 1].map(Math.fround));
  return { x, y: turns.map((turn) => Math.floor(3 * turn)) };
}

/** How far the program and the library are apart, name by name: the largest difference beside the largest number. */
export async function compare(scaling: Scaling, { p = 0.7, count = 24, steps = 20, learningRate = 0.2 } = {}) {
  const model = network(scaling, p, [3, 16, 12, 3]);
  const data = someData(count);
  const X = np.transpose(data.x);
  const rows = data.y.map((_, row) => row);
  const before = inSymbols(model.weights);
  const found = new Map<string, number>();
  const predictions = async () => inColumns(await model.predict(data.x, { output: "logits" }));

  // One step, every number of it.
  const optimizer = sgd({ learningRate });
  const trace = await model.trace(data, { loss: "crossEntropy", optimizer, pass: 0 });
  const step = trainStep(scaling, X, data.y, before, { p, masks: masksOf(model, rows, 0), learningRate });
  for (const [symbol, layer] of [
    ["H1", "dropout1"],
    ["H2", "dropout2"],
    ["out", "dense3"],
  ] as const) {
    const traced = trace.layers.get(layer);
    if (traced) found.set(`${symbol}, ${layer}`, np.difference(inColumns(traced.output), step[symbol]));
  }
  found.set("loss", Math.abs(trace.loss / step.loss - 1));
  for (const [title, theirs, ours] of [
    ["gradient of", inSymbols(trace.gradients), step.gradients],
    ["updated", inSymbols(trace.updated), step.updated],
  ] as const) {
    for (const name of ["W1", "b1", "W2", "b2", "W3", "b3"] as const) {
      found.set(`${title} ${name}`, np.difference(theirs[name], ours[name]));
    }
  }

  // Many steps of the Trainer: all rows are one batch, so that step n is pass n.
  let weights = before;
  let loss = 0;
  for (let pass = 0; pass < steps; pass++) {
    const settings = { p, masks: masksOf(model, rows, pass), learningRate };
    ({ updated: weights, loss } = trainStep(scaling, X, data.y, weights, settings));
  }
  const trainer = await model.trainer(data, { loss: "crossEntropy", optimizer, batchSize: count });
  const reports = await trainer.run(steps);
  await trainer.commit();
  trainer.close();
  found.set(`loss of step ${steps}`, Math.abs((reports.at(-1)?.loss ?? 0) / loss - 1));
  for (const name of ["W1", "W2", "W3"] as const) {
    found.set(`${name} after ${steps} steps`, np.difference(inSymbols(model.weights)[name], weights[name]));
  }
  found.set("predict", np.difference(await predictions(), programs[scaling].predict(X, weights, p)));
  return { model, data, differences: found };
}

/** Tells the story in a few lines. */
export async function main(print: (line: string) => void = console.log): Promise<void> {
  const p = 0.7;
  for (const scaling of ["standard", "inverted"] as const) {
    const { model, data, differences } = await compare(scaling, { p });
    print(`${scaling} dropout, p = ${p} (the probability to keep): the program and drowse, largest difference`);
    for (const [name, value] of differences) print(`  ${name.padEnd(22)}${value.toExponential(1)}`);
    const other = scaling === "standard" ? "inverted" : "standard";
    const predictions = inColumns(await model.predict(data.x, { output: "logits" }));
    const converted = inColumns(await model.withScaling(other).predict(data.x, { output: "logits" }));
    print(`  ${`as ${other} dropout`.padEnd(22)}${np.difference(converted, predictions).toExponential(1)}`);
  }
  print("drowse computes in single precision, with 24 bits: 6e-8 is half a unit in the last place.");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
