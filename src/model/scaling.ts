import type { DropConnect } from "../layers/dropout/drop-connect.ts";
import { dropout, isPlainDropout, predictionScale, type Scaling } from "../layers/dropout/dropout.ts";
import type { Layer } from "../layers/layer.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { chain, type Graph } from "./graph.ts";
import type { Network, NetworkParts } from "./network.ts";

/**
 * The parts of a model with the other scaling of its dropout layers and the same predictions.
 *
 * Standard scaling predicts with keep x where inverted scaling predicts with x, so the weights of the next dense
 * layer take the factor: W <- keep W on the way to inverted, W <- W / keep on the way back; those of DropConnect are its own. Rectifiers let a factor
 * pass, max(0, keep z) = keep max(0, z); other activations do not, and between dropout and dense layer they are
 * refused. Equal but for the rounding of keep W, and to the bit where keep is a power
 * of two.
 *
 * @throws {DrowseError} when a dropout layer that changes has no dense layer after it, keeps nothing (rate 1), or stands before
 * an activation that lets no factor pass.
 */
export function convertScaling(model: Network, scaling: Scaling): NetworkParts {
  if (scaling !== "inverted" && scaling !== "standard") {
    throw new DrowseError("withScaling", `scaling is ${show(scaling)}`, 'give "inverted" or "standard"');
  }
  const { nodes } = model.graph;
  const weights = new Map([...model.weights].map(([name, values]) => [name, values.slice()]));
  const layers: Layer[] = [];
  let factor = 1;
  let pending: string | undefined;
  for (const { layer, name } of nodes) {
    if ((isPlainDropout(layer) || isDropConnect(layer)) && layer.scaling !== scaling && layer.rate > 0) {
      if (layer.rate === 1)
        throw new DrowseError("withScaling", `${name} has rate 1`, "nothing passes it in training: lower its rate");
      factor *= predictionScale(layer.rate, layer.scaling) / predictionScale(layer.rate, scaling);
      pending = name;
    }
    if ((layer.kind === "dense" || layer.kind === "dropConnect") && pending !== undefined) {
      const weight = weights.get(`${name}.weight`) as Float32Array;
      for (let i = 0; i < weight.length; i++) weight[i] *= factor;
      factor = 1;
      pending = undefined;
    }
    if (pending !== undefined && !layer.homogeneous) {
      const received = `the factor of ${pending} does not pass ${name}`;
      throw new DrowseError("withScaling", received, `move ${pending} behind ${name}, right before a dense layer`);
    }
    const named = layer.name === undefined ? {} : { name: layer.name };
    if (isDropConnect(layer)) layers.push(layer.withScaling(scaling));
    else layers.push(isPlainDropout(layer) ? dropout({ ...layer.config, rate: layer.rate, scaling, ...named }) : layer);
  }
  if (pending !== undefined) {
    throw new DrowseError("withScaling", `no dense layer follows ${pending}`, "move the dropout layer before a dense layer");
  }
  const graph: Graph = chain("withScaling", model.inputShape, layers);
  return { graph, seed: model.seed, weights, pass: model.pass, link: model.link, inputScale: model.inputScale };
}

// By its kind, so that nobody loads it who has none.
function isDropConnect(layer: Layer): layer is DropConnect {
  return layer.kind === "dropConnect";
}
