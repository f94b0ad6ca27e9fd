import { checkNumber } from "../layers/options.ts";
import { DrowseError } from "../tensor/errors.ts";
import { familyKernels } from "../wasm/generated/family-kernels.ts";
import { copiesOfRows } from "./copies.ts";
import type { Loss, LossContext } from "./loss.ts";
import { checkLossOptions } from "./loss-options.ts";
import { type LossOption, resolveLoss } from "./resolve.ts";

/** Options of {@link multiSample}. */
export interface MultiSampleOptions {
  /** Masks per row and step, a whole number from 1 to 64; default 8. */
  samples?: number;
  /** The loss of which the mean is taken; default `"crossEntropy"`. */
  loss?: LossOption;
}

/** Most masks of a row in a step. */
const MOST_SAMPLES = 64;

/**
 * Multi-sample dropout (Inoue 2019): each row is met with K masks in a step, and the loss is the mean over them,
 *
 *     L = 1 / K sum over k of loss(f(m_k h), t)
 *
 * where h is what stands before the last layer that draws masks or noise (rate above 0), and is computed once. That layer and
 * all behind it see every row K times: the nearer to the end it stands, the less a step costs beyond plain dropout. The gradient is
 * less noisy, so that fewer steps are needed.
 *
 * The first of the K masks is the one that plain training has; copy c of row r has the masks of row r + c 2^26. The accuracy while
 * training is the mean over the masks. `batchNorm` behind that place takes its statistics over all copies. Validation, `evaluate`
 * and `predict` are those of the loss inside, as nothing sleeps there.
 *
 * It is given as a function, not by name: its kernels are loaded by who imports it.
 *
 * Shapes, targets and predictions: those of the loss inside.
 *
 * @throws {DrowseError} on a number of samples that is not whole or out of range, a loss that makes copies itself, and unknown
 * options. Training refuses a model in which nothing is drawn, masks that a batch shares where copies are made, and more than
 * 2^26 rows.
 * @example
 * await model.fit(data, { loss: multiSample({ samples: 8 }), optimizer: sgd({ learningRate: 0.1 }), epochs: 5 });
 */
export function multiSample(options: MultiSampleOptions = {}): Loss {
  checkLossOptions("multiSample", options);
  const { samples = 8 } = options;
  const isCount = (value: number) => Number.isInteger(value) && value >= 1 && value <= MOST_SAMPLES;
  checkNumber("multiSample", "samples", samples, isCount, `give a whole number from 1 to ${MOST_SAMPLES}`);
  const inner = resolveLoss("multiSample", options.loss ?? "crossEntropy");
  if (inner.evaluation) {
    const remedy = 'give a plain one, such as "crossEntropy"';
    throw new DrowseError("multiSample", `the loss is ${inner.kind}, which makes copies of rows itself`, remedy);
  }
  return {
    ...inner,
    kind: "multiSample",
    settings: { ...inner.settings, samples },
    ...(samples > 1 ? { copies: copiesOfRows("multiSample", samples, "last") } : {}),
    evaluation: inner,
    kernels: [familyKernels, ...(inner.kernels ?? [])],
    emit: (context) => (samples > 1 ? emitMean(inner, samples, context) : inner.emit(context)),
  };
}

/** The loss of every K-th row, beginning with the first, the second, ..., and of losses and gradients the mean. */
function emitMean(inner: Loss, K: number, context: LossContext): void {
  const { emit, B, output, gradient, losses, correct } = context;
  const apart = output.rows / K;
  const stride = output.stride * K;
  for (let c = 0; c < K; c++) {
    const at = 4 * output.stride * c;
    const d = gradient + at;
    const ofCopy = { losses: losses + 4 * apart * c, correct: correct + 4 * apart * c };
    inner.emit({ ...context, ...ofCopy, output: { ...output, pointer: output.pointer + at, stride }, gradient: d });
    emit("scale", { x: d, y: d, stride, rows: B, columns: output.columns, factor: 1 / K });
  }
  emit("meanOfCopies", { losses, correct, B, copies: K, apart });
}
