import { readFileSync } from "node:fs";
import { dense, type Model, sequential } from "drowse";
import { describe, expect, it } from "vitest";
import { transpose } from "../../src/reference/compression.ts";
import { denseBiasGradient, denseForward, denseWeightGradient } from "../../src/reference/dense.ts";
import { meanSquaredError } from "../../src/reference/mean-squared-error.ts";
import { type Paired, pairedAdagrad, pairedAdam, pairedRmsprop, pairedSgd } from "../optimizers.ts";

// Values made by PyTorch; `pytorch-optimizers.py` says how.

interface Parameters {
  readonly weight: number[][];
  readonly bias: number[];
}
interface Golden {
  readonly problem: Parameters & { readonly x: number[][]; readonly y: number[][] };
  readonly runs: readonly { optimizer: string; options: { learningRate: number }; after: Record<"1" | "20", Parameters> }[];
}

const { problem, runs }: Golden = JSON.parse(readFileSync(new URL("./pytorch-optimizers.json", import.meta.url), "utf8"));
const [B, K, N] = [problem.x.length, problem.x[0].length, problem.bias.length];

function paired(kind: string, options: { learningRate: number }): Paired {
  switch (kind) {
    case "sgd":
      return pairedSgd(options);
    case "rmsprop":
      return pairedRmsprop(options);
    case "adagrad":
      return pairedAdagrad(options);
    default:
      return pairedAdam(kind as "adam" | "adamW", options);
  }
}

/** Each number within rtol of its size and atol of PyTorch's, its own bounds for the precision. */
function expectNumbers(actual: ArrayLike<number>, expected: readonly number[], rtol: number, atol: number, what: string): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i] - value), `${what}: number ${i} is ${actual[i]}, not ${value}`).toBeLessThanOrEqual(
      atol + rtol * Math.abs(value),
    );
  }
}

const cases = runs.map((run) => ({ name: `${run.optimizer} ${JSON.stringify(run.options)}`, ...run }));

describe("PyTorch's optimizers", () => {
  it.each(cases)("are the twins to 1e-12: $name", ({ optimizer: kind, options, after }) => {
    const { optimizer, twin } = paired(kind, options);
    let weight: Float64Array = transpose(problem.weight.flat(), N, K);
    let bias: Float64Array = Float64Array.from(problem.bias);
    const remembered = (count: number): readonly Float64Array[] => optimizer.slots.map(() => new Float64Array(count));
    let [weightState, biasState] = [remembered(K * N), remembered(N)];
    for (let step = 0; step < 20; step++) {
      const x = problem.x.flat();
      const { gradient } = meanSquaredError(denseForward(x, weight, bias, { B, K, N }), problem.y.flat(), B, N);
      const shape = { B, K, N };
      const gradients = { weight: denseWeightGradient(x, gradient, shape), bias: denseBiasGradient(gradient, shape) };
      ({ weights: weight, state: weightState } = twin(weight, weightState, gradients.weight, step, true));
      ({ weights: bias, state: biasState } = twin(bias, biasState, gradients.bias, step, false));
      if (step !== 0 && step !== 19) continue;
      const expected = after[step === 0 ? "1" : "20"];
      expectNumbers(transpose(weight, K, N), expected.weight.flat(), 1e-12, 1e-12, `weight after step ${step}`);
      expectNumbers(bias, expected.bias, 1e-12, 1e-12, `bias after step ${step}`);
    }
  });

  it.each(cases)(
    "are the library's to what PyTorch allows single precision: $name",
    async ({ optimizer: kind, options, after }) => {
      const model: Model = sequential({ input: [K], seed: 1 }, [dense(N, { initializer: problem.weight, bias: problem.bias })]);
      const { optimizer } = paired(kind, options);
      const data = { x: Float32Array.from(problem.x.flat()), y: Float32Array.from(problem.y.flat()) };
      const trainer = await model.trainer(data, { loss: "meanSquaredError", optimizer, batchSize: B, threads: 1 });
      try {
        for (const [steps, expected] of [
          [1, after[1]],
          [19, after[20]],
        ] as const) {
          await trainer.run(steps);
          const { values } = await trainer.state();
          expectNumbers(values["dense1.weight"], expected.weight.flat(), 1.3e-6, 1e-5, "weight");
          expectNumbers(values["dense1.bias"], expected.bias, 1.3e-6, 1e-5, "bias");
        }
      } finally {
        trainer.close();
      }
    },
  );

  it("differ from one another, so that none passes for another", () => {
    const ends = runs.map(({ after }) => JSON.stringify(after[20]));
    expect(new Set(ends).size).toBe(runs.length);
  });
});
