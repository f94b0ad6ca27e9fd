import type { Model } from "../model/model.ts";
import { predictUncertain } from "../model/predict-uncertain.ts";
import { predictionsFile, readRows } from "./part-tensors.ts";

/** What is to be predicted of rows. */
export interface PartRequest {
  readonly output: "link" | "logits";
  /** Monte Carlo samples of each row; left out: nothing sleeps. */
  readonly samples?: number | undefined;
  /** The index of the first row, by which its masks are drawn. */
  readonly first: number;
}

/** What is asked of a thread that predicts. */
export interface PartWork {
  readonly rows: number;
  readonly request: PartRequest;
  /** The rows, as `rowsFile` makes them. */
  readonly input: Uint8Array;
}

/**
 * What a model predicts of a part: a pure function, whose bits do not depend on how many rows come at a time.
 * @throws {DrowseError} where the rows are not the model's, or what is predicted is not finite.
 */
export async function predictPartFile(model: Model, { input, rows, request }: PartWork): Promise<Uint8Array> {
  const x = readRows(input, rows, model.inputShape);
  const { output, samples, first } = request;
  if (samples === undefined) return predictionsFile(await model.predict(x, { output, threads: 0 }), false);
  const isClasses = output === "link" && (model.link === "softmax" || model.link === "sigmoid");
  return predictionsFile(await predictUncertain(model, x, { output, samples, threads: 0 }, first), isClasses);
}
