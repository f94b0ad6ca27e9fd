import type { Rows } from "../data/arrays.ts";
import { prepareData } from "../data/prepare.ts";
import { type BatchSource, isBatchSource } from "../data/source.ts";
import { checkOptions, checkSignal } from "../layers/options.ts";
import type { OutputLink } from "../losses/loss.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { predictionKernels } from "../wasm/generated/prediction-kernels.ts";
import { predictSource } from "./inference.ts";
import { Network } from "./network.ts";
import { Predictors } from "./predictor.ts";
import { summarize } from "./summary.ts";

/** Options of calls that only look. */
export interface RunOptions {
  /** Threads; default as many as help. The result is the same for any number. */
  threads?: number;
  /** Aborts between batches: the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Options of `predict`. */
export interface PredictOptions extends RunOptions {
  /** `"link"` (default): probabilities of softmax or sigmoid, means and variances, or plain numbers, as the loss says; `"logits"`: what stands before. */
  output?: "link" | "logits";
  /** Factor of inputs that are bytes; default that of the last training on bytes. */
  scale?: number;
}

/** Numbers of all rows, one row after the other. */
export interface Predictions {
  /** Output j of row i is `data[i * outputs + j]`. */
  readonly data: Float32Array;
  /** [rows, ...output shape]. */
  readonly shape: Shape;
}

/** A network that predicts. All else that can be done with one is added by `Model`, so that who only predicts need not load it. */
export class PredictingNetwork extends Network {
  readonly #predictors = new Predictors([predictionKernels]);

  /**
   * Predictions for rows; nothing sleeps.
   *
   * @param x - rows of inputs: a Float32Array, bytes (counted as byte / 255), nested arrays, `{ data, shape }` or a source.
   * @returns probabilities after training with (binary) cross-entropy, means and variances after the Gaussian negative
   * log-likelihood, numbers after the other losses.
   * @throws {DrowseError} on wrong options or inputs, and on outputs that are not finite, naming the first such row.
   * @example
   * const { data, shape } = await model.predict([[0, 1], [1, 1]]);
   */
  async predict(x: Rows | BatchSource, options: PredictOptions = {}): Promise<Predictions> {
    checkOptions("predict", options, ["threads", "signal", "output", "scale"]);
    checkSignal("predict", options.signal);
    const { output = "link", scale } = options;
    const link = checkOutput("predict", output, this.link);
    const { inputShape, inputScale, outputShape } = this;
    const request = { inputShape, inputScale, outputs: sizeOf(outputShape), targets: undefined };
    const source = prepareData("predict", isBatchSource(x) ? x : { x, ...(scale === undefined ? {} : { scale }) }, request);
    const predictor = await this.#predictors.get("predict", this, source, { link }, options.threads);
    try {
      const data = await predictSource({ ...predictor, source, signal: options.signal }, sizeOf(this.outputShape));
      return { data, shape: [source.count, ...this.outputShape] };
    } finally {
      predictor.release();
    }
  }

  /** A table of the layers, their shapes and parameters. */
  summary(): string {
    return summarize(this);
  }
}

/**
 * The link that predictions go through.
 * @throws {DrowseError} unless it is the network's, `"link"`, or none, `"logits"`.
 */
export function checkOutput(operation: string, output: unknown, link: OutputLink = "identity"): OutputLink {
  if (output !== "link" && output !== "logits")
    throw new DrowseError(operation, `output is ${show(output)}`, 'give "link" or "logits"');
  return output === "logits" ? "identity" : link;
}
