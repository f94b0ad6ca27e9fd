import { type Advice, adviceFor } from "./advice.ts";
import { calibration } from "./calibration.ts";
import { confusion } from "./confusion-table.ts";
import { contract } from "./contract.ts";
import { headlines } from "./headline.ts";
import { type Html, html } from "./html.ts";
import { importance } from "./importance.ts";
import { learningCurves } from "./learning-curves.ts";
import { members } from "./members.ts";
import { count } from "./numbers.ts";
import { residuals } from "./residuals.ts";
import type { RunFacts } from "./run-facts.ts";
import { pageOf } from "./shell.ts";
import { sleeping } from "./sleeping.ts";

/**
 * A run as a page of its own.
 * @example
 * await writeFile("report.html", await reportPage(facts));
 */
export async function reportPage(facts: RunFacts): Promise<string> {
  const { data, version, task, counts, things, measured, columns } = facts;
  const parts = [
    headlines(facts),
    learningCurves(facts),
    facts.members && members(facts, facts.members),
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
  const { units, activation, dropout, inputDropout } = facts.network;
  const kind = facts.members ? `An ensemble of ${facts.members.all.length} networks` : "Network";
  const network = `${kind} ${units.join("-")}, ${activation}, dropout ${dropout}${inputDropout > 0 ? `, on the input ${inputDropout}` : ""}.`;
  const header = html`<h1>${data}</h1>
<p>It learned to predict ${what}. ${split}. ${network}</p>`;
  return pageOf({ title: `${data}: ${task.target}`, header, main: parts, version });
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
