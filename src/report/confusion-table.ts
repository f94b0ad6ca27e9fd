import { argmax } from "../metrics/accuracy.ts";
import { confusionMatrix } from "../metrics/confusion-matrix.ts";
import { type Html, html } from "./html.ts";
import { count, counted, percent } from "./numbers.ts";
import type { Measured, RunFacts } from "./run-facts.ts";

type MeasuredClasses = Extract<Measured, { readonly kind: "classification" }>;

/** Classes up to which the whole matrix is shown, and of more the pairs that are taken for each other most often. */
const MOST_CLASSES = 20;
const MOST_PAIRS = 15;
/** Shades of a cell. */
const SHADES = 8;

/** Which class was taken for which. */
export function confusion(facts: RunFacts, measured: MeasuredClasses): Html {
  const { classes } = facts.task as { readonly classes: readonly string[] };
  const matrix = confusionMatrix(measured.targets, argmax(measured.probabilities), { classes: classes.length });
  return html`<section aria-labelledby="confusion">
<h2 id="confusion">Which class is taken for which</h2>
${classes.length <= MOST_CLASSES ? whole(matrix, classes) : pairs(matrix, classes)}
<p>${counted(measured.rows, facts.things.slice(0, -1))} of the ${measured.set} set. ${hardest(matrix, classes)}</p>
</section>`;
}

function whole(matrix: readonly (readonly number[])[], classes: readonly string[]): Html {
  const row = (counts: readonly number[], own: number) => {
    const total = counts.reduce((sum, value) => sum + value, 0);
    const shade = (value: number) => (total === 0 ? 0 : Math.ceil((SHADES * value) / total));
    return html`<tr><th scope="row">${classes[own]}</th>${counts.map(
      (value, other) =>
        html`<td class="${value === 0 ? "" : other === own ? `right${shade(value)}` : `wrong${shade(value)}`}">${count(value)}</td>`,
    )}<td class="rate">${total === 0 ? "–" : percent(counts[own] / total)}</td></tr>`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Counts of classes and predictions">
<table class="confusion">
<thead><tr><th scope="col">it is ↓ taken for →</th>${classes.map((name) => html`<th scope="col">${name}</th>`)}<th scope="col">right</th></tr></thead>
<tbody>${matrix.map(row)}</tbody>
</table></div>`;
}

function pairs(matrix: readonly (readonly number[])[], classes: readonly string[]): Html {
  const wrong = matrix.flatMap((counts, own) =>
    counts.flatMap((value, other) => (value > 0 && other !== own ? [{ own, other, value }] : [])),
  );
  wrong.sort((a, b) => b.value - a.value);
  if (wrong.length === 0) return html`<p>None was taken for another.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Classes taken for others most often"><table>
<thead><tr><th scope="col">it is</th><th scope="col">taken for</th><th scope="col" class="number">times</th></tr></thead>
<tbody>${wrong.slice(0, MOST_PAIRS).map(({ own, other, value }) => html`<tr><td>${classes[own]}</td><td>${classes[other]}</td><td class="number">${count(value)}</td></tr>`)}</tbody>
</table></div>`;
}

/** The class that is recognised least often. */
function hardest(matrix: readonly (readonly number[])[], classes: readonly string[]): string {
  const recalls = matrix.flatMap((counts, own) => {
    const total = counts.reduce((sum, value) => sum + value, 0);
    return total === 0 ? [] : [{ own, recall: counts[own] / total, total }];
  });
  const worst = recalls.reduce((least, each) => (each.recall < least.recall ? each : least), recalls[0]);
  if (worst.recall === 1) return "All of them are recognised.";
  return `The hardest to recognise is ${classes[worst.own]}: ${percent(worst.recall)} of ${count(worst.total)}.`;
}
