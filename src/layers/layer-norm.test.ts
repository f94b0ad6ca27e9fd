import { describe, expect, it } from "vitest";
import { sequential } from "../model/sequential.ts";
import { dense } from "./dense.ts";
import { flatten } from "./flatten.ts";
import { layerNorm } from "./layer-norm.ts";

describe("a layer normalisation layer", () => {
  it("has PyTorch's default and names, and no decay", () => {
    const layer = layerNorm({ name: "even" });
    expect(layer).toMatchObject({ name: "even", config: { epsilon: 1e-5 } });
    const parameters = layer.parameters([2], "even");
    expect(parameters.map(({ name, initial }) => [name, ...initial([1, 2])])).toEqual([
      ["weight", 1, 1],
      ["bias", 0, 0],
    ]);
    expect(parameters.some(({ decays, isTrained }) => decays || isTrained === false)).toBe(false);
  });

  it.each([0, -1, Number.NaN, "1e-5"])("refuses the epsilon %s", (epsilon) => {
    expect(() => layerNorm({ epsilon: epsilon as number })).toThrow(/^layerNorm: epsilon is .*; give a number above 0/);
  });

  it("refuses an option of batch normalisation, more than one axis, and one number", () => {
    const momentum = { momentum: 0.1 } as object;
    expect(() => layerNorm(momentum)).toThrow('layerNorm: unknown option "momentum"; momentum is an option of batchNorm');
    expect(() => sequential({ input: [2, 3], seed: 1 }, [layerNorm(), flatten(), dense(1)])).toThrow(
      "layerNorm1: its input has shape [2, 3]; put flatten() before layer normalisation",
    );
    expect(() => sequential({ input: [4], seed: 1 }, [dense(1), layerNorm()])).toThrow(
      "layerNorm1: its input is one number, its own mean: the output would never change; leave it out",
    );
  });
});
