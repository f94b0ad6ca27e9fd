import type { Layers } from "../layers/layer.ts";
import { checkOptions } from "../layers/options.ts";
import { checkSeed } from "../random/streams.ts";
import { chain } from "./chain.ts";
import { type DropoutShorthand, withShorthand } from "./dropout-shorthand.ts";
import { Model } from "./model.ts";

/** Options of {@link sequential}. */
export interface SequentialOptions extends DropoutShorthand {
  /** Shape of one row of inputs: [784], [28, 28]. */
  input: readonly number[];
  /** Of everything random: first weights, order of the rows, masks. A whole number from 0 to 2^53 - 1. */
  seed: number;
}

/**
 * A network of layers one after the other.
 *
 * Networks end in logits: the loss brings the softmax. With `inputRate` and `hiddenRate` dropout need not be written out: it is
 * added on the inputs and on all hidden units, never on the outputs.
 *
 * @throws {DrowseError} on unknown options, a seed or a rate out of range, no layers, and layers whose shapes do not fit.
 * @example
 * const model = sequential({ input: [784], seed: 42 }, [
 *   dropout({ rate: 0.2 }), dense(1024), relu(), dropout({ rate: 0.5 }), dense(10),
 * ]);
 * const same = sequential({ input: [784], seed: 42, inputRate: 0.2, hiddenRate: 0.5 }, [dense(1024), relu(), dense(10)]);
 */
export function sequential(options: SequentialOptions, layers: Layers): Model {
  checkOptions("sequential", options, ["input", "seed", "inputRate", "hiddenRate"]);
  const seed = checkSeed("sequential", options.seed);
  const slept = Array.isArray(layers) ? withShorthand("sequential", layers, options) : layers;
  return new Model({ graph: chain("sequential", options.input, slept), seed });
}
