import { binX, dot, link, rectY, ruleX } from "@observablehq/plot";
import { COLOURS, chart } from "./chart.ts";
import { type Html, html } from "./html.ts";
import { brief, counted, label } from "./numbers.ts";
import type { Measured } from "./run-facts.ts";

type MeasuredNumbers = Extract<Measured, { readonly kind: "regression" }>;

/** Rows that are drawn at most: every n-th. */
const MOST_DOTS = 800;

/** What was predicted beside what is so, and how the differences spread. */
export function residuals({ targets, predictions, set, rows }: MeasuredNumbers, target: string): Html {
  const step = Math.ceil(rows / MOST_DOTS);
  const all = Array.from(targets, (truth, row) => ({ truth, predicted: predictions[row], residual: predictions[row] - truth }));
  const drawn = all.filter((_, row) => row % step === 0);
  const ends = all.flatMap(({ truth, predicted }) => [truth, predicted]).reduce(spanOf, [Infinity, -Infinity] as const);
  const sizes = all.map(({ residual }) => Math.abs(residual)).sort((a, b) => a - b);
  const [half, most] = [0.5, 0.9].map((share) => sizes[Math.min(rows - 1, Math.floor(share * rows))]);
  const scatter = chart({
    description: `Predictions of ${target} beside what it is, for ${drawn.length} rows; half of them are off by less than ${brief(half)}.`,
    x: { label: `${label(target, 24)}: what it is`, ticks: 5, tickFormat: tick, nice: true },
    y: { label: "what is predicted", ticks: 5, grid: true, tickFormat: tick, nice: true },
    marks: [
      link([0], {
        x1: ends[0],
        y1: ends[0],
        x2: ends[1],
        y2: ends[1],
        stroke: COLOURS.faint,
        strokeWidth: 1.5,
        strokeDasharray: "4 3",
      }),
      dot(drawn, { x: "truth", y: "predicted", r: 2, fill: COLOURS.held, fillOpacity: drawn.length > 200 ? 0.4 : 0.7 }),
    ],
  });
  const spread = chart({
    description: `How many rows are off by how much: half by less than ${brief(half)}, nine in ten by less than ${brief(most)}.`,
    x: { label: "predicted less what it is", ticks: 5, tickFormat: tick },
    y: { label: "rows", grid: true, ticks: 5, tickFormat: (value: number) => (value % 1 ? "" : brief(value)) },
    marks: [
      rectY(all, {
        ...binX({ y: "count" }, { x: "residual", thresholds: 24 }),
        fill: COLOURS.held,
        fillOpacity: 0.7,
        inset: 0.5,
      }),
      ruleX([0], { stroke: COLOURS.mark, strokeWidth: 1.5, strokeDasharray: "1 3" }),
    ],
  });
  return html`<section aria-labelledby="residuals">
<h2 id="residuals">How far off it is</h2>
<div class="charts"><figure><figcaption>Predicted and true</figcaption>${scatter}</figure>
<figure><figcaption>Differences</figcaption>${spread}</figure></div>
<p>${counted(rows, "row")} of the ${set} set. Half of the predictions are off by less than <strong>${brief(half)}</strong>, nine in ten by
less than <strong>${brief(most)}</strong>.${step > 1 && ` On the left every ${step}th row is drawn.`}</p>
</section>`;
}

const tick = (value: number) => brief(value);

function spanOf([least, most]: readonly [number, number], value: number): readonly [number, number] {
  return [Math.min(least, value), Math.max(most, value)];
}
