import type { Answer, ComparedVariant } from "../study/compare.ts";
import type { PairedDifference } from "../study/paired.ts";
import { brief, percent } from "./numbers.ts";

/** What was compared, for words about it. */
export interface ComparedTask {
  readonly kind: "classification" | "regression";
  readonly target: string;
}

const points = (share: number) => `${(100 * share).toFixed(2)} points`;

/** An error as people read it: a share of wrong rows, or a number in the target's own unit. */
export const errorText = ({ kind }: ComparedTask, error: number) =>
  kind === "classification" ? percent(error) : brief(error, 4);

/** `−0.52 (−1.10 to +0.06)`, of classes in points of percent. */
export function differenceText({ kind }: ComparedTask, { mean, low, high }: PairedDifference): string {
  const signed = (value: number) => {
    const size = kind === "classification" ? Math.abs(100 * value).toFixed(2) : brief(Math.abs(value));
    return `${value < 0 ? "−" : "+"}${size}`;
  };
  return `${signed(mean)} (${signed(low)} to ${signed(high)})`;
}

/** Does dropout help on these data, and how much? In words, and honest where the folds do not tell. */
export function answerText(task: ComparedTask, { verdict, best, difference }: Answer, variants: number): string {
  const size = (value: number) => (task.kind === "classification" ? points(Math.abs(value)) : brief(Math.abs(value)));
  const what = task.kind === "classification" ? "of errors" : `of the error (root mean square, in the units of ${task.target})`;
  const luck = variants > 2 ? ` It is the best of the ${variants - 1} that were tried, and so in part the luckiest.` : "";
  if (verdict === "helps") {
    return `Yes: with ${best.name} there are ${size(difference.mean)} ${what} less than without dropout (95%: ${size(difference.high)} to ${size(difference.low)} less).${luck}`;
  }
  if (verdict === "hurts") {
    return `No: even the best of the rates that were tried, ${best.name}, adds ${size(difference.mean)} ${what} (95%: ${size(difference.low)} to ${size(difference.high)} more).`;
  }
  const nothing = size(0);
  if (size(difference.low) === nothing && size(difference.high) === nothing) {
    return `It makes no difference here: the best with dropout, ${best.name}, has as much error as without in every fold.`;
  }
  const way = difference.mean < 0 ? "less than" : "more than";
  const isLevel = size(difference.mean) === nothing;
  const has = isLevel ? "has as much error as without" : `has ${size(difference.mean)} ${what} ${way} without`;
  return `These folds do not tell: the best with dropout, ${best.name}, ${has}, and 0 is in the interval (95%: ${size(difference.low)} ${difference.low < 0 ? "less" : "more"} to ${size(difference.high)} ${difference.high < 0 ? "less" : "more"}). The difference may be chance; more --repeats make the interval narrower.`;
}

/** The same of how likely the network holds what is so. */
export function likelihoodText({ verdict, best, difference }: Answer): string {
  const { mean, low, high } = difference;
  const signed = (value: number) => `${value < 0 ? "−" : "+"}${brief(Math.abs(value))}`;
  const interval = `${signed(mean)} (95%: ${signed(low)} to ${signed(high)})`;
  if (verdict === "helps")
    return `By negative log-likelihood it does help: ${best.name} changes it by ${interval}; less is better.`;
  if (verdict === "hurts")
    return `By negative log-likelihood it does not help: the best, ${best.name}, changes it by ${interval}; less is better.`;
  return `By negative log-likelihood these folds do not tell: the best, ${best.name}, changes it by ${interval}; less is better.`;
}

/** Rows of the table of a comparison, its heading first. */
export function comparedRows(task: ComparedTask, compared: readonly ComparedVariant[]): string[][] {
  const isClasses = task.kind === "classification";
  const heading = [
    "dropout",
    isClasses ? "error" : "rmse",
    isClasses ? "points less or more (95%)" : "difference (95%)",
    "neg. log-lik.",
  ];
  return [
    [...heading, ...(isClasses ? ["calibration"] : [])],
    ...compared.map(({ name, measures, errorDifference }) => [
      name,
      errorText(task, measures.error),
      errorDifference ? differenceText(task, errorDifference) : "",
      measures.negativeLogLikelihood.toFixed(4),
      ...(isClasses ? [percent(measures.calibrationError ?? 0)] : []),
    ]),
  ];
}
