import type { OutputLink } from "../losses/loss.ts";
import type { TableTarget } from "../tables/preparation.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import { ELEMENT } from "./onnx-model.ts";

/** Where a network ends. */
export interface End {
  readonly graph: GraphBuilder;
  readonly logits: string;
  /** Of a row. */
  readonly shape: readonly number[];
  /** What is made of the logits; "identity": they are given out as they are. */
  readonly link: OutputLink;
}

/** The first axis of all inputs and outputs: as many rows as are given. */
export const BATCH = "batch";

const DOCS = {
  softmax: "the probability of each class",
  sigmoid: "a probability for each output",
  identity: "the network's outputs as they are",
};

/** The outputs of a network: of the Gaussian loss a mean and a variance for each number, else one. */
export function writeOutputs(end: End, isLogits: boolean): void {
  const { graph, logits, shape, link } = end;
  const all = [BATCH, ...shape];
  if (link === "gaussian") writeGaussian(end);
  else if (link === "softmax")
    graph.output("probabilities", graph.op("Softmax", [logits], { axis: -1 }), "float", all, DOCS.softmax);
  else if (link === "sigmoid") graph.output("probabilities", graph.op("Sigmoid", [logits]), "float", all, DOCS.sigmoid);
  else
    graph.output(
      isLogits ? "logits" : "output",
      logits,
      "float",
      all,
      isLogits ? "what stands before the output link" : DOCS.identity,
    );
}

/** Of 2 T outputs the first T are means, the others log-variances. */
function writeGaussian({ graph, logits, shape }: End): void {
  const size = sizeOf(shape);
  const rows = graph.op("Reshape", [logits, graph.lengths("rows", [0, size])]);
  const slice = (from: number, to: number) =>
    graph.op("Slice", [rows, graph.lengths("from", [from]), graph.lengths("to", [to]), graph.lengths("axis", [1])]);
  graph.output("mean", slice(0, size / 2), "float", [BATCH, size / 2], "the mean of each number");
  const logVariance = slice(size / 2, size);
  graph.output("variance", graph.op("Exp", [logVariance]), "float", [BATCH, size / 2], "the variance of each number's noise");
  graph.output("log_variance", logVariance, "float", [BATCH, size / 2], "the logarithm of the variance");
}

/** The outputs of a model of a table: the target in its own words or units, and of classes their numbers. */
export function writeTarget(end: End, target: TableTarget, isLogits: boolean): void {
  const { graph, logits } = end;
  if (target.task === "regression") {
    const plain = graph.op("Cast", [logits], { to: ELEMENT.double });
    const scaled = graph.op("Mul", [plain, graph.constant("deviation", Float64Array.of(target.deviation))]);
    const own = graph.op("Add", [scaled, graph.constant("mean", Float64Array.of(target.mean))]);
    graph.output("prediction", own, "double", [BATCH, 1], `${target.name}, in its own units`);
    return;
  }
  const highest = graph.op("ArgMax", [logits], { axis: 1, keepdims: 0 });
  const name = graph.op("Gather", [graph.constant("classes", target.classes), highest], { axis: 0 });
  graph.output("prediction", name, "string", [BATCH], `${target.name}: the most probable of ${target.classes.join(", ")}`);
  writeOutputs(end, isLogits);
}
