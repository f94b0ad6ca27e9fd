import { moreLayers } from "../layers/more-kinds.ts";
import { checkOptions } from "../layers/options.ts";
import { type Graph, graphParameters, INPUT } from "../model/graph.ts";
import type { History } from "../model/history.ts";
import { Model } from "../model/model.ts";
import { GENERATOR } from "../random/philox.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { historyText, type KeptHistory, keptHistory } from "./kept-history.ts";
import { FORMAT, readModelFile, tensorName } from "./model-file-read.ts";
import { writeSafetensors } from "./safetensors.ts";

// A model is one safetensors file: its parameters as tensors, everything else in the metadata.
//
//   format      "drowse-model/1"
//   generator   of initial weights, masks and order: training can go on only with the same
//   seed, pass  whole numbers
//   link        "softmax", "sigmoid", "identity", "gaussian", or "none" before the first training
//   inputScale  what a byte of the inputs counts, such as 1 / 255 in all its digits
//   preparation JSON, where the model is one of a table: how its inputs are made (src/tables/preparation-json.ts)
//   history     JSON, where it was given: how the model was trained (kept-history.ts)
//   graph       JSON: { "input": [784], "nodes": [{ "name", "kind", "inputs", ...settings }, ...] }
//               A layer that joins a branch takes the node before the branch and the last of the branch.
//
// Tensors are named by their layer's place, "1.weight" [out, in] and "1.bias" [out], which are the
// names that a torch.nn.Sequential of the same layers gives them: "3.0.weight" in the branch of the fourth.

function graphText({ input, nodes }: Graph): string {
  const named = (index: number) => (index === INPUT ? "input" : nodes[index].name);
  return JSON.stringify({
    input,
    nodes: nodes.map(({ name, layer, inputs }) => ({ name, kind: layer.kind, inputs: inputs.map(named), ...layer.config })),
  });
}

/** What a file may hold beside the model, for those who know of it. */
export interface FileNotes {
  /** How inputs are made of a table's columns, as `drowse/tables` writes it. */
  readonly preparation?: string;
  /** How the model was trained: what `fit` returned. Of more than 200 epochs some are kept; times are not. */
  readonly history?: History | readonly KeptHistory[];
}

function historyOf(history: FileNotes["history"]): string | undefined {
  if (history === undefined) return undefined;
  const isKept = (given: NonNullable<typeof history>): given is readonly KeptHistory[] => Array.isArray(given);
  const fitted = isKept(history) ? undefined : keptHistory("saveModel", history, { bestEpoch: history?.bestEpoch });
  const trainings = isKept(history) ? history : fitted ? [fitted] : [];
  return trainings.length === 0 ? undefined : historyText("saveModel", trainings);
}

/**
 * A model as the bytes of a file.
 * @param notes - what is kept beside it.
 * @throws {DrowseError} on anything that is not a model, and a history that is none.
 * @example
 * const history = await model.fit(data, options);
 * await writeFile("model.safetensors", saveModel(model, { history }));
 */
export function saveModel(model: Model, notes: FileNotes = {}): Uint8Array {
  if (!(model instanceof Model))
    throw new DrowseError("saveModel", `the model is ${show(model)}`, "give a model of this library");
  checkOptions("saveModel", notes, ["preparation", "history"]);
  if (notes.preparation !== undefined && typeof notes.preparation !== "string") {
    throw new DrowseError(
      "saveModel",
      `preparation is ${show(notes.preparation)}`,
      "give the text that drowse/tables makes of it",
    );
  }
  const history = historyOf(notes.history);
  const tensors = graphParameters(model.graph).map(({ name, node, specification }) => ({
    name: tensorName(node, specification),
    dtype: "F32" as const,
    shape: specification.shape,
    data: model.weights.get(name) as Float32Array,
  }));
  return writeSafetensors(tensors, {
    format: FORMAT,
    generator: GENERATOR,
    seed: String(model.seed),
    pass: String(model.pass),
    link: model.link ?? "none",
    inputScale: String(model.inputScale),
    graph: graphText(model.graph),
    ...(notes.preparation === undefined ? {} : { preparation: notes.preparation }),
    ...(history === undefined ? {} : { history }),
  });
}

/**
 * The model of a file's bytes: it predicts with the same bits, and training goes on with the next pass.
 * @throws {DrowseError} when the bytes are no safetensors file, or not one that `saveModel` made.
 * @example
 * const model = loadModel(await readFile("model.safetensors"));
 */
export function loadModel(bytes: Uint8Array): Model {
  return new Model(readModelFile(bytes, moreLayers));
}
