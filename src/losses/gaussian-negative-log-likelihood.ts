import { familyKernels } from "../wasm/generated/family-kernels.ts";
import { type Loss, lossArguments } from "./loss.ts";
import { checkLossOptions } from "./loss-options.ts";

/**
 * Negative log-likelihood of targets t under a normal distribution whose mean m and variance exp(s) the network tells for each
 * row (Nix and Weigend 1994; heteroscedastic regression in Kendall and Gal 2017): the mean over rows and targets of
 *
 *     -log N(t; m, exp s) = ((t - m)^2 exp(-s) + s + log(2 pi)) / 2
 *
 * So rows that are hard to tell may say so, at the price of s. The network learns log-variances, which may be any number.
 *
 * Shapes: for n targets per row 2 n outputs, first the n means, then the n log-variances; targets one number per row (n = 1) or
 * rows [n]. Predictions are means and **variances** in the same places; `output: "logits"` gives the log-variances. Metrics such
 * as `"rmse"` look at the means.
 *
 * It is given as a function, not by name: its kernels are loaded by who imports it.
 *
 * @throws {DrowseError} on options: it has none. Training refuses an odd number of outputs, and an activation behind the last
 * dense layer.
 * @example
 * const model = sequential({ input: [13], seed: 1 }, [dense(50), relu(), dropout({ rate: 0.05 }), dense(2)]);
 * await model.fit({ x, y }, { loss: gaussianNegativeLogLikelihood(), optimizer: adam(), epochs: 100 });
 * const { data } = await model.predict(x); // of row i: mean data[2 * i], variance data[2 * i + 1]
 */
export function gaussianNegativeLogLikelihood(options: Readonly<Record<never, never>> = {}): Loss {
  checkLossOptions("gaussianNegativeLogLikelihood", options);
  return {
    kind: "gaussianNegativeLogLikelihood",
    targets: "values",
    link: "gaussian",
    settings: {},
    answers: "none",
    outputsPerTarget: 2,
    kernels: [familyKernels],
    emit: (context) => context.emit("gaussianNegativeLogLikelihood", lossArguments(context)),
  };
}
