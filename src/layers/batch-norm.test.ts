import { describe, expect, it } from "vitest";
import { sequential } from "../model/sequential.ts";
import { batchNorm } from "./batch-norm.ts";
import { dense } from "./dense.ts";
import { flatten } from "./flatten.ts";

describe("a batch normalisation layer", () => {
  it("has PyTorch's defaults and names, of which two are trained and none decays", () => {
    const layer = batchNorm();
    expect(layer.config).toEqual({ momentum: 0.1, epsilon: 1e-5 });
    expect(layer.outputShape([7], "batchNorm1")).toEqual([7]);
    const parameters = layer.parameters([3], "batchNorm1");
    expect(parameters.map(({ name, isTrained = true }) => [name, isTrained])).toEqual([
      ["weight", true],
      ["bias", true],
      ["running_mean", false],
      ["running_var", false],
    ]);
    expect(parameters.map(({ initial }) => [...initial([1, 2])])).toEqual([
      [1, 1, 1],
      [0, 0, 0],
      [0, 0, 0],
      [1, 1, 1],
    ]);
    expect(parameters.some(({ decays }) => decays)).toBe(false);
  });

  it.each([0, -0.1, 1.1, Number.NaN, "0.1", null])("refuses the momentum %s", (momentum) => {
    const options = { momentum: momentum as number };
    expect(() => batchNorm(options)).toThrow(/^batchNorm: momentum is .*; give the share of a batch/);
  });

  it.each([0, -1e-5, Infinity, "1e-5"])("refuses the epsilon %s", (epsilon) => {
    expect(() => batchNorm({ epsilon: epsilon as number })).toThrow(/^batchNorm: epsilon is .*; give a number above 0/);
  });

  it("refuses unknown options and more than one axis", () => {
    const eps = { eps: 1e-5 } as object;
    expect(() => batchNorm(eps)).toThrow('batchNorm: unknown option "eps"; the options are momentum, epsilon, name');
    expect(() => sequential({ input: [2, 3], seed: 1 }, [batchNorm(), flatten(), dense(1)])).toThrow(
      "batchNorm1: its input has shape [2, 3]; put flatten() before batch normalisation",
    );
  });
});
