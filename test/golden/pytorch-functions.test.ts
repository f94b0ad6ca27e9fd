import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type ActivationName, activate, activationGradient } from "../../src/reference/activations.ts";
import type { LossName } from "../../src/reference/loss-by-name.ts";
import { trainingPass } from "../../src/reference/network.ts";
import { Laboratory } from "../conformance.ts";

// Kernels and twins beside PyTorch. How the values were made stands at the head of pytorch-functions.py.

interface ActivationValues {
  readonly name: ActivationName;
  readonly parameter: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly dx: readonly number[];
}
interface LossValues {
  readonly name: LossName;
  readonly setting: number;
  readonly B: number;
  readonly N: number;
  readonly z: readonly number[];
  readonly targets: readonly number[];
  readonly weights: readonly number[];
  readonly losses: readonly number[];
  readonly gradient: readonly number[];
}
const golden: { readonly activations: readonly ActivationValues[]; readonly losses: readonly LossValues[] } = JSON.parse(
  readFileSync(new URL("pytorch-functions.json", import.meta.url), "utf8"),
);

/** The tolerances of torch.testing.assert_close for single precision, and ours for double. */
const SINGLE = { rtol: 1.3e-6, atol: 1e-5 };
const DOUBLE = { rtol: 1e-12, atol: 1e-12 };

function expectAll(actual: ArrayLike<number>, expected: readonly number[], { rtol, atol }: typeof SINGLE, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i] - value);
    if (!(error <= atol + rtol * Math.abs(value))) throw new Error(`${what}: number ${i} is ${actual[i]}, not ${value}`);
  });
}

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

describe.each(golden.activations)("$name of parameter $parameter is PyTorch's", ({ name, parameter, x, y, dx }) => {
  const ones = new Float64Array(x.length).fill(1);

  it("in the twin", () => {
    expectAll(activate(name, x, parameter), y, DOUBLE, "y");
    expectAll(activationGradient(name, x, ones, parameter), dx, DOUBLE, "dx");
  });

  it("in the kernels", () => {
    lab.clear();
    const from = lab.matrix("x", 1, x.length, x);
    const to = lab.matrix("y", 1, x.length);
    const shape = { stride: from.stride, rows: 1, columns: x.length, parameter };
    lab.run(`${name}Forward`, { ...shape, x: from.pointer, y: to.pointer }, [to]);
    expectAll(lab.readMatrix(to), y, SINGLE, "y");
    const dy = lab.matrix("dy", 1, x.length, ones);
    const below = lab.matrix("dx", 1, x.length);
    const kept = name === "softplus" || name === "leakyRelu" ? to : from;
    lab.run(`${name}Gradient`, { ...shape, kept: kept.pointer, dy: dy.pointer, dx: below.pointer }, [below]);
    expectAll(lab.readMatrix(below), dx, SINGLE, "dx");
  });

  it("and not quite another function", () => {
    const other = y.map((value, i) => value + 1e-4 * x[i]);
    expect(() => expectAll(activate(name, x, parameter), other, SINGLE, "y")).toThrow("y: number");
  });
});

describe.each(golden.losses)("$name of setting $setting is PyTorch's, rows weighted", (values) => {
  const { name, setting, B, N, z, targets, weights, losses, gradient } = values;

  it("in the twin", () => {
    const network = { layers: [], loss: name, lossSetting: setting };
    const pass = trainingPass(network, { x: z, indices: losses.map((_, row) => row), targets, weights });
    expectAll([pass.loss], [losses.reduce((sum, loss) => sum + loss, 0) / B], DOUBLE, "loss");
    expectAll(pass.valueGradients[0], gradient, DOUBLE, "gradient");
  });

  it("in the kernel", () => {
    lab.clear();
    const from = lab.matrix("z", B, N, z);
    const d = lab.matrix("d", B, N);
    const [rowLosses, correct] = [lab.buffer("losses", 4 * B), lab.buffer("correct", 4 * B)];
    const call = {
      ...{ z: from.pointer, stride: from.stride, B, N, d: d.pointer, losses: rowLosses.pointer, correct: correct.pointer },
      targets: lab.buffer("targets", name === "crossEntropy" ? Int32Array.from(targets) : Float32Array.from(targets)).pointer,
      ...{ weights: lab.buffer("weights", Float32Array.from(weights)).pointer, smoothing: setting, delta: setting },
    };
    lab.run(name === "crossEntropy" ? "softmaxCrossEntropy" : name, call, [rowLosses, correct, d]);
    expectAll(lab.floats(rowLosses), losses, SINGLE, "losses");
    expectAll(lab.readMatrix(d), gradient, SINGLE, "gradient");
  });
});
