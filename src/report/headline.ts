import { argmax } from "../metrics/accuracy.ts";
import { mae, r2, rmse } from "../metrics/regression.ts";
import { calibrationError, wilson } from "./calibration.ts";
import { type Html, html } from "./html.ts";
import { brief, count, percent } from "./numbers.ts";
import type { Measured, ReportMembers, RunFacts } from "./run-facts.ts";

/** A number, what it is, and what it means. */
interface Headline {
  readonly value: string;
  readonly name: string;
  readonly meaning: string;
}

/** The numbers to look at first, each with its meaning in words. */
export function headlines(facts: RunFacts): Html {
  const { measured } = facts;
  const { members } = facts;
  const lines = [
    ...(measured === undefined ? [] : ofMeasured(facts, measured)),
    ...(members ? ofMembers(facts, members) : ofRun(facts)),
  ];
  return html`<section aria-label="In short"><dl class="cards">${lines.map(
    ({ value, name, meaning }) => html`<div class="card"><dt>${name}</dt><dd><strong>${value}</strong> ${meaning}</dd></div>`,
  )}</dl></section>`;
}

function ofMeasured(facts: RunFacts, measured: Measured): Headline[] {
  return measured.kind === "classification" ? ofClasses(facts, measured) : ofNumbers(facts, measured);
}

function ofClasses(facts: RunFacts, measured: Extract<Measured, { readonly kind: "classification" }>): Headline[] {
  const { things } = facts;
  const { targets, probabilities, rows, set } = measured;
  const guesses = argmax(probabilities);
  const wrong = targets.reduce((sum, target, row) => sum + (guesses[row] === target ? 0 : 1), 0);
  const [low, high] = wilson(wrong / rows, rows);
  const guess = mostFrequent(facts, measured);
  const { error, chance } = calibrationError(measured);
  const unsure = `${count(wrong)} of ${count(rows)} ${set} ${things}; of others like them, ${percent(low)} to ${percent(high)} (95%).`;
  return [
    {
      name: "Wrong",
      value: percent(wrong / rows),
      meaning: `${unsure}${guess ? ` Always saying ${guess.name} would be wrong in ${percent(guess.error)}.` : ""}`,
    },
    {
      name: "Off in how sure it is",
      value: percent(error),
      meaning: `Mean distance of how sure it says to be from how often it is right (expected calibration error). Chance alone: ${percent(chance)}.`,
    },
  ];
}

/** What guessing comes to: always the class that training has most of. */
function mostFrequent(
  { classCounts, task }: RunFacts,
  { targets }: Extract<Measured, { readonly kind: "classification" }>,
): { readonly name: string; readonly error: number } | undefined {
  if (classCounts === undefined || task.kind === "regression") return undefined;
  const most = classCounts.indexOf(Math.max(...classCounts));
  const wrong = targets.reduce((sum, target) => sum + (target === most ? 0 : 1), 0);
  return { name: task.classes[most], error: wrong / targets.length };
}

function ofNumbers({ task }: RunFacts, measured: Extract<Measured, { readonly kind: "regression" }>): Headline[] {
  const { targets, predictions, rows, set } = measured;
  const isConstant = targets.every((value) => value === targets[0]);
  const explained = isConstant ? undefined : r2(targets, predictions);
  return [
    {
      name: "Off by, in the mean",
      value: brief(mae(targets, predictions)),
      meaning: `In the units of ${task.target}, over ${count(rows)} ${set} rows; root of the mean square ${brief(rmse(targets, predictions))}.`,
    },
    ...(explained === undefined
      ? []
      : [
          {
            name: "Explained",
            value: explained < 0 ? "nothing" : percent(explained),
            meaning: `Of the variance of ${task.target} (R² ${brief(explained)}). Always saying the mean would explain 0%.`,
          },
        ]),
  ];
}

/** What the members are worth alone, and how long they learned. */
function ofMembers({ task, network, seconds, mostEpochs }: RunFacts, { all, set }: ReportMembers): Headline[] {
  const alone = all.flatMap(({ alone }) => alone ?? []);
  const mean = alone.reduce((sum, value) => sum + value, 0) / alone.length;
  const told = task.kind === "classification" ? percent : (value: number) => brief(value);
  const [least, most] = [Math.min(...alone), Math.max(...alone)];
  const epochs = all.map(({ bestEpoch }) => bestEpoch);
  return [
    ...(alone.length === 0
      ? []
      : [
          {
            name: "One member alone",
            value: told(mean),
            meaning: `${task.kind === "classification" ? "Wrong" : "Root of the mean square error"} in the mean over the ${all.length} members, on the same ${set} rows: from ${told(least)} to ${told(most)}.`,
          },
        ]),
    {
      name: "Members",
      value: count(all.length),
      meaning: `Networks of ${count(network.parameters)} parameters. Their best epochs are ${Math.min(...epochs)} to ${Math.max(...epochs)}, ${count(mostEpochs)} at most; in ${brief(seconds)} seconds.`,
    },
  ];
}

function ofRun({ epochs, bestEpoch, mostEpochs, refit, seconds, network, things }: RunFacts): Headline[] {
  const skipped = epochs.reduce((sum, epoch) => sum + epoch.skipped, 0) / Math.max(1, epochs.length);
  const kept = bestEpoch ?? epochs.length;
  const again = refit ? `; then ${count(refit.epochs)} on all ${count(refit.rows)} ${things} that are not tested on` : "";
  return [
    {
      name: "Epochs",
      value: count(kept),
      meaning: `${bestEpoch === undefined ? "Of" : "The best of"} ${count(epochs.length)} that were trained, ${count(mostEpochs)} at most${again}, in ${brief(seconds)} seconds.`,
    },
    {
      name: "Work skipped",
      value: percent(skipped),
      meaning: `Of the multiply-adds of training: units that slept or were silent, and zero inputs. ${count(network.parameters)} parameters.`,
    },
  ];
}
