import { describe, expect, it } from "vitest";
import { distributionOverMasks } from "../../test/every-mask.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import type { Layers } from "../layers/layer.ts";
import { relu } from "../layers/relu.ts";
import { residual } from "../layers/residual.ts";
import { tanh } from "../layers/tanh.ts";
import { sequential } from "./sequential.ts";

/** Networks of at most 12 units and branches that may sleep. */
const networks: [name: string, layers: () => Layers][] = [
  ["one hidden layer", () => [dense(10), relu(), dropout({ rate: 0.3 }), dense(2)]],
  ["dropout on the input and in between", () => [dropout({ rate: 0.2 }), dense(8), relu(), dropout({ rate: 0.5 }), dense(2)]],
  ["standard scaling", () => [dense(7), tanh(), dropout({ rate: 0.6, scaling: "standard" }), dense(2)]],
  [
    "two layers of different rates",
    () => [dense(5), relu(), dropout({ rate: 0.1 }), dense(6), relu(), dropout({ rate: 0.7 }), dense(2)],
  ],
  [
    "blocks in blocks, whose branches sleep",
    () => {
      const inner = residual([dense(4), relu()], { dropPath: 0.6, scaling: "standard" });
      const outer = residual([dense(4), dropout({ rate: 0.3 }), inner, tanh()], { dropPath: 0.2 });
      return [outer, relu(), residual([dense(4)], { dropPath: 0.4, scaling: "none" }), dense(2)];
    },
  ],
  ["a layer of which everything sleeps", () => [dense(3), relu(), dropout({ rate: 1 }), dense(2)]],
];

const x = Float32Array.of(0.5, -1, 2, 0.3, 1.5, -0.2, 0.7, -0.4, 1, 0, -1, 0.25);
const T = 20_000;

describe("Monte Carlo dropout against every mask, weighted by its probability", () => {
  it.each(networks)("%s: the means agree within 4.5 standard errors, the variances within a tenth", async (_, layers) => {
    const model = sequential({ input: [4], seed: 5 }, layers());
    const bias = model.weights.get("dense1.bias") ?? [];
    model.setWeights({ "dense1.bias": Float32Array.from(bias, (_, i) => 0.3 - 0.1 * i) });
    const { mean, std } = await model.predictUncertain(x, { samples: T });
    const exact = distributionOverMasks(model, x);
    for (const [i, expected] of exact.mean.entries()) {
      const deviation = Math.sqrt(exact.variance[i]);
      expect(Math.abs(mean.data[i] - expected)).toBeLessThanOrEqual((4.5 * deviation) / Math.sqrt(T) + 1e-6);
      expect(Math.abs(std.data[i] ** 2 - exact.variance[i])).toBeLessThanOrEqual(0.1 * exact.variance[i] + 1e-9);
    }
  });

  it("would see rate and keep exchanged", async () => {
    const [asleep, awake] = [0.3, 0.7].map((rate) =>
      sequential({ input: [4], seed: 5 }, [dense(10), relu(), dropout({ rate, scaling: "standard" }), dense(2)]),
    );
    const { mean, std } = await asleep.predictUncertain(x, { samples: T });
    const other = distributionOverMasks(awake, x);
    const worst = Math.max(...[...mean.data].map((value, i) => Math.abs(value - other.mean[i]) / (std.data[i] / Math.sqrt(T))));
    expect(worst).toBeGreaterThan(20);
  });
});
