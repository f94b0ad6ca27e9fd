import type { DataSet } from "../data/data-set.ts";
import type { Settings } from "../state/settings.ts";
import type { PadAnswers } from "./pad.ts";
import type { Ensemble } from "./thinned.ts";
import type { Walk } from "./walk.ts";

// What the page and its worker say to each other. Everything is plain values.

/** How many steps a second; Infinity: as many as there can be. */
export type Speed = number;

export type Order =
  /** Begin anew with these settings. */
  | { readonly kind: "begin"; readonly run: number; readonly settings: Settings; readonly given?: DataSet | undefined }
  /** Go on with other rates, another schedule of them or another learning rate. */
  | { readonly kind: "steer"; readonly settings: Settings }
  | { readonly kind: "play"; readonly speed: Speed }
  | { readonly kind: "pause" }
  /** Take some steps, then rest. */
  | { readonly kind: "steps"; readonly count: number }
  /** Look at another point. */
  | { readonly kind: "row"; readonly row: number }
  /** Say what is seen on an image, a byte per pixel, now and after every step; undefined: on none. */
  | { readonly kind: "pad"; readonly pixels: Uint8Array | undefined }
  /** Tell the right network as a model file. */
  | { readonly kind: "save" }
  /** Whether an ensemble is wanted, and which of its networks is to be seen for itself. */
  | { readonly kind: "ensemble"; readonly wanted: boolean; readonly sample: number };

/** How a network does. */
export interface Score {
  readonly trainLoss: number;
  readonly testLoss: number;
  /** Share of wrong answers; of numbers the root of their mean squared error. */
  readonly trainError: number;
  readonly testError: number;
}

/** A network as it stands. */
export interface TwinView extends Score {
  /**
   * Probability of class 1 over the plane, row by row from the top, FIELD_SIDE in each; numbers along the line; probabilities of the
   * classes of each image on the sheet; or nothing.
   */
  readonly field: Float32Array;
  /** What the next visit of the point looked at does in it. */
  readonly walk: Walk;
}

/** Both networks after some steps. */
export interface View {
  readonly kind: "view";
  /** Which `begin` it belongs to. */
  readonly run: number;
  readonly step: number;
  /** Finished passes over the data. */
  readonly epoch: number;
  readonly stepsPerEpoch: number;
  readonly awake: TwinView;
  readonly drowsy: TwinView;
}

/** What thinned networks say of the plane, some of the way behind the newest view. */
export interface EnsembleReport extends Ensemble {
  readonly kind: "ensemble";
  readonly run: number;
}

/** What both networks say of the image on the pad. */
export interface PadReport extends PadAnswers {
  readonly kind: "pad";
  readonly run: number;
}

export type Report =
  | { readonly kind: "data"; readonly run: number; readonly data: DataSet }
  | View
  | EnsembleReport
  | PadReport
  | { readonly kind: "file"; readonly run: number; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The training cannot go on; the message says why, and what to do. */
  | { readonly kind: "failed"; readonly run: number; readonly message: string };
