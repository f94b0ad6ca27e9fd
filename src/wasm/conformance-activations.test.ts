import { beforeAll, describe, expect, it } from "vitest";
import { inCase } from "../../test/closeness.ts";
import { Laboratory } from "../../test/conformance.ts";
import { allExponents, Draws } from "../../test/draws.ts";
import { ulpError } from "../../test/ulp.ts";
import { type ActivationName, activate, activationGradient, activations } from "../reference/activations.ts";

// Results are computed at f64 and rounded once: 0.5 units in the last place, and what the f64 of kernel and twin differ.
const PROMISED = 0.51;
const MANTISSAS = process.env.DROWSE_DEEP ? 200 : 20;

const CASES = [...Array(68).keys(), 127, 128, 129, 255, 256, 257].flatMap((size) => {
  const draws = new Draws(size);
  return [
    { rows: size, columns: draws.integer(0, 67) },
    { rows: draws.integer(0, 9), columns: size },
  ];
});
/** Numbers at which something may go wrong. */
const SPECIAL = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-45, 1.1754944e-38, 3.4028235e38, -3.4028235e38, 1, -1];

const names = Object.keys(activations) as ActivationName[];
/** What backward is given: the output of these two, the input of all others. */
const readsOutput = (name: ActivationName) => name === "leakyRelu" || name === "softplus";
const settings = (name: ActivationName) =>
  name === "leakyRelu" ? [1e-40, 0.01, 0.3, 2] : name === "elu" ? [1e-40, 0.5, 1] : [0];

interface Shape {
  rows: number;
  columns: number;
  threads?: number;
}

let lab: Laboratory;
beforeAll(async () => {
  lab = await Laboratory.open();
});

/** Forward and backward of a matrix, each also in place, with every number of threads where none is given. */
function run(name: ActivationName, x: Float32Array, dy: Float32Array, parameter: number, shape: Shape) {
  const { rows, columns, threads } = shape;
  lab.clear();
  const from = lab.matrix("x", rows, columns, x);
  const to = lab.matrix("y", rows, columns);
  const common = { stride: from.stride, rows, columns, parameter };
  lab.run(`${name}Forward`, { ...common, x: from.pointer, y: to.pointer }, [to], threads);
  const y = lab.readMatrix(to);

  const kept = readsOutput(name) ? to : from;
  const above = lab.matrix("dy", rows, columns, dy);
  const below = lab.matrix("dx", rows, columns);
  lab.run(`${name}Gradient`, { ...common, kept: kept.pointer, dy: above.pointer, dx: below.pointer }, [below], threads);
  const dx = lab.readMatrix(below);

  lab.run(`${name}Gradient`, { ...common, kept: kept.pointer, dy: above.pointer, dx: above.pointer }, [above], threads);
  expect(lab.readMatrix(above), "dx in place").toEqual(dx);
  lab.run(`${name}Forward`, { ...common, x: from.pointer, y: from.pointer }, [from], threads);
  expect(lab.readMatrix(from), "y in place").toEqual(y);
  return { y, dx };
}

/** The derivative as the twin has it, from what the kernel was given. */
function exactGradient(name: ActivationName, x: Float32Array, y: Float32Array, dy: Float32Array, parameter: number) {
  // softplus: y = log(1 + exp(x)), so f'(x) = sigmoid(x) = 1 - exp(-y)
  if (name === "softplus") return Float64Array.from(dy, (gradient, i) => -Math.expm1(-y[i]) * gradient);
  return activationGradient(name, x, dy, parameter);
}

function largestErrors(name: ActivationName, x: Float32Array, dy: Float32Array, parameter: number, shape: Shape) {
  const { y, dx } = run(name, x, dy, parameter, shape);
  const exact = activate(name, x, parameter);
  const gradient = exactGradient(name, x, y, dy, parameter);
  let [forward, backward] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    forward = Math.max(
      forward,
      ulpError(y[i], exact[i], () => `${name}(${x[i]})`),
    );
    backward = Math.max(
      backward,
      ulpError(dx[i], gradient[i], () => `the gradient of ${name} at ${x[i]} times ${dy[i]}`),
    );
  }
  return { forward, backward };
}

describe.each(names)("%s", (name) => {
  it("is the twin's over all sizes, forward and backward, apart and in place", () => {
    for (const values of CASES) {
      inCase(values, ({ rows, columns }) => {
        const draws = new Draws(rows * 1000 + columns);
        const x = draws
          .floats(rows * columns, 0.9, 8)
          .map((v) => (draws.integer(0, 9) === 0 ? SPECIAL[draws.integer(0, 11)] : v));
        const dy = draws.floats(rows * columns, 0.9);
        const [parameter] = settings(name).slice(-1);
        const { forward, backward } = largestErrors(name, x, dy, parameter, { rows, columns });
        expect(forward).toBeLessThanOrEqual(PROMISED);
        expect(backward).toBeLessThanOrEqual(PROMISED);
      });
    }
  });

  it("is within half a unit in the last place of the twin over all exponents, the tails and near 0", () => {
    const draws = new Draws(12);
    const uniform = (size: number) => Float32Array.from({ length: 200 * MANTISSAS }, () => (2 * draws.unit() - 1) * size);
    for (const x of [allExponents(MANTISSAS), uniform(0.01), uniform(1), uniform(20), uniform(110), Float32Array.from(SPECIAL)]) {
      for (const parameter of settings(name)) {
        const ones = new Float32Array(x.length).fill(1);
        const { forward, backward } = largestErrors(name, x, ones, parameter, { rows: 1, columns: x.length, threads: 1 });
        expect(forward).toBeLessThanOrEqual(PROMISED);
        expect(backward).toBeLessThanOrEqual(PROMISED);
      }
    }
  });

  it("keeps NaN, and has the limits of its formula at infinity", () => {
    const [parameter] = settings(name).slice(-1);
    const { y, dx } = run(name, Float32Array.of(NaN, Infinity, -Infinity), Float32Array.of(1, 1, 1), parameter, {
      rows: 1,
      columns: 3,
    });
    expect([y[0], dx[0]]).toEqual([NaN, NaN]);
    const bounded = name === "sigmoid" || name === "tanh";
    expect(y[1]).toBe(bounded ? 1 : Infinity);
    expect(y[2]).not.toBeNaN();
    expect(dx.subarray(1)).not.toContain(NaN);
  });
});
