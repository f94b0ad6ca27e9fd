import { loadModel, saveModel } from "drowse";
import { describe, expect, it } from "vitest";
import {
  branched,
  but,
  type ChangeGraph,
  changed,
  essence,
  F32,
  type GraphJson,
  node,
  refusal,
  withGraph,
} from "../../test/model-files.ts";
import { readSafetensors } from "./safetensors.ts";

// Files of models with branches and normalisation: as they are, and with something wrong in them.

const whole = saveModel(branched());
/** Places of the nodes in the file. */
const [NORM, DENSE, INNER_DENSE, INNER_RELU, INNER, DROPOUT, OUTER, LAYER_NORM, LAST] = Array(9).keys();

/** The graph without some of its nodes, the others as they are. */
const without =
  (...indices: number[]): ChangeGraph =>
  (graph) => ({ ...graph, nodes: graph.nodes.filter((_, i) => !indices.includes(i)) });

describe("the file of a model with branches", () => {
  it("has the layers of a branch before the layer that joins it, with places as torch.nn.Sequential would have them", () => {
    const { metadata, tensors } = readSafetensors(whole);
    const { nodes } = JSON.parse(metadata.get("graph") ?? "") as GraphJson;
    expect(nodes.map(({ name, inputs }) => [name, inputs])).toEqual([
      ["batchNorm1", ["input"]],
      ["dense1", ["batchNorm1"]],
      ["dense2", ["dense1"]],
      ["relu1", ["dense2"]],
      ["residual2", ["dense1", "relu1"]],
      ["dropout1", ["residual2"]],
      ["outer", ["batchNorm1", "dropout1"]],
      ["layerNorm1", ["outer"]],
      ["dense3", ["layerNorm1"]],
    ]);
    expect(nodes[INNER]).toMatchObject({ kind: "residual", dropPath: 0.25, scaling: "none" });
    expect([...tensors.keys()].filter((name) => name.endsWith("weight")).sort()).toEqual([
      ...["0.weight", "1.0.weight", "1.1.0.weight", "2.weight", "3.weight"],
    ]);
  });

  it("where it is loaded whole, the checks below have something to find", () => {
    expect(essence(loadModel(withGraph(whole, (graph) => graph)))).toEqual(essence(branched()));
    expect(saveModel(loadModel(whole))).toEqual(whole);
  });
});

describe("a branch is refused", () => {
  it.each<[string, ChangeGraph, string]>([
    ["without inputs", node(OUTER, { inputs: undefined }), "outer takes undefined, and joins no branch"],
    ["of no inputs", node(OUTER, { inputs: [] }), "outer takes [], and joins no branch"],
    ["of one input", node(OUTER, { inputs: ["dropout1"] }), 'outer takes ["dropout1"], and joins no branch'],
    ["of three inputs", node(OUTER, { inputs: ["batchNorm1", "dropout1", "dropout1"] }), "and joins no branch"],
    ["of inputs that are no names", node(OUTER, { inputs: [0, 5] }), "outer takes [0, 5], and joins no branch"],
    ["of inputs that are a text", node(OUTER, { inputs: "batchNorm1" }), 'outer takes "batchNorm1", and joins no branch'],
    ["whose inputs are exchanged", node(OUTER, { inputs: ["dropout1", "batchNorm1"] }), "and joins no branch"],
    ["that begins nowhere", node(OUTER, { inputs: ["nowhere", "dropout1"] }), "and joins no branch"],
    ["that begins inside another", node(OUTER, { inputs: ["dense2", "dropout1"] }), "and joins no branch"],
    ["that ends inside another", node(OUTER, { inputs: ["batchNorm1", "relu1"] }), "and joins no branch"],
    ["that begins in itself", node(OUTER, { inputs: ["outer", "dropout1"] }), "and joins no branch"],
    ["that begins behind itself", node(OUTER, { inputs: ["layerNorm1", "dropout1"] }), "and joins no branch"],
    ["without layers", node(OUTER, { inputs: ["dropout1", "dropout1"] }), "the layers are []"],
    ["whose join is missing", without(OUTER), 'layerNorm1 takes ["outer"] where ["dropout1"] is due'],
    ["whose first layer is missing", without(DENSE), 'dense2 takes ["dense1"] where ["batchNorm1"] is due'],
    ["whose last layer is missing", without(DROPOUT), 'outer takes ["batchNorm1", "dropout1"], and joins no branch'],
    ["that is all that there is", (graph) => ({ ...graph, nodes: [graph.nodes[OUTER]] }), "outer takes"],
    [
      "whose join is another kind of layer",
      node(OUTER, { kind: "relu", dropPath: undefined, scaling: undefined }),
      "outer takes",
    ],
    [
      "of a kind that joins without one",
      node(LAST, { kind: "residual", units: undefined, bias: undefined }),
      "dropPath is missing",
    ],
    [
      "that takes what comes later",
      node(DENSE, { inputs: ["dropout1"] }),
      'dense1 takes ["dropout1"] where ["batchNorm1"] is due',
    ],
    ["that takes itself", node(DENSE, { inputs: ["dense1"] }), 'dense1 takes ["dense1"] where ["batchNorm1"] is due'],
    [
      "that changes the shape",
      node(INNER_DENSE, { units: 5 }),
      "residual2: its input has shape [4] and its branch makes [5] of it",
    ],
    ["with a rate above 1", node(OUTER, { dropPath: 1.5 }), "dropPath is 1.5; give a number from 0 to 1"],
    ["with a rate below 0", node(OUTER, { dropPath: -0.1 }), "dropPath is -0.1"],
    ["with a rate that is text", node(OUTER, { dropPath: "0.5" }), 'dropPath is "0.5"'],
    ["with a rate of null", node(OUTER, { dropPath: null }), "dropPath is null"],
    ["without a rate", node(OUTER, { dropPath: undefined }), "dropPath is missing"],
    ["without a scaling", node(OUTER, { scaling: undefined }), "scaling is missing"],
    ["with another scaling", node(OUTER, { scaling: "keep" }), 'scaling is "keep"; give "inverted", "standard" or "none"'],
    ["with a setting more", node(OUTER, { drop_prob: 0.5 }), 'unknown option "drop_prob"'],
    ["that has a layer of the name of one behind it", node(LAST, { name: "dense2" }), 'two layers are named "dense2"'],
    ["of an unknown kind", node(INNER, { kind: "highway" }), 'the layer\'s kind is "highway"'],
    ["with a layer of an unknown kind", node(INNER_RELU, { kind: "mish" }), 'the layer\'s kind is "mish"'],
  ])("%s", (_, change, fragment) => expect(refusal(withGraph(whole, change)).message).toContain(fragment));

  it("with layers named input", () => {
    const named = JSON.stringify({
      input: [4],
      nodes: [
        { name: "input", kind: "relu", inputs: ["input"] },
        { name: "residual1", kind: "residual", inputs: ["input", "input"], dropPath: 0, scaling: "none" },
      ],
    });
    const file = changed(whole, { metadata: { graph: named }, tensors: () => [] });
    expect(refusal(file).message).toContain('a layer is named "input"');
  });

  it("beyond 32 in one another, be they 33 or 3,000", () => {
    const nested = (depth: number) => {
      const joins = Array.from({ length: depth }, (_, i) => ({
        ...{ name: `r${i}`, kind: "residual", inputs: ["input", i === 0 ? "first" : `r${i - 1}`], dropPath: 0, scaling: "none" },
      }));
      const graph = { input: [4], nodes: [{ name: "first", kind: "relu", inputs: ["input"] }, ...joins] };
      return changed(whole, { metadata: { graph: JSON.stringify(graph) }, tensors: () => [] });
    };
    expect(loadModel(nested(32)).graph.nodes).toHaveLength(33);
    for (const depth of [33, 3_000]) expect(refusal(nested(depth)).message).toContain("blocks lie 33 deep within blocks");
  });

  it.each<[string, Parameters<typeof changed>[1]["tensors"], string]>([
    ["without weights of its own", but("1.0.weight", []), "tensors where its graph has"],
    ["with weights of another place", but("1.1.0.weight", [F32("1.1.weight", [4, 4])]), 'no tensor "1.1.0.weight"'],
    [
      "with weights of another shape",
      but("1.1.0.weight", [F32("1.1.0.weight", [4, 5])]),
      "has the shape [4, 5] where [4, 4] is due",
    ],
    ["with weights for the join", (tensors) => [...tensors, F32("1.weight", [1])], "tensors where its graph has"],
    ["with weights that are NaN", but("1.1.0.bias", [F32("1.1.0.bias", [4], Number.NaN)]), "number 0 of 1.1.0.bias is NaN"],
  ])("%s", (_, tensors, fragment) => expect(refusal(changed(whole, { tensors })).message).toContain(fragment));
});

describe("normalisation is refused", () => {
  it.each<[string, Parameters<typeof changed>[1]["tensors"], string]>([
    ["with a variance below 0", but("0.running_var", [F32("0.running_var", [4], -1)]), "number 0 of 0.running_var is -1"],
    [
      "with an infinite variance",
      but("0.running_var", [F32("0.running_var", [4], Infinity)]),
      "number 0 of 0.running_var is Infinity",
    ],
    ["with a variance that is NaN", but("0.running_var", [F32("0.running_var", [4], NaN)]), "number 0 of 0.running_var is NaN"],
    ["with a mean that is NaN", but("0.running_mean", [F32("0.running_mean", [4], NaN)]), "number 0 of 0.running_mean is NaN"],
    ["with an infinite weight", but("0.weight", [F32("0.weight", [4], -Infinity)]), "number 0 of 0.weight is -Infinity"],
    ["with a variance too few", but("0.running_var", [F32("0.running_var", [3])]), "has the shape [3] where [4] is due"],
    ["with a mean too many", but("0.running_mean", [F32("0.running_mean", [5])]), "has the shape [5] where [4] is due"],
    ["with a mean of two axes", but("0.running_mean", [F32("0.running_mean", [1, 4])]), "has the shape [1, 4] where [4] is due"],
    ["without a mean", but("0.running_mean", []), "tensors where its graph has"],
    ["with a count of batches", (tensors) => [...tensors, F32("0.num_batches_tracked", [1])], "tensors where its graph has"],
    ["with a weight of layerNorm too few", but("2.weight", [F32("2.weight", [3])]), "has the shape [3] where [4] is due"],
    ["with a bias of layerNorm that is NaN", but("2.bias", [F32("2.bias", [4], NaN)]), "number 0 of 2.bias is NaN"],
    ["with a running mean of layerNorm", (tensors) => [...tensors, F32("2.running_mean", [4])], "tensors where its graph has"],
  ])("%s", (_, tensors, fragment) => expect(refusal(changed(whole, { tensors })).message).toContain(fragment));

  it("with a mean below 0 it loads, and with a variance of 0", () => {
    const tensors = but("0.running_mean", [F32("0.running_mean", [4], -3)]);
    expect([...(loadModel(changed(whole, { tensors })).weights.get("batchNorm1.running_mean") ?? [])]).toEqual([-3, -3, -3, -3]);
    const still = but("0.running_var", [F32("0.running_var", [4], 0)]);
    expect([...(loadModel(changed(whole, { tensors: still })).weights.get("batchNorm1.running_var") ?? [])]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it.each<[string, ChangeGraph, string]>([
    ["a momentum of 0", node(NORM, { momentum: 0 }), "momentum is 0"],
    ["a momentum above 1", node(NORM, { momentum: 1.01 }), "momentum is 1.01"],
    ["a momentum below 0", node(NORM, { momentum: -0.1 }), "momentum is -0.1"],
    ["a momentum that is text", node(NORM, { momentum: "0.1" }), 'momentum is "0.1"'],
    ["a momentum of null", node(NORM, { momentum: null }), "momentum is null"],
    ["no momentum", node(NORM, { momentum: undefined }), "momentum is missing"],
    ["an epsilon of 0", node(NORM, { epsilon: 0 }), "epsilon is 0"],
    ["an epsilon below 0", node(LAYER_NORM, { epsilon: -1e-5 }), "epsilon is -0.00001"],
    ["no epsilon", node(LAYER_NORM, { epsilon: undefined }), "epsilon is missing"],
    ["PyTorch's name of epsilon", node(NORM, { eps: 1e-5 }), 'unknown option "eps"'],
    ["a momentum of layerNorm", node(LAYER_NORM, { momentum: 0.1 }), "momentum"],
    ["more than one axis before it", (graph) => ({ ...graph, input: [2, 2] }), "put flatten() before batch normalisation"],
    ["layerNorm for batchNorm", node(NORM, { kind: "layerNorm", momentum: undefined }), "tensors where its graph has"],
  ])("with %s", (_, change, fragment) => expect(refusal(withGraph(whole, change)).message).toContain(fragment));
});
