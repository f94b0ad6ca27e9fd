import { checkOptions } from "../layers/options.ts";
import { graphParameters } from "../model/graph.ts";
import type { Model } from "../model/model.ts";
import { Network } from "../model/network.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { floatsOf } from "./float-tensor.ts";
import { readSafetensors } from "./safetensors.ts";

/** Options of {@link loadStateDict}. */
export interface StateDictOptions {
  /**
   * The file's names of layers and the model's: `{ fc1: "dense1" }` takes `fc1.weight` for `dense1.weight`. A layer of the model is
   * named by its name or its place. Default: layers have the same places.
   */
  readonly names?: Readonly<Record<string, string>>;
}

/** What was read beside numbers in single precision. */
export interface LoadedStateDict {
  /** Tensors that were converted to single precision, by their names in the file: those of F64 were rounded. */
  readonly converted: ReadonlyMap<string, string>;
  /** Tensors that say nothing of predictions: PyTorch's counts of batches. */
  readonly ignored: readonly string[];
}

const OPERATION = "loadStateDict";

/** What BatchNorm1d counts, and drowse does not need. */
const COUNTS = /(^|\.)num_batches_tracked$/;

/** Names that a message lists at most. */
const LISTED = 8;

/**
 * Replaces all weights of a model by those of a PyTorch state dict in safetensors, as `safetensors.torch.save_file(model.state_dict(), file)`
 * writes it. Tensors have the names that a `torch.nn.Sequential` of the same layers gives them, `0.weight` [out, in], or those that
 * `names` leads from. All or nothing: each parameter must be there, with its shape, and no other tensor.
 *
 * @returns what was converted: F16, BF16 and F64 become single precision.
 * @throws {DrowseError} naming tensors that are missing or not known, another shape, numbers that are not finite, and types that are
 * no floating point numbers; the model stays as it was.
 * @example
 * const model = sequential({ input: [784], seed: 1 }, [dense(128), relu(), dropout({ rate: 0.5 }), dense(10)]);
 * loadStateDict(model, await readFile("mlp.safetensors"), { names: { fc1: "dense1", fc2: "dense2" } });
 */
export function loadStateDict(model: Model, bytes: Uint8Array, options: StateDictOptions = {}): LoadedStateDict {
  if (!(model instanceof Network))
    throw new DrowseError(OPERATION, `the model is ${show(model)}`, "give a model of this library");
  checkOptions(OPERATION, options, ["names"]);
  const { tensors } = readSafetensors(bytes);
  const layerNames = layersInFile(model, options.names ?? {});
  const parameters = graphParameters(model.graph).map(({ name, node, specification }) => ({
    name,
    shape: specification.shape,
    inFile: `${layerNames.get(node.name) ?? node.path}.${specification.name}`,
  }));

  const ignored = [...tensors.keys()].filter((name) => COUNTS.test(name));
  const known = new Set([...parameters.map(({ inFile }) => inFile), ...ignored]);
  const missing = parameters.map(({ inFile }) => inFile).filter((name) => !tensors.has(name));
  const extra = [...tensors.keys()].filter((name) => !known.has(name));
  if (missing.length + extra.length > 0) {
    const parts = [...listed("lacks", missing), ...listed("has", extra, ", which the model does not know")];
    throw new DrowseError(
      OPERATION,
      `the file ${parts.join(" and ")}`,
      "build the model of the same layers, or say what is what by names",
    );
  }

  const converted = new Map<string, string>();
  const weights: Record<string, Float32Array> = {};
  for (const { name, shape, inFile } of parameters) {
    const tensor = tensors.get(inFile);
    if (!tensor) continue;
    if (!sameShape(tensor.shape, shape)) {
      const received = `the tensor ${show(inFile)} has the shape ${formatShape(tensor.shape)}`;
      throw new DrowseError(OPERATION, received, `${name} needs ${formatShape(shape)}`);
    }
    weights[name] = floatsOf(OPERATION, inFile, tensor);
    if (tensor.dtype !== "F32") converted.set(inFile, tensor.dtype);
  }
  model.setWeights(weights);
  return { converted, ignored };
}

/**
 * The file's name of each layer that is called otherwise there, by the model's name of it.
 * @throws {DrowseError} on a layer that the model does not have, or that is named twice.
 */
function layersInFile({ graph }: Network, names: Readonly<Record<string, string>>): Map<string, string> {
  const layers = graph.nodes.filter(({ parameters }) => parameters.length > 0);
  const inFile = new Map<string, string>();
  for (const [from, to] of Object.entries(names)) {
    const layer = layers.find(({ name }) => name === to) ?? layers.find(({ path }) => path === to);
    if (!layer) {
      const known = layers.map(({ name }) => name).join(", ");
      throw new DrowseError(OPERATION, `names leads from ${show(from)} to ${show(to)}`, `the layers with weights are ${known}`);
    }
    if (inFile.has(layer.name))
      throw new DrowseError(OPERATION, `names leads to ${layer.name} twice`, "give each layer one name");
    inFile.set(layer.name, from);
  }
  return inFile;
}

function listed(verb: string, names: readonly string[], after = ""): string[] {
  if (names.length === 0) return [];
  const rest = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return [`${verb} ${names.slice(0, LISTED).join(", ")}${rest}${after}`];
}
