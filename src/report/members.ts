import { dot, lineY } from "@observablehq/plot";
import { COLOURS, chart, legend } from "./chart.ts";
import { type Html, html } from "./html.ts";
import { brief, count, percent } from "./numbers.ts";
import type { ReportMember, ReportMembers, RunFacts } from "./run-facts.ts";

/** How the members of an ensemble learned, a curve for each, and what each is worth alone. */
export function members(facts: RunFacts, { all, set, refitRows }: ReportMembers): Html {
  const isHeld = all.some(({ curve }) => curve.some(({ heldLoss }) => heldLoss !== undefined));
  const pointsOf = ({ curve }: ReportMember) =>
    curve.map(({ epoch, loss, heldLoss }) => ({ epoch, loss: isHeld ? heldLoss : loss }));
  const what = isHeld ? `loss of the ${facts.held} rows, with nothing asleep` : "loss in training, with dropout";
  const best = all.flatMap((member) => pointsOf(member).filter(({ epoch }) => epoch === member.bestEpoch));
  const bestLosses = best.flatMap(({ loss }) => loss ?? []);
  const svg = chart({
    description: `The ${what}, of each of ${all.length} members. In its best epoch it is ${brief(Math.min(...bestLosses))} to ${brief(Math.max(...bestLosses))}.`,
    x: {
      label: "epoch",
      domain: [1, Math.max(2, ...all.map(({ epochs }) => epochs))],
      ticks: 6,
      tickFormat: (epoch: number) => (epoch % 1 ? "" : `${epoch}`),
    },
    y: { label: null, grid: true, ticks: 5, tickFormat: (loss: number) => brief(loss), nice: true },
    marks: [
      ...all.map((member) =>
        lineY(pointsOf(member), { x: "epoch", y: "loss", stroke: COLOURS.held, strokeOpacity: 0.5, strokeWidth: 1.5 }),
      ),
      dot(best, { x: "epoch", y: "loss", r: 3.5, fill: "var(--card)", stroke: COLOURS.mark, strokeWidth: 2 }),
    ],
  });
  const again =
    refitRows === undefined
      ? ""
      : ` Then each was trained again, from its first weights, for as many epochs as its best, on all ${count(refitRows)} rows that are not tested on.`;
  return html`<section aria-labelledby="members">
<h2 id="members">How its members learned</h2>
${legend([[`${what}: a curve for each member`, "held"]])}
<div class="beside"><figure><figcaption>Loss</figcaption>${svg}</figure>
<div><p>The circles are best epochs. The members differ by their seeds alone: by first weights, by the order of the rows and by who sleeps.${again} What the rest of
this page says is of the ensemble, the mean of what its members predict.</p>
${table(facts, all, set)}</div></div>
</section>`;
}

function table({ task }: RunFacts, all: readonly ReportMember[], set: string): Html {
  const isClasses = task.kind === "classification";
  const isMeasured = all.every(({ alone }) => alone !== undefined);
  const told = (value: number) => (isClasses ? percent(value) : brief(value));
  const name = isClasses ? `wrong alone, ${set}` : `root mean square error alone, ${set}`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Members"><table>
<thead><tr><th scope="col" class="number">member</th><th scope="col" class="number">best epoch</th>${
    isMeasured && html`<th scope="col" class="number">${name}</th>`
  }</tr></thead>
<tbody>${all.map(
    ({ bestEpoch, epochs, alone = 0 }, place) =>
      html`<tr><td class="number">${place + 1}</td><td class="number">${bestEpoch} of ${epochs}</td>${
        isMeasured && html`<td class="number">${told(alone)}</td>`
      }</tr>`,
  )}</tbody>
</table></div>`;
}
