import type { Model } from "../model/model.ts";
import { rowWork } from "../model/threads.ts";
import { sizeOf } from "../tensor/shape.ts";

/** Most bytes of a part's rows, and of what is predicted of them; most rows. */
const MOST_BYTES = 2 ** 20;
const MOST_ROWS = 8192;
/** Multiply-adds of a part of Monte Carlo samples: about a second of a thread, so that all have work and little is lost with one. */
const SAMPLED_WORK = 4e9;

/** How many rows make a part: such that neither they nor what is predicted of them are many bytes, and samples not much work. */
export function rowsOfPart(model: Model, bytesPerNumber: number, samples: number | undefined): number {
  const bytes = Math.max(sizeOf(model.inputShape) * bytesPerNumber, sizeOf(model.outputShape) * (samples === undefined ? 4 : 16));
  const work = samples === undefined ? 0 : samples * rowWork(model.graph);
  return Math.max(1, Math.floor(Math.min(MOST_ROWS, MOST_BYTES / bytes, work === 0 ? MOST_ROWS : SAMPLED_WORK / work)));
}
