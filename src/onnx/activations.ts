import type { GraphBuilder } from "./graph-builder.ts";
import type { LayerPlace, LayerWriter } from "./layers.ts";

/** As in kernels/activations.ts. */
const SELU = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

/** Functions of each number without settings, by their kinds. */
export const functions = {
  relu: (graph: GraphBuilder, x: string) => graph.op("Relu", [x]),
  selu: (graph: GraphBuilder, x: string) => graph.op("Selu", [x], { alpha: { float: SELU.alpha }, gamma: { float: SELU.gamma } }),
  sigmoid: (graph: GraphBuilder, x: string) => graph.op("Sigmoid", [x]),
  tanh: (graph: GraphBuilder, x: string) => graph.op("Tanh", [x]),
  softplus: (graph: GraphBuilder, x: string) => graph.op("Softplus", [x]),
  swish: (graph: GraphBuilder, x: string) => graph.op("Mul", [x, graph.op("Sigmoid", [x])]),
  gelu: exactGelu,
};

export const activations = {
  relu: plain,
  selu: plain,
  sigmoid: plain,
  tanh: plain,
  softplus: plain,
  swish: plain,
  leakyRelu: ({ graph, node, inputs: [x] }) => graph.op("LeakyRelu", [x], { alpha: { float: Number(node.layer.config.slope) } }),
  elu: ({ graph, node, inputs: [x] }) => graph.op("Elu", [x], { alpha: { float: Number(node.layer.config.alpha) } }),
  gelu({ graph, node, inputs: [x] }) {
    return node.layer.config.approximation === "tanh" ? tanhGelu(graph, x) : exactGelu(graph, x);
  },
} satisfies Record<string, LayerWriter>;

function plain({ graph, node, inputs: [x] }: LayerPlace): string {
  return functions[node.layer.kind as keyof typeof functions](graph, x);
}

/** y = x / 2 (1 + erf(x / sqrt(2))): the operator Gelu came with version 20. */
function exactGelu(graph: GraphBuilder, x: string): string {
  const erf = graph.op("Erf", [graph.op("Div", [x, graph.constant("root2", Math.SQRT2)])]);
  const twice = graph.op("Mul", [x, graph.op("Add", [erf, graph.constant("one", 1)])]);
  return graph.op("Mul", [twice, graph.constant("half", 0.5)]);
}

/** y = x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)), as (1 + tanh(v / 2)) / 2 = sigmoid(v). */
function tanhGelu(graph: GraphBuilder, x: string): string {
  const square = graph.op("Mul", [x, x]);
  const inner = graph.op("Add", [graph.op("Mul", [square, graph.constant("cubic", 0.044715)]), graph.constant("one", 1)]);
  const v = graph.op("Mul", [graph.op("Mul", [x, inner]), graph.constant("factor", 2 * Math.sqrt(2 / Math.PI))]);
  return graph.op("Mul", [x, graph.op("Sigmoid", [v])]);
}
