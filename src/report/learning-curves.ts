import { dot, lineY, type Markish, ruleX, text } from "@observablehq/plot";
import { COLOURS, chart, epochAxis, legend } from "./chart.ts";
import { type Html, html } from "./html.ts";
import { brief, count, counted, percent } from "./numbers.ts";
import type { ReportEpoch, RunFacts } from "./run-facts.ts";

/** Points that a curve is drawn of at most. */
const MOST_POINTS = 400;
/** Epochs up to which each is a dot too. */
const FEW = 25;

/** Loss, and of classes errors, of training and of the rows held out, epoch by epoch. */
export function learningCurves(facts: RunFacts): Html | undefined {
  const { epochs, held, task, bestEpoch, refit } = facts;
  if (epochs.length === 0) return undefined;
  const hasHeld = epochs.some(({ heldLoss }) => heldLoss !== undefined);
  const keys = [
    ["training, with dropout", "training"] as const,
    ...(hasHeld ? [[`${held}, with nothing asleep`, "held"] as const] : []),
    ...(bestEpoch === undefined ? [] : [[refit ? "the best epoch" : "the best epoch, which was kept", "mark"] as const]),
  ];
  const words = html`<p>${inWords(facts)}</p>`;
  const losses = figure(facts, { title: "Loss", training: "loss", held: "heldLoss", format: (value) => brief(value) });
  const drawn =
    task.kind === "regression"
      ? html`<div class="beside">${losses}<div>${words}</div></div>`
      : html`<div class="charts">${losses}
${figure(facts, { title: "Errors", training: "error", held: "heldError", format: percent })}</div>
${words}`;
  return html`<section aria-labelledby="curves">
<h2 id="curves">How it learned</h2>
${legend(keys)}
${drawn}
</section>`;
}

interface Curves {
  readonly title: string;
  readonly training: "loss" | "error";
  readonly held: "heldLoss" | "heldError";
  readonly format: (value: number) => string;
}

function figure({ epochs, held: set, bestEpoch }: RunFacts, { title, training, held, format }: Curves): Html {
  const points = thinned(epochs, bestEpoch);
  const curve = (name: keyof ReportEpoch, stroke: string, dashes?: string): Markish[] => {
    const known = points.filter((point) => point[name] !== undefined);
    const options = { x: "epoch", y: name };
    return [
      lineY(known, { ...options, stroke, strokeWidth: 2, ...(dashes ? { strokeDasharray: dashes } : {}) }),
      ...(epochs.length > FEW ? [] : [dot(known, { ...options, fill: stroke, r: 2.5 })]),
    ];
  };
  const last = epochs[epochs.length - 1];
  const best = epochs.find(({ epoch }) => epoch === bestEpoch);
  const kept = best ?? last;
  const [ofTraining, ofHeld] = [kept[training], kept[held]];
  const told = [
    `${title} over ${epochs.length} epochs.`,
    `In epoch ${kept.epoch} ${ofTraining === undefined ? "" : `${format(ofTraining)} in training`}`,
    ...(ofHeld === undefined ? [] : [`and ${format(ofHeld)} in ${set}`]),
  ];
  const svg = chart({
    description: `${told.join(" ")}.`,
    x: epochAxis(last.epoch),
    y: { label: null, grid: true, ticks: 5, tickFormat: format, zero: training === "error", nice: true },
    marks: [
      ...(bestEpoch === undefined
        ? []
        : [ruleX([bestEpoch], { stroke: COLOURS.mark, strokeWidth: 1.5, strokeDasharray: "1 3" })]),
      ...curve(training, COLOURS.training, "5 3"),
      ...curve(held, COLOURS.held),
      ...(best?.[held] === undefined
        ? []
        : [
            dot([best], { x: "epoch", y: held, r: 4, fill: "var(--card)", stroke: COLOURS.held, strokeWidth: 2 }),
            text([best], {
              x: "epoch",
              frameAnchor: "top",
              text: () => `epoch ${best.epoch}: ${format(best[held] as number)}`,
              ...beside(best, last),
            }),
          ]),
    ],
  });
  return html`<figure><figcaption>${title}</figcaption>${svg}</figure>`;
}

/** A label stands on the side of its line where there is room. */
function beside({ epoch }: ReportEpoch, last: ReportEpoch) {
  const isLate = epoch > last.epoch / 2;
  return {
    dx: isLate ? -5 : 5,
    dy: -16,
    textAnchor: isLate ? ("end" as const) : ("start" as const),
    fontWeight: 600,
    fill: COLOURS.mark,
  };
}

/** Every n-th epoch of a long run, with the best and the last. */
function thinned(epochs: readonly ReportEpoch[], bestEpoch: number | undefined): readonly ReportEpoch[] {
  const step = Math.ceil(epochs.length / MOST_POINTS);
  return epochs.filter(({ epoch }, index) => index % step === 0 || epoch === bestEpoch || index === epochs.length - 1);
}

function inWords({ epochs, bestEpoch, mostEpochs, reason, refit, held, network, things }: RunFacts): string {
  const ended: Readonly<Record<string, string>> = {
    patience: `It ended after epoch ${epochs.length}, as the loss of the ${held} rows got no better any more.`,
    epochs: `All ${mostEpochs} epochs were trained.`,
    aborted: `It was stopped after epoch ${epochs.length} of ${mostEpochs}.`,
    diverged: `It was stopped after epoch ${epochs.length}, because a number was no longer finite.`,
  };
  const kept = refit
    ? ` Epoch ${bestEpoch} was the best. The model was then trained again, from the first weights, on all ${count(refit.rows)} ${things} that are not tested on, for ${counted(refit.epochs, "epoch")}: it has seen the ${held} ${things} too. What this page says of them was measured before that.`
    : bestEpoch === undefined
      ? ""
      : ` The model has the weights of epoch ${bestEpoch}.`;
  const asleep =
    network.dropout > 0 || network.inputDropout > 0
      ? " The curve of training is measured while units sleep, so it may lie above the other."
      : "";
  return `${ended[reason] ?? `It ended after epoch ${epochs.length}.`}${kept}${asleep}`;
}
