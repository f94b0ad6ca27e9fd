import type { Shape } from "../../tensor/shape.ts";
import type { Layer } from "../layer.ts";

/** What a layer's kernels read of a step's record, 12 bytes: a word, a word that may be negative, a number of single precision. */
export interface RateRecord {
  readonly threshold: number;
  readonly awake: number;
  readonly scale: number;
}

/**
 * A layer with a rate, which may be read, and changed while the model trains. It has a key of its own, `mask/<name>`, and a place
 * in each step's record.
 */
export interface DropoutLayer extends Layer {
  /** Probability to drop a unit, or what the layer says it means, in [0, 1]. */
  readonly rate: number;
  /**
   * The same layer with another rate.
   * @throws {DrowseError} on a rate that this kind does not take.
   */
  withRate(rate: number): DropoutLayer;
  /**
   * Its part of a step's record: what each of the three means is the kind's own.
   * @internal
   */
  readonly record: RateRecord;
  /**
   * What the rate is in the programs of prediction, where it is no part of a record: another number needs another plan.
   * @internal
   */
  readonly predictionFactor: number;
  /** Whether a unit is awake or sleeps by its keys alone, so that `dropoutMask` can tell. */
  readonly hasMask: boolean;
  /**
   * The shape of a row's mask, where that is not the layer's output's: [] where one word decides over the row.
   * @internal
   */
  maskShape?(): Shape;
  /** Whether all rows of a batch have one mask. */
  readonly isShared: boolean;
}

/** Whether a layer has a rate. */
export function isDropout(layer: Layer): layer is DropoutLayer {
  return "withRate" in layer;
}
