import { describe, expect, it } from "vitest";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import type { Block, Layer } from "../layers/layer.ts";
import { relu } from "../layers/relu.ts";
import { residual } from "../layers/residual.ts";
import { nextWeights } from "./graph.ts";
import { sequential } from "./sequential.ts";

const build = (layers: (Layer | Block)[]) => sequential({ input: [4], seed: 1 }, layers);

describe("a network with branches", () => {
  it("numbers its layers in the order of reading, whatever lies in blocks, and begins with the same weights", () => {
    const flat = build([dense(4), relu(), dense(4), relu(), dense(3)]);
    const nested = build([residual([dense(4), relu(), residual([dense(4)])]), relu(), dense(3)]);
    expect([...nested.weights.keys()]).toEqual([...flat.weights.keys()]);
    for (const [name, values] of flat.weights) expect(nested.weights.get(name)).toEqual(values);
  });

  it("may begin and end with a block", () => {
    expect(build([residual([dense(4)])]).outputShape).toEqual([4]);
  });

  it("predicts x + f(x), with standard scaling x + keep f(x), and at rate 1 x alone", async () => {
    const weight = [1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4];
    const predict = async (options: Parameters<typeof residual>[1]) => [
      ...(await build([residual([dense(4, { initializer: weight })], options)]).predict([[1, 1, 1, 1]])).data,
    ];
    expect(await predict({})).toEqual([2, 3, 4, 5]);
    expect(await predict({ dropPath: 0.25 })).toEqual([2, 3, 4, 5]);
    expect(await predict({ dropPath: 0.25, scaling: "none" })).toEqual([2, 3, 4, 5]);
    expect(await predict({ dropPath: 0.25, scaling: "standard" })).toEqual([1.75, 2.5, 3.25, 4]);
    expect(await predict({ dropPath: 1 })).toEqual([1, 1, 1, 1]);
  });

  it("refuses branches that change the shape, blocks without layers, and blocks too deep in blocks", () => {
    expect(() => build([residual([dense(5)])])).toThrow(/residual1: .*\[4\].*\[5\]|residual1: .*\[5\].*\[4\]/);
    expect(() => build([residual([])])).toThrow("give an array of at least one layer");
    let deep: Layer | Block = dense(4);
    for (let depth = 0; depth < 33; depth++) deep = residual([deep]);
    expect(() => build([deep])).toThrow(/deep within blocks; nest at most 32/);
  });

  it("knows the weights behind a layer past any number of blocks, whose ways there double with each", () => {
    const blocks = Array.from({ length: 60 }, () => residual([relu()]));
    const { graph } = sequential({ input: [3], seed: 1 }, [
      dropout({ rate: 0.5 }),
      ...blocks,
      dense(3, { name: "last" }),
      relu(),
    ]);
    expect(nextWeights(graph, graph.nodes[0]).map(({ name }) => name)).toEqual(["last"]);
    const branched = sequential({ input: [3], seed: 1 }, [
      dropout({ rate: 0.5 }),
      residual([dense(3, { name: "inside" })]),
      dense(2, { name: "behind" }),
    ]);
    expect(nextWeights(branched.graph, branched.graph.nodes[0]).map(({ name }) => name)).toEqual(["inside", "behind"]);
  });

  it('lets a layer be named "input" where no block follows it, and refuses it where one does', () => {
    const named = () => dropout({ rate: 0.2, name: "input" });
    expect(() => build([named(), dense(3)])).not.toThrow();
    expect(() => build([named(), residual([dense(4)])])).toThrow('a layer is named "input"');
  });
});
