import { DrowseError } from "../tensor/errors.ts";
import type { Configuration } from "./configuration.ts";
import type { Executor } from "./executor.ts";
import { meanOf, type PairedDifference, pairedDifference } from "./paired.ts";
import { foldIndices, type Resampling } from "./resampling.ts";
import { withoutDropout } from "./settings.ts";
import type { FoldMeasures, FoldResult } from "./trial.ts";

/** A configuration with a name, among others. */
export interface Variant {
  readonly name: string;
  readonly configuration: Configuration;
}

/** What a variant is worth, in the mean over all folds, and beside the first one, which others are compared with. */
export interface ComparedVariant extends Variant {
  readonly measures: FoldMeasures;
  /** Variant - first, on the same folds and first weights: below 0 the variant is better. Undefined of the first. */
  readonly errorDifference: PairedDifference | undefined;
  readonly likelihoodDifference: PairedDifference | undefined;
  readonly folds: readonly FoldResult[];
}

/** What is compared, and how: variants on the folds of a resampling, by an executor. */
export interface CompareRequest {
  readonly variants: readonly Variant[];
  readonly resampling: Resampling;
  readonly executor: Executor;
  /** Told of each training that has ended. */
  readonly onFold?: (variant: Variant, result: FoldResult) => void;
}

/**
 * A network without dropout, and the same with inverted dropout of some rates behind its hidden layers, and with standard dropout at
 * the middle one.
 * @param rates - above 0 and below 1, ascending.
 */
export function dropoutVariants(base: Configuration, rates: readonly number[]): Variant[] {
  const dropped = (rate: number, scaling: Configuration["scaling"]): Variant => ({
    name: `${scaling} ${rate}`,
    configuration: { ...base, scaling, dropout: base.hidden.map(() => rate) },
  });
  return [
    { name: "none", configuration: withoutDropout(base) },
    ...rates.map((rate) => dropped(rate, "inverted")),
    dropped(rates[Math.floor((rates.length - 1) / 2)], "standard"),
  ];
}

/**
 * Trains variants on the same folds from the same first weights, and compares each with the first, pair by pair. Folds share rows to
 * train on, so that their results are not independent: plain paired t intervals would be too narrow, and the resampled t of Nadeau and
 * Bengio (2003) takes its place ({@link pairedDifference}).
 * @throws {DrowseError} on fewer than two folds, and where a training diverges.
 */
export async function compareVariants({ variants, resampling, executor, onFold }: CompareRequest): Promise<ComparedVariant[]> {
  if (resampling.folds < 2) {
    throw new DrowseError("compare", `folds is ${resampling.folds}`, "give at least 2, so that there are pairs to compare");
  }
  const results = variants.map(() => [] as FoldResult[]);
  // All variants of a fold before the next fold: what is told on the way compares like with like.
  const all = foldIndices(resampling).flatMap((index, place) =>
    variants.map(async (variant, which) => {
      const result = await executor.run({ configuration: variant.configuration, resampling, ...index });
      if (result.measures === undefined) throw diverged(variant, result);
      results[which][place] = result;
      onFold?.(variant, result);
    }),
  );
  await Promise.all(all);
  const ratio = 1 / (resampling.folds - 1);
  const valuesOf = (which: number, name: keyof FoldMeasures) => results[which].map(({ measures }) => measures?.[name] ?? 0);
  return variants.map((variant, which) => {
    const difference = (name: keyof FoldMeasures) =>
      which === 0 ? undefined : pairedDifference(valuesOf(which, name), valuesOf(0, name), ratio);
    const mean = (name: keyof FoldMeasures) => meanOf(valuesOf(which, name));
    const calibrated = results[which][0].measures?.calibrationError !== undefined;
    return {
      ...variant,
      measures: {
        ...{ loss: mean("loss"), error: mean("error"), negativeLogLikelihood: mean("negativeLogLikelihood") },
        ...(calibrated ? { calibrationError: mean("calibrationError") } : {}),
      },
      errorDifference: difference("error"),
      likelihoodDifference: difference("negativeLogLikelihood"),
      folds: results[which],
    };
  });
}

function diverged({ name }: Variant, { repeat, fold, failure = "" }: FoldResult): DrowseError {
  return new DrowseError(
    "compare",
    `${name} diverged in fold ${fold} of repeat ${repeat}: ${failure}`,
    "lower the learning rate",
  );
}

/** What a comparison says of dropout. */
export interface Answer {
  readonly verdict: "helps" | "hurts" | "unclear";
  /** The best of the variants with dropout. */
  readonly best: ComparedVariant;
  readonly difference: PairedDifference;
}

/**
 * Whether dropout helps by a measure: it does where the interval of the best variant lies below 0, and hurts where even that one's lies
 * above. The best was chosen by the same folds, and is in part the luckiest: its interval makes no allowance for that.
 */
export function answerOf(compared: readonly ComparedVariant[], measure: "error" | "negativeLogLikelihood"): Answer {
  const differenceOf = (variant: ComparedVariant) =>
    (measure === "error" ? variant.errorDifference : variant.likelihoodDifference) as PairedDifference;
  const [, ...others] = compared;
  const best = others.reduce((least, each) => (differenceOf(each).mean < differenceOf(least).mean ? each : least));
  const difference = differenceOf(best);
  const verdict = difference.high < 0 ? "helps" : difference.low > 0 ? "hurts" : "unclear";
  return { verdict, best, difference };
}
