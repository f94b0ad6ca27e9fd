import { isDropout } from "../layers/dropout/dropout-layer.ts";
import { exp } from "../tensor/arithmetic.ts";
import { sizeOf } from "../tensor/shape.ts";
import { functions } from "./activations.ts";
import { drawn, scaled } from "./draws.ts";
import type { LayerPlace, LayerWriter } from "./layers.ts";

// Layers that draw: what they are in prediction, and with live dropout in training too, as `training_mode` says. Masks are those of
// the runtime's own generator: distributed as drowse's, not the same.

export const randomLayers = {
  dropout,
  gaussianDropout,
  alphaDropout,
  standout,
  dropConnect,
  variationalDropout,
  concreteDropout,
  residual,
} satisfies Record<string, LayerWriter>;

/** What alphaDropout puts where a unit sleeps, selu's limit. */
const ASLEEP = -1.7580993408473766;

/**
 * training: y = m x scale; prediction: y = x, or with standard scaling y = keep x. Not by the operator Dropout: that of onnxruntime seeds
 * its generator for each run anew, and so the first number of every tensor is dropped in each of them.
 */
function dropout(place: LayerPlace): string {
  const {
    graph,
    node: { layer, outputShape },
    inputs: [x],
    live,
  } = place;
  const { rate, keep, isStandard } = ratesOf(place);
  const predicted = () => scaled(graph, x, isStandard ? keep : 1);
  if (live === undefined || rate === 0) return predicted();
  const draw = drawn(graph, live);
  if (rate === 1) return draw.choose(graph.constant("zero", 0), predicted());
  const isShared = layer.config.sharedAcross !== undefined;
  const like = isShared ? graph.constant("row", new Float32Array(sizeOf(outputShape)), [1, ...outputShape]) : x;
  return draw.choose(draw.masked(scaled(graph, x, isStandard ? 1 : 1 / keep), draw.awake(like, rate)), predicted());
}

/** training: y = x e, e ~ N(1, rate / (1 - rate)); prediction: y = x. */
function gaussianDropout(place: LayerPlace): string {
  const {
    graph,
    inputs: [x],
    live,
  } = place;
  const { rate, keep } = ratesOf(place);
  if (live === undefined || rate === 0) return x;
  const draw = drawn(graph, live);
  return draw.choose(graph.op("Mul", [x, draw.normal(x, 1, Math.sqrt(rate / keep))]), x);
}

/** training: y = a (x where awake, else a constant) + b, which keeps mean and variance; prediction: y = x. */
function alphaDropout(place: LayerPlace): string {
  const {
    graph,
    inputs: [x],
    live,
  } = place;
  const { rate, keep } = ratesOf(place);
  if (live === undefined || rate === 0) return x;
  const draw = drawn(graph, live);
  const a = 1 / Math.sqrt(keep * (1 + rate * ASLEEP * ASLEEP));
  const held = graph.op("Where", [draw.awake(x, rate), x, graph.constant("asleep", ASLEEP)]);
  return draw.choose(graph.op("Add", [scaled(graph, held, a), graph.constant("b", -a * rate * ASLEEP)]), x);
}

/** training: y = m f(x), m ~ Bernoulli(P(keep)), P(keep) = sigmoid(alpha x + beta); prediction: y = P(keep) f(x). */
function standout({ graph, node: { layer }, inputs: [x], live }: LayerPlace): string {
  const f = functions[layer.config.activation as keyof typeof functions](graph, x);
  const beta = isDropout(layer) ? layer.predictionFactor : 0;
  const logit = graph.op("Add", [scaled(graph, x, Number(layer.config.alpha)), graph.constant("beta", beta)]);
  const keep = graph.op("Sigmoid", [logit]);
  if (live === undefined) return graph.op("Mul", [f, keep]);
  const draw = drawn(graph, live);
  const awake = graph.op("Less", [draw.uniform(x), keep]);
  return draw.choose(draw.masked(f, awake), graph.op("Mul", [f, keep]));
}

/** training: y = (m * W) x scale + b; prediction: y = W x + b, or with standard scaling y = keep W x + b. */
function dropConnect(place: LayerPlace): string {
  const {
    graph,
    node,
    inputs: [x],
    parameter,
    live,
  } = place;
  const { rate, keep, isStandard } = ratesOf(place);
  const bias = node.parameters.filter(({ name }) => name === "bias").map(({ name }) => parameter(name));
  const weight = parameter("weight");
  const product = (matrix: string) => graph.op("Gemm", [x, matrix, ...bias], { transB: 1 });
  const predicted = () => scaled(graph, weight, isStandard ? keep : 1);
  if (live === undefined || rate === 0) return product(predicted());
  const draw = drawn(graph, live);
  const scale = isStandard || rate === 1 ? 1 : 1 / keep;
  const isShared = (node.layer.config.sharedAcross as readonly string[]).length > 0;
  if (isShared) return product(draw.choose(draw.masked(scaled(graph, weight, scale), draw.awake(weight, rate)), predicted()));
  // A matrix for each row: [B, out, in] times [B, in, 1].
  const rows = graph.op("Gather", [graph.op("Shape", [x]), graph.lengths("first", [0])]);
  const [inputs] = node.inputShape;
  const lengths = graph.op("Concat", [rows, graph.lengths("matrix", [node.outputShape[0], inputs])], { axis: 0 });
  const matrices = graph.op("Expand", [scaled(graph, weight, scale), lengths]);
  const last = graph.lengths("last", [2]);
  const masked = draw.masked(matrices, draw.awake(matrices, rate));
  const sums = graph.op("Squeeze", [graph.op("MatMul", [masked, graph.op("Unsqueeze", [x, last])]), last]);
  return draw.choose(bias.length > 0 ? graph.op("Add", [sums, bias[0]]) : sums, product(predicted()));
}

/** training: y = x (1 + sqrt(alpha) e), e ~ N(0, 1); prediction: y = x. */
function variationalDropout({ graph, node, inputs: [x], values, live }: LayerPlace): string {
  if (live === undefined) return x;
  const draw = drawn(graph, live);
  const deviations = values("log_alpha").map((value) => exp(value / 2));
  const shape = deviations.length > 1 ? node.inputShape : [1];
  const noise = graph.op("Mul", [draw.normal(x, 0, 1), graph.constant("deviation", deviations, shape)]);
  return draw.choose(graph.op("Mul", [x, graph.op("Add", [noise, graph.constant("one", 1)])]), x);
}

/** training: y = x (1 - z) / (1 - p), 1 - z = sigmoid(-(logit p + logit u) / t), u uniform; prediction: y = x. */
function concreteDropout({ graph, node, inputs: [x], values, live }: LayerPlace): string {
  if (live === undefined) return x;
  const draw = drawn(graph, live);
  const [logit] = values("logit");
  const u = draw.uniform(x);
  const rest = graph.op("Sub", [graph.constant("one", 1), u]);
  const logitOfU = graph.op("Sub", [graph.op("Log", [u]), graph.op("Log", [rest])]);
  const sum = graph.op("Add", [logitOfU, graph.constant("logit", logit)]);
  const awake = graph.op("Sigmoid", [scaled(graph, sum, -1 / Number(node.layer.config.temperature))]);
  return draw.choose(graph.op("Mul", [x, scaled(graph, awake, 1 + exp(logit))]), x);
}

/** training: y = x + m scale f, one m for a row; prediction: y = x + factor f. */
function residual({ graph, node: { layer, outputShape }, inputs: [x, f], live }: LayerPlace): string {
  const [rate, factor] = isDropout(layer) ? [layer.rate, layer.predictionFactor] : [0, 1];
  const predicted = () => scaled(graph, f, factor);
  // At rate 1 the branch counts neither in training nor in prediction.
  if (rate === 1) return x;
  if (live === undefined || rate === 0) return graph.op("Add", [x, predicted()]);
  const draw = drawn(graph, live);
  const row = graph.op("ReduceMax", [x], { axes: outputShape.map((_, axis) => axis + 1), keepdims: 1 });
  const scale = layer.config.scaling === "inverted" ? 1 / (1 - rate) : 1;
  return graph.op("Add", [x, draw.choose(draw.masked(scaled(graph, f, scale), draw.awake(row, rate)), predicted())]);
}

function ratesOf({ node: { layer } }: LayerPlace): { rate: number; keep: number; isStandard: boolean } {
  const rate = isDropout(layer) ? layer.rate : 0;
  return { rate, keep: 1 - rate, isStandard: layer.config.scaling === "standard" };
}
