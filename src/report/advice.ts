import { argmax } from "../metrics/accuracy.ts";
import { confusionMatrix } from "../metrics/confusion-matrix.ts";
import { fitTemperature } from "../uncertainty/temperature.ts";
import { calibrationError, wilson } from "./calibration.ts";
import { brief, count, percent } from "./numbers.ts";
import type { Measured, ReportEpoch, RunFacts } from "./run-facts.ts";

/** What may be tried next: what to do, why, and the option of the command that does it. */
export interface Advice {
  readonly title: string;
  readonly why: string;
  readonly option?: string;
}

type Rule = (facts: RunFacts) => Advice | undefined;

/** What to try next: rules that look at the run's numbers, those that apply. */
export function adviceFor(facts: RunFacts): Advice[] {
  return RULES.flatMap((rule) => rule(facts) ?? []);
}

/** The epoch whose weights were kept. */
const keptEpoch = ({ epochs, bestEpoch }: RunFacts): ReportEpoch | undefined =>
  epochs.find(({ epoch }) => epoch === bestEpoch) ?? epochs[epochs.length - 1];

/** Loss of held rows above that of training, which has dropout in it, by so much: more is learned than holds. */
const OVERFITTED = 1.3;
/** Loss of held rows after the best epoch, by so much above the best. */
const RISEN = 1.15;
/** Loss of held rows below that of training by so much: dropout takes more than it gives. */
const UNDERFITTED = 0.85;
/** The last share of the epochs, in which a best one is no end. */
const STILL = 0.95;
/** Rows of the most frequent class per row of another that call for weights. */
const IMBALANCED = 4;
/** Calibration error above what chance makes of it that is more than chance. */
const BEYOND_CHANCE = 1.5;
/** What a temperature must lower the negative log-likelihood by. */
const WORTH = 0.02;

/** The best epoch is among the last ones. */
const stillImproving: Rule = ({ epochs, reason, bestEpoch, mostEpochs, held }) => {
  const best = bestEpoch ?? bestOf(epochs);
  if (reason !== "epochs" || best === undefined || epochs.length < 2 || best <= STILL * epochs.length - 1) return undefined;
  return {
    title: "Train for longer",
    why: `The best of ${count(epochs.length)} epochs was number ${best}: the loss of the ${held} set was still falling.`,
    option: `--epochs ${2 * mostEpochs}`,
  };
};

/** The epoch of the lowest loss of held rows. */
function bestOf(epochs: readonly ReportEpoch[]): number | undefined {
  const known = epochs.filter(({ heldLoss }) => heldLoss !== undefined);
  return known.reduce<ReportEpoch | undefined>(
    (best, each) => (best === undefined || (each.heldLoss as number) < (best.heldLoss as number) ? each : best),
    undefined,
  )?.epoch;
}

const overfitting: Rule = (facts) => {
  const kept = keptEpoch(facts);
  const last = facts.epochs[facts.epochs.length - 1];
  if (kept?.heldLoss === undefined || last.heldLoss === undefined) return undefined;
  const gap = kept.heldLoss > OVERFITTED * kept.loss;
  const risen = last.heldLoss > RISEN * kept.heldLoss && last.epoch > kept.epoch;
  if (!gap && !risen) return undefined;
  const { dropout } = facts.network;
  const rate =
    dropout < 0.5 ? Math.min(0.5, Number((dropout + 0.2).toFixed(2))) : Math.min(0.8, Number((dropout + 0.1).toFixed(2)));
  const why = gap
    ? `In the epoch that was kept the loss of the ${facts.held} set is ${brief(kept.heldLoss)}, and of training ${brief(kept.loss)}, even with units asleep: it learns the rows by heart.`
    : `After the best epoch the loss of the ${facts.held} set rose from ${brief(kept.heldLoss)} to ${brief(last.heldLoss)}: it begins to learn the rows by heart.`;
  if (dropout >= 0.8) return { title: "A smaller network", why, option: `--hidden ${narrower(facts)}` };
  return { title: "More dropout, or a smaller network", why, option: `--dropout ${rate}` };
};

const hiddenUnits = ({ network }: RunFacts) => network.units.slice(1, -1);
const narrower = (facts: RunFacts) =>
  hiddenUnits(facts)
    .map((units) => Math.max(8, Math.round(units / 2)))
    .join(",");
const wider = (facts: RunFacts) =>
  hiddenUnits(facts)
    .map((units) => 2 * units)
    .join(",");

const underfitting: Rule = (facts) => {
  const kept = keptEpoch(facts);
  const { dropout, inputDropout } = facts.network;
  if (kept?.heldLoss === undefined || kept.heldLoss > UNDERFITTED * kept.loss || dropout + inputDropout === 0) return undefined;
  const why = `With units asleep the loss is ${brief(kept.loss)}, with all awake ${brief(kept.heldLoss)}: what dropout takes away is missed.`;
  if (dropout === 0) return { title: "Less dropout on the input", why, option: `--input-dropout ${brief(inputDropout / 2)}` };
  const width = hiddenUnits(facts).length > 0 ? ` --hidden ${wider(facts)}` : "";
  return { title: "Less dropout, or a wider network", why, option: `--dropout ${brief(dropout / 2)}, or${width}` };
};

const miscalibrated: Rule = ({ measured }) => {
  if (measured?.kind !== "classification") return undefined;
  const { targets, logits, set } = measured;
  const { error, chance } = calibrationError(measured);
  if (error < BEYOND_CHANCE * chance || !hasBestTemperature(measured)) return undefined;
  const { temperature, negativeLogLikelihood, before } = fitTemperature(targets, logits);
  if (before - negativeLogLikelihood < WORTH * before) return undefined;
  return {
    title: "Divide the logits by a temperature",
    why: `It is ${temperature > 1 ? "too sure of itself" : "not sure enough"}: with the temperature ${brief(temperature, 2)} the negative log-likelihood of the ${set} set would be ${brief(negativeLogLikelihood)} instead of ${brief(before)}. Fit it on rows that nothing else was measured on, with fitTemperature of the library; which class is the likeliest does not change.`,
  };
};

/** Some row must be right and some wrong, or no temperature is the best. */
function hasBestTemperature({ targets, logits }: Extract<Measured, { readonly kind: "classification" }>): boolean {
  const guesses = argmax(logits);
  const right = targets.reduce((sum, target, row) => sum + (guesses[row] === target ? 1 : 0), 0);
  const classes = logits.shape[1];
  return right < targets.length && right > targets.length / classes;
}

const imbalance: Rule = ({ classCounts, measured, task }) => {
  if (classCounts === undefined || measured?.kind !== "classification" || task.kind === "regression") return undefined;
  const most = Math.max(...classCounts);
  const matrix = confusionMatrix(measured.targets, argmax(measured.probabilities), { classes: task.classes.length });
  const recalls = matrix.map((counts, own) => ({ own, total: counts.reduce((a, b) => a + b, 0), right: counts[own] }));
  const rare = recalls.filter(({ own, total, right }) => total > 0 && IMBALANCED * classCounts[own] < most && 2 * right < total);
  if (rare.length === 0) return undefined;
  const { own, total, right } = rare.reduce((least, each) =>
    each.right / each.total < least.right / least.total ? each : least,
  );
  return {
    title: "Let rare classes count for more",
    why: `${task.classes[own]} has ${count(classCounts[own])} rows to train on, where the most frequent class has ${count(most)}, and only ${count(right)} of ${count(total)} are recognised. With weights more of them are, and more of the others are taken for them.`,
    option: "--class-weights balanced",
  };
};

const fewRows: Rule = ({ measured, things, counts }) => {
  if (measured === undefined) {
    return {
      title: "Measure it",
      why: `No ${things} were left to test on: nothing here says how good the model is.`,
      option: "--test 0.15",
    };
  }
  if (measured.kind === "regression" || counts.test === 0) return undefined;
  const guesses = argmax(measured.probabilities);
  const wrong = measured.targets.reduce((sum, target, row) => sum + (guesses[row] === target ? 0 : 1), 0);
  const [low, high] = wilson(wrong / measured.rows, measured.rows);
  if (high - low < 0.1) return undefined;
  return {
    title: "Do not trust small differences",
    why: `${count(measured.rows)} ${measured.set} ${things} tell the share of errors to ±${percent((high - low) / 2)} at best: another run that is a little better may have been lucky.`,
  };
};

const perhapsIds: Rule = ({ columns }) => {
  const suspects = columns?.kinds.filter(({ type, reason }) => type === "number" && reason !== undefined).map(({ name }) => name);
  if (!suspects || suspects.length === 0) return undefined;
  return {
    title: "Leave out what only names the rows",
    why: `The whole numbers of ${suspects.join(", ")} are nearly all different, as those of an id are.`,
    option: `--drop-columns ${suspects.map((name) => (/^[\w-]+$/.test(name) ? name : JSON.stringify(name))).join(",")}`,
  };
};

const noDropout: Rule = ({ network }) =>
  network.dropout + network.inputDropout > 0
    ? undefined
    : { title: "Try dropout", why: "Nothing slept in this run.", option: "--dropout 0.2" };

const RULES: readonly Rule[] = [
  stillImproving,
  overfitting,
  underfitting,
  noDropout,
  imbalance,
  miscalibrated,
  perhapsIds,
  fewRows,
];
