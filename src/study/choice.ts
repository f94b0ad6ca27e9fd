import type { Configuration } from "./configuration.ts";
import type { Executor } from "./executor.ts";
import { type PairedDifference, pairedDifference } from "./paired.ts";
import { derivedSeed, foldIndices, type Resampling } from "./resampling.ts";
import { withoutDropout } from "./settings.ts";
import { bestOf } from "./study.ts";
import type { Objective, SweptTrial } from "./sweep.ts";
import type { FoldResult } from "./trial.ts";

/** The best trial, and the simplest that is within one standard error of it. */
export interface Choice {
  readonly best: SweptTrial;
  readonly simplest: SweptTrial;
}

/**
 * Chooses of the complete trials. The simplest has the fewest numbers to learn, then the smallest rates: with it a little is given
 * away that may have been luck (the one-standard-error rule of Breiman, Friedman, Olshen and Stone 1984).
 * @returns undefined where no trial is complete.
 */
export function chooseTrials(trials: readonly SweptTrial[]): Choice | undefined {
  const best = bestOf(trials) as SweptTrial | undefined;
  if (!best) return undefined;
  const most = (best.value ?? 0) + (best.standardError ?? 0);
  const [simplest] = trials
    .filter(({ state, value }) => state === "complete" && value !== undefined && value <= most)
    .sort((a, b) => size(a) - size(b) || rates(a) - rates(b) || a.number - b.number);
  return { best, simplest };
}

const size = ({ folds }: SweptTrial) => folds[0]?.parameters ?? 0;
const rates = ({ configuration: { inputDropout, dropout } }: SweptTrial) =>
  inputDropout + dropout.reduce((sum, rate) => sum + rate, 0);

/** How configurations compare with the same one with nothing asleep. */
export interface Confirmation {
  /** What is measured, of the configuration and of the same without dropout, on each fold. */
  readonly ours: readonly number[];
  readonly without: readonly number[];
  /** ours - without: below 0 dropout helps. */
  readonly difference: PairedDifference;
}

/**
 * Trains a configuration and the same one without dropout on folds that the search has not seen, so that it is not the luck of the
 * search that is measured.
 * @returns undefined where the configuration has no dropout, a training diverges, or there are fewer than two folds.
 */
export async function confirmChoice(
  configuration: Configuration,
  resampling: Resampling,
  objective: Objective,
  executor: Executor,
): Promise<Confirmation | undefined> {
  const plain = withoutDropout(configuration);
  if (JSON.stringify(plain) === JSON.stringify(configuration)) return undefined;
  const fresh = { ...resampling, repeats: 2, seed: derivedSeed(resampling.seed, "study/confirmation") };
  const train = (one: Configuration) =>
    Promise.all(foldIndices(fresh).map((index) => executor.run({ configuration: one, resampling: fresh, ...index })));
  const [ours, without] = await Promise.all([train(configuration), train(plain)]);
  const valuesOf = (results: readonly FoldResult[]) => results.flatMap(({ measures }) => measures?.[objective] ?? []);
  const [a, b] = [valuesOf(ours), valuesOf(without)];
  if (a.length < ours.length || b.length < ours.length) return undefined;
  const { training, stopping, heldOut } = ours[0].rows;
  return { ours: a, without: b, difference: pairedDifference(a, b, heldOut / (training + stopping)) };
}
