import type { Model } from "../model/model.ts";
import { type FeedForward, feedForward } from "../study/network.ts";
import type { Shape } from "../tensor/shape.ts";

/** The network that `drowse train` makes of its options. */
export interface NetworkSettings extends Omit<FeedForward, "dropout"> {
  /** Rate of the hidden layers. */
  readonly dropout: number;
  readonly seed: number;
}

/** A network over images: the pixels, hidden layers that all have one rate, and a logit per class. See {@link feedForward}. */
export function imageNetwork(image: Shape, classes: number, settings: NetworkSettings): Model {
  const { hidden, dropout, seed } = settings;
  return feedForward({ ...settings, dropout: hidden.map(() => dropout) }, { input: image, outputs: classes, seed });
}
