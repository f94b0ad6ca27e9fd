import { checkFlag, checkOptions } from "../layers/options.ts";
import type { OutputLink } from "../losses/loss.ts";
import { INPUT } from "../model/graph.ts";
import { Network } from "../model/network.ts";
import type { PredictingNetwork } from "../model/predicting-network.ts";
import { inputSize, outputSize, type Preparation } from "../tables/preparation.ts";
import { preparationText } from "../tables/preparation-json.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { GraphBuilder } from "./graph-builder.ts";
import { writeLayer } from "./layers.ts";
import { BATCH, writeOutputs, writeTarget } from "./outputs.ts";
import { writeTableInputs } from "./table-inputs.ts";
import { encodeModel } from "./wire.ts";

/** Options of {@link toOnnx}. */
export interface OnnxOptions {
  /** `"link"` (default): what `predict` gives; `"logits"`: what stands before. */
  readonly output?: "link" | "logits";
  /** The preparation of a model of a table, from `loadTableModel`: the file then takes the table's columns by their names. */
  readonly preparation?: Preparation | undefined;
  /** Whether the file has an input `training_mode`, a boolean: where it is true, what drops does so, for Monte Carlo prediction. */
  readonly liveDropout?: boolean;
}

/** What a file of the format may hold: protobuf counts bytes with 31 bits. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * A model as the bytes of an ONNX file, with operators of version 13.
 *
 * Inputs: `input` [batch, ...input shape], single precision; of bytes, byte times `inputScale`, which stands in the file's metadata.
 * With a preparation an input for each column by its name: numbers [batch, 1] in double precision, NaN where missing; categories
 * [batch, 1] as texts; vectors [batch, size] in single precision.
 *
 * Outputs: `probabilities`, or `mean`, `variance` and `log_variance` after the Gaussian negative log-likelihood, else `output`; with
 * `output: "logits"` just `logits`. With a preparation `prediction` too: the name of a class, or a number in the target's own units.
 *
 * With `liveDropout` the input `training_mode`, a boolean without axes, says of each run whether dropout layers drop: true for the
 * samples of Monte Carlo prediction, false for what `predict` gives. It must be given, as onnxruntime-web takes no input that has a
 * default. Masks come of the runtime's generator, which goes on from run to run: distributed as drowse's, not the same. Take one
 * session for all samples: onnxruntime begins each with the same seed. Batch normalisation stays frozen.
 *
 * @throws {DrowseError} on anything that is not a model, a preparation of another model, live dropout of a model that has none, and
 * files of 2 GiB and more.
 * @example
 * await writeFile("model.onnx", toOnnx(model));
 * @example
 * const { model, preparation } = loadTableModel(await readFile("runs/iris-1/model.safetensors"));
 * await writeFile("iris.onnx", toOnnx(model, { preparation }));
 */
export function toOnnx(model: PredictingNetwork, options: OnnxOptions = {}): Uint8Array<ArrayBuffer> {
  if (!(model instanceof Network)) throw new DrowseError("toOnnx", `the model is ${show(model)}`, "give a model of this library");
  checkOptions("toOnnx", options, ["output", "preparation", "liveDropout"]);
  const { output = "link", preparation, liveDropout = false } = options;
  if (output !== "link" && output !== "logits")
    throw new DrowseError("toOnnx", `output is ${show(output)}`, 'give "link" or "logits"');
  checkFlag("toOnnx", "liveDropout", liveDropout);
  checkNetwork(model, preparation, liveDropout);

  const graph = new GraphBuilder();
  const shape = [BATCH, ...model.inputShape];
  const x = preparation ? writeTableInputs(graph, preparation) : graph.input("input", "float", shape, "the network's inputs");
  const live = liveDropout
    ? graph.input("training_mode", "bool", [], "whether what drops does so: false gives predictions")
    : undefined;
  const logits = writeNetwork(graph, model, x, live);
  graph.scope = "output";
  const isLogits = output === "logits";
  const link: OutputLink = isLogits ? "identity" : (model.link ?? "identity");
  const end = { graph, logits, shape: model.outputShape, link };
  if (preparation) writeTarget(end, preparation.target, isLogits);
  else writeOutputs(end, isLogits);

  const bytes = encodeModel(graph.finish(docOf(preparation), metadataOf(model, preparation)));
  if (bytes.length > MOST_BYTES)
    throw new DrowseError(
      "toOnnx",
      `the file would have ${bytes.length} bytes`,
      "take a smaller network: ONNX files end at 2 GiB",
    );
  return bytes;
}

/** Writes the network's layers, and returns what the last one gives. */
function writeNetwork(graph: GraphBuilder, network: Network, input: string, live: string | undefined): string {
  const outputs: string[] = [];
  for (const node of network.graph.nodes) {
    graph.scope = node.name;
    const inputs = node.inputs.map((index) => (index === INPUT ? input : outputs[index]));
    const values = (name: string) => network.weights.get(`${node.name}.${name}`) as Float32Array;
    const shapes = new Map(node.parameters.map(({ name, shape }) => [name, shape]));
    const parameter = (name: string) => graph.constant(name, values(name), shapes.get(name));
    outputs.push(writeLayer({ graph, node, inputs, values, parameter, live }));
  }
  return outputs[outputs.length - 1];
}

function checkNetwork(
  { graph, inputShape, outputShape }: Network,
  preparation: Preparation | undefined,
  liveDropout: boolean,
): void {
  if (liveDropout && !graph.nodes.some(({ layer }) => layer.isRandom)) {
    throw new DrowseError("toOnnx", "liveDropout is true, and nothing in the model drops", "leave it out");
  }
  if (!preparation) return;
  const [inputs, outputs] = [inputSize(preparation), outputSize(preparation)];
  if (sameShape(inputShape, [inputs]) && sameShape(outputShape, [outputs])) return;
  const received = `the model makes ${formatShape(outputShape)} of ${formatShape(inputShape)}`;
  throw new DrowseError(
    "toOnnx",
    received,
    `the preparation is for a model that makes [${outputs}] of [${inputs}]: give its own`,
  );
}

/** What the file says of itself in words. */
function docOf(preparation: Preparation | undefined): string {
  const origin = "A network of drowse, https://www.npmjs.com/package/drowse.";
  if (!preparation) return origin;
  return `${origin} It predicts ${preparation.target.name} from a table's columns, an input for each by its name.`;
}

/** What other programs may read of the model, as texts by name. */
function metadataOf({ link, inputScale }: Network, preparation: Preparation | undefined): Record<string, string> {
  const target = preparation?.target;
  return {
    link: link ?? "none",
    ...(preparation ? { preparation: preparationText(preparation) } : { inputScale: String(inputScale) }),
    ...(target?.task === "classification" ? { classes: JSON.stringify(target.classes) } : {}),
  };
}
