import { dot, link, ruleX, text } from "@observablehq/plot";
import { answerOf, type ComparedVariant } from "../study/compare.ts";
import type { PairedDifference } from "../study/paired.ts";
import { COLOURS, chart } from "./chart.ts";
import { answerText, type ComparedTask, comparedRows, differenceText, likelihoodText } from "./compare-words.ts";
import { type Html, html } from "./html.ts";
import { brief, count, counted } from "./numbers.ts";
import { pageOf } from "./shell.ts";

/** A comparison that has ended. */
export interface CompareFacts {
  readonly data: string;
  readonly version: string;
  readonly task: ComparedTask;
  readonly rows: number;
  readonly folds: number;
  readonly repeats: number;
  readonly hidden: readonly number[];
  readonly compared: readonly ComparedVariant[];
  readonly command: string;
}

/** A comparison as a page of its own. */
export function comparePage(facts: CompareFacts): Promise<string> {
  const { data, version, task, rows, folds, repeats, hidden, compared, command } = facts;
  const header = html`<h1>Does dropout help on ${data}?</h1>
<p>Predicting ${task.target} of ${count(rows)} rows by networks of ${hidden.length === 0 ? "no hidden layer" : hidden.join("-")}: ${counted(compared.length, "variant")} on
the same ${folds} folds, ${repeats === 1 ? "once" : `${repeats} times with others`}, each from the same first weights.</p>`;
  const [heading, ...body] = comparedRows(task, compared);
  const table = html`<div class="scroll" tabindex="0" role="region" aria-label="All variants"><table>
<thead><tr>${heading.map((name, column) => html`<th scope="col" class="${column > 0 ? "number" : ""}">${name}</th>`)}</tr></thead>
<tbody>${body.map(([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`)}</tbody>
</table></div>`;
  const main = [
    html`<section aria-labelledby="answer"><h2 id="answer">The answer</h2>
<p>${answerText(task, answerOf(compared, "error"), compared.length)}</p>
<p>${likelihoodText(answerOf(compared, "negativeLogLikelihood"))}</p></section>`,
    html`<section aria-labelledby="differences"><h2 id="differences">Beside no dropout</h2>
<div class="beside"><figure><figcaption>${task.kind === "classification" ? "Points of errors, less or more" : "Root mean squared error, less or more"}</figcaption>${differences(task, compared)}</figure>
<div><p>Each dot is the mean difference to the same network without dropout, fold by fold, and its stroke the 95% interval. Left of the
line dropout is better; a stroke that crosses the line may be chance.</p>
<p>Folds share rows to train on and are not independent, for which the intervals are corrected (Nadeau and Bengio 2003). They make no
allowance for choosing the best of several.</p></div></div></section>`,
    html`<section aria-labelledby="all"><h2 id="all">All of it</h2>${table}
<p>Means over the rows held out, each of which is measured on once a repeat, with nothing asleep.</p></section>`,
    html`<section aria-labelledby="again"><h2 id="again">How to repeat it</h2><pre>${command}</pre></section>`,
  ];
  return pageOf({ title: `Does dropout help on ${data}?`, header, main, version });
}

function differences(task: ComparedTask, compared: readonly ComparedVariant[]): Html {
  const scale = task.kind === "classification" ? 100 : 1;
  const rows = compared.flatMap(({ name, errorDifference }) => {
    if (!errorDifference) return [];
    const { mean, low, high } = errorDifference;
    return [
      {
        name,
        mean: scale * mean,
        low: scale * low,
        high: scale * high,
        told: `${name}: ${differenceText(task, errorDifference as PairedDifference)}`,
      },
    ];
  });
  return chart({
    description: `Differences to no dropout with 95% intervals. ${rows.map(({ told }) => told).join("; ")}.`,
    height: rows.length * 38 + 70,
    marginLeft: 14,
    x: {
      label: task.kind === "classification" ? "points" : "difference",
      grid: true,
      ticks: 5,
      nice: true,
      tickFormat: (value: number) => brief(value),
    },
    y: { axis: null, type: "band", domain: rows.map(({ name }) => name) },
    marks: [
      ruleX([0], { stroke: COLOURS.mark }),
      link(rows, {
        x1: "low",
        x2: "high",
        y1: "name",
        y2: "name",
        stroke: COLOURS.held,
        strokeOpacity: 0.5,
        strokeWidth: 4,
        dy: 5,
      }),
      dot(rows, { x: "mean", y: "name", r: 5, fill: COLOURS.held, dy: 5, title: "told" }),
      text(rows, { frameAnchor: "left", y: "name", text: "name", dx: 0, dy: -9, textAnchor: "start" }),
    ],
  });
}
