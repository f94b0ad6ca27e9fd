import { type Advice, adviceFor } from "./advice.ts";
import { calibration } from "./calibration.ts";
import { confusion } from "./confusion-table.ts";
import { contract } from "./contract.ts";
import { headlines } from "./headline.ts";
import { Html, html } from "./html.ts";
import { importance } from "./importance.ts";
import { learningCurves } from "./learning-curves.ts";
import { count } from "./numbers.ts";
import { residuals } from "./residuals.ts";
import type { RunFacts } from "./run-facts.ts";
import { sleeping } from "./sleeping.ts";
import { STYLE } from "./style.ts";

/**
 * A run as a page of its own: one file of HTML without scripts, that loads nothing. Its policy lets in its one sheet and nothing else.
 * @example
 * await writeFile("report.html", await reportPage(facts));
 */
export async function reportPage(facts: RunFacts): Promise<string> {
  const { data, version, task, counts, things, measured, columns } = facts;
  const parts = [
    headlines(facts),
    learningCurves(facts),
    measured?.kind === "classification" && confusion(facts, measured),
    measured?.kind === "regression" && residuals(measured, task.target),
    measured?.kind === "classification" && calibration(facts, measured),
    facts.importance && importance(facts, facts.importance),
    sleeping(facts),
    next(adviceFor(facts)),
    columns && contract(columns),
    again(facts),
  ];
  const what = task.kind === "regression" ? `${task.target}, a number` : `${task.target}, one of ${task.classes.length} classes`;
  const split = `${count(counts.training)} ${things} to train on, ${count(counts.validation)} to validate on, ${count(counts.test)} to test on`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${await sourceHash(STYLE)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${data}: ${task.target} · drowse</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><h1>${data}</h1>
<p>It learned to predict ${what}. ${split}. Network ${facts.network.units.join("-")}, ${facts.network.activation}, dropout ${facts.network.dropout}${
    facts.network.inputDropout > 0 && `, on the input ${facts.network.inputDropout}`
  }.</p></header>
<main>
${parts}
</main>
<footer><p>drowse ${version}. Nothing on this page leads anywhere, or loads anything.</p></footer>
</body>
</html>
`;
  return page.text;
}

function next(advice: readonly Advice[]): Html {
  const item = ({ title, why, option }: Advice) =>
    html`<li><strong>${title}</strong>${option !== undefined && html`: <code>${option}</code>`}<p>${why}</p></li>`;
  return html`<section aria-labelledby="next">
<h2 id="next">What to try next</h2>
${advice.length === 0 ? html`<p>Nothing stands out.</p>` : html`<ul class="advice">${advice.map(item)}</ul>`}
</section>`;
}

function again({ command, weightsHash }: RunFacts): Html {
  return html`<section aria-labelledby="again">
<h2 id="again">How to repeat it</h2>
<pre>${command}</pre>
<p>With the same data this ends in the same bits, on any machine and for any number of threads. SHA-256 of the weights:</p>
<pre>${weightsHash}</pre>
</section>`;
}

/** A source as a Content-Security-Policy names it: by its SHA-256 in base 64. */
async function sourceHash(source: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source)));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}
