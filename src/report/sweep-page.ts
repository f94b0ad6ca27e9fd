import type { Choice } from "../study/choice.ts";
import type { Importance } from "../study/importance.ts";
import type { PairedDifference } from "../study/paired.ts";
import { ratesOf } from "../study/settings.ts";
import type { Parameters, Value } from "../study/space.ts";
import type { Objective, SweepRequest, SweptTrial } from "../study/sweep.ts";
import { escapeHtml, type Scatter, type ScatterPoint, scatterSvg } from "./scatter.ts";
import { sweepStyle } from "./sweep-style.ts";

/** All that the page of a sweep shows. */
export interface SweepPage {
  /** Of the data. */
  readonly name: string;
  readonly request: SweepRequest;
  readonly trials: readonly SweptTrial[];
  readonly choice: Choice;
  readonly importances: readonly Importance[];
  readonly withoutDropout?: PairedDifference | undefined;
  /** What each trial took, by its number. */
  readonly seconds: ReadonlyMap<number, number>;
  readonly version: string;
}

const OBJECTIVES: Readonly<Record<Objective, string>> = {
  loss: "validation loss",
  error: "validation error",
  negativeLogLikelihood: "negative log-likelihood",
  calibrationError: "calibration error",
};

/** What is to be small, in words. */
export const objectiveText = (objective: Objective) => OBJECTIVES[objective];

/** `inputDropout` as `input dropout`. */
export const settingText = (name: string) =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/(\D)(\d)/, "$1 $2");

/** A number as a table has it. */
export const valueText = (value: Value) => (typeof value === "number" ? String(Number(value.toPrecision(3))) : String(value));

/** `dropout 1 0.31, learning rate 0.00172`. */
export const parametersText = (parameters: Parameters) =>
  Object.entries(parameters)
    .map(([name, value]) => `${settingText(name)} ${valueText(value)}`)
    .join(", ");

/** What is to be said of the same configuration with nothing asleep; differences are ours - theirs, and less is better. */
export function dropoutText(difference: PairedDifference | undefined, objective: Objective): string {
  if (!difference) return "The best configuration has no dropout: it does not help here.";
  const { mean, low, high } = difference;
  const interval = `${objectiveText(objective)} ${signed(mean)} (95% interval ${signed(low)} to ${signed(high)})`;
  if (high < 0)
    return `Dropout helps: ${interval} beside the same network with nothing asleep, on folds that the search has not seen.`;
  const verdict = low > 0 ? "Dropout does harm here" : "It is not certain that dropout helps here";
  return `${verdict}: ${interval} beside the same network with nothing asleep, on folds that the search has not seen.`;
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toPrecision(2)}`;

const LEGEND = `<p class="legend"><span class="key best">the best</span> <span class="key full">trained to the end, with the standard error over the folds</span>
<span class="key open">given up early</span> <span class="key mean">local mean, with the band where it lies with 95%</span>
<span class="key above">small, at the upper edge: above the drawing</span></p>`;

/** A page that needs nothing beside itself: what was found, the value against each rate and setting, what matters, and time. */
export function sweepPage(page: SweepPage): string {
  const { name, request, trials, choice, importances, withoutDropout, version } = page;
  const { folds, repeats } = request.resampling;
  const states = (["complete", "pruned", "failed"] as const).map(
    (state) => `${trials.filter((one) => one.state === state).length} ${state}`,
  );
  const repeated = repeats > 1 ? `${repeats} × ` : "";
  const lead = `${trials.length} trials (${states.join(", ")}) by ${request.sampler.name}, each on the same ${repeated}${folds} folds; seed ${request.seed}.`;
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(name)}: how much dropout</title>`,
    `<style>${sweepStyle}</style>\n</head>\n<body>\n<header>`,
    `<h1>How much dropout: ${escapeHtml(name)}</h1>`,
    `<p>${escapeHtml(lead)}</p>\n</header>\n<main>`,
    `<section>\n<p class="answer">${escapeHtml(dropoutText(withoutDropout, request.objective))}</p>`,
    `${choiceTable(choice, request)}\n</section>`,
    "<section>\n<h2>Against each setting</h2>",
    LEGEND,
    `<div class="drawings">${settingScatters(page).map(scatterSvg).join("\n")}</div>\n</section>`,
    "<section>\n<h2>What matters</h2>",
    `${importanceTable(importances)}\n</section>`,
    "<section>\n<h2>Time against worth</h2>",
    `<div class="drawings">${scatterSvg(timeScatter(page))}</div>\n</section>`,
    "<section>\n<h2>All trials</h2>",
    `${trialTable(page)}\n</section>`,
    `</main>\n<footer><p>drowse ${escapeHtml(version)}</p></footer>\n</body>\n</html>\n`,
  ].join("\n");
}

const valued = (trials: readonly SweptTrial[]) => trials.filter(({ value }) => value !== undefined);

function pointOf(trial: SweptTrial, x: number, { best }: Choice): ScatterPoint {
  const { number, value = 0, standardError, parameters, state } = trial;
  const look = number === best.number ? "best" : state === "complete" ? "full" : "open";
  return { x, y: value, half: standardError, look, label: `trial ${number}: ${valueText(value)}; ${parametersText(parameters)}` };
}

/** A drawing for each number that is searched, rates first. */
function settingScatters({ request, trials, choice }: SweepPage): Scatter[] {
  const { space, objective } = request;
  const rates = ratesOf(space);
  const numeric = Object.keys(space).filter((name) => space[name].kind !== "categorical");
  const names = [...rates, ...numeric.filter((name) => !rates.includes(name))].filter((name) => numeric.includes(name));
  return names.flatMap((name) => {
    const distribution = space[name];
    if (distribution.kind === "categorical") return [];
    const points = valued(trials).map((trial) => pointOf(trial, Number(trial.parameters[name]), choice));
    const { low: from, high: to, log = false } = distribution;
    const what = settingText(name);
    return [{ title: what, across: what, up: objectiveText(objective), points, from, to, log, band: true }];
  });
}

function timeScatter({ request, trials, choice, seconds }: SweepPage): Scatter {
  const points = valued(trials).map((trial) => pointOf(trial, seconds.get(trial.number) ?? 0, choice));
  const to = Math.max(...points.map(({ x }) => x));
  return { title: "seconds of a trial", across: "seconds", up: objectiveText(request.objective), points, from: 0, to };
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="wide" tabindex="0"><table>\n<thead>${row(heading, "th")}</thead>\n<tbody>${rows.map((cells) => row(cells, "td")).join("\n")}</tbody>\n</table></div>`;
}

const valueWithError = ({ value, standardError }: SweptTrial) =>
  value === undefined ? "" : `${value.toPrecision(4)}${standardError === undefined ? "" : ` ± ${standardError.toPrecision(2)}`}`;

function choiceTable({ best, simplest }: Choice, { space, objective }: SweepRequest): string {
  const names = Object.keys(space);
  const line = (what: string, trial: SweptTrial) => [
    what,
    String(trial.number),
    valueWithError(trial),
    ...names.map((name) => valueText(trial.parameters[name])),
  ];
  const heading = ["", "trial", objectiveText(objective), ...names.map(settingText)];
  return table(heading, [line("best", best), line("simplest within one standard error", simplest)]);
}

function importanceTable(importances: readonly Importance[]): string {
  if (importances.length === 0) return "<p>There are too few trials to say.</p>";
  const rest = Math.max(0, 1 - importances.reduce((sum, { share }) => sum + share, 0));
  const lines = [
    ...importances.map(({ name, share }) => [settingText(name), share] as const),
    ["settings together", rest] as const,
  ];
  const rows = lines.map(([name, share]) => {
    const percent = (100 * share).toFixed(0);
    return `<tr><td>${escapeHtml(name)}</td><td>${percent}%</td><td class="bar"><span style="width:${percent}%"></span></td></tr>`;
  });
  return `<table class="importances"><caption>Share of the variance over the space (functional analysis of variance of a random forest)</caption>\n${rows.join("\n")}</table>`;
}

function trialTable({ request, trials, seconds }: SweepPage): string {
  const names = Object.keys(request.space);
  const ordered = [...trials].sort(
    (a, b) => Number(a.state !== "complete") - Number(b.state !== "complete") || (a.value ?? Infinity) - (b.value ?? Infinity),
  );
  const rows = ordered.map((trial) => [
    String(trial.number),
    trial.state,
    valueWithError(trial),
    ...names.map((name) => valueText(trial.parameters[name])),
    `${trial.folds.length}`,
    (seconds.get(trial.number) ?? 0).toFixed(2),
  ]);
  return table(["trial", "state", objectiveText(request.objective), ...names.map(settingText), "folds", "seconds"], rows);
}
