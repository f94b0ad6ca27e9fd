import { concretePenalty } from "./concrete-dropout.ts";
import type { NetworkLayer } from "./network.ts";
import { variationalPenalty } from "./variational-dropout.ts";

/** What layers add to the objective: the value, and the gradients it has by the layers' own numbers and, as factors, by weights. */
export interface Penalties {
  readonly value: number;
  /** By the index of the layer: of its logit or log alphas. */
  readonly learned: ReadonlyMap<number, Float64Array>;
  /** By the index of the layer whose weights W are penalised: the gradient has so many times W more. */
  readonly weight: ReadonlyMap<number, number>;
}

/** The penalties of layers that learn their noise: N rows are trained on, and widths[i] is what layer i receives. */
export function penaltiesOf(layers: readonly NetworkLayer[], widths: readonly number[], N: number): Penalties {
  let value = 0;
  const learned = new Map<number, Float64Array>();
  const weight = new Map<number, number>();
  for (const [i, layer] of layers.entries()) {
    if (layer.type === "variationalDropout") {
      const penalty = variationalPenalty(layer.learned, widths[i], layer.klWeight / N);
      value += penalty.value;
      learned.set(i, penalty.logAlpha);
    }
    if (layer.type === "concreteDropout") {
      const next = layers.findIndex((other, j) => j > i && "K" in other);
      const fed = layers[next];
      if (!("K" in fed)) throw new Error("no weights follow a layer that penalises them");
      const factors = { weightFactor: layer.weightRegularizer / N, dropoutFactor: layer.dropoutRegularizer / N };
      const penalty = concretePenalty(layer.learned[0], [fed.weight], { K: widths[i], ...factors });
      value += penalty.value;
      learned.set(i, Float64Array.of(penalty.logit));
      weight.set(next, (weight.get(next) ?? 0) + penalty.weight);
    }
  }
  return { value, learned, weight };
}
