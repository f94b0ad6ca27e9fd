import { lineY, type Markish } from "@observablehq/plot";
import { COLOURS, chart, epochAxis, legend } from "./chart.ts";
import { type Html, html } from "./html.ts";
import { percent } from "./numbers.ts";
import type { RunFacts } from "./run-facts.ts";

/** How much slept, and what of the work fell away with it. */
export function sleeping(facts: RunFacts): Html | undefined {
  const { epochs } = facts;
  if (epochs.length === 0) return undefined;
  const mean = epochs.reduce((sum, { skipped }) => sum + skipped, 0) / epochs.length;
  const rates = epochs.filter(({ rate }) => rate !== undefined);
  const points = epochs.length === 1 ? [epochs[0], { ...epochs[0], epoch: 2 }] : epochs;
  const curve = (y: string, stroke: string, dashes?: string): Markish =>
    lineY(points, { x: "epoch", y, stroke, strokeWidth: 2, ...(dashes ? { strokeDasharray: dashes } : {}) });
  const svg = chart({
    description: `Over the epochs ${percent(mean)} of the multiply-adds were skipped in the mean${rates.length > 0 ? `; the rate of dropout was ${percent(rates[0].rate ?? 0)} in the first epoch and ${percent(rates[rates.length - 1].rate ?? 0)} in the last` : ""}.`,
    x: epochAxis(epochs[epochs.length - 1].epoch),
    y: { label: null, domain: [0, 1], grid: true, ticks: 5, tickFormat: (share: number) => `${Math.round(100 * share)}%` },
    marks: [...(rates.length > 0 ? [curve("rate", COLOURS.training, "5 3")] : []), curve("skipped", COLOURS.held)],
  });
  const keys = [
    ["multiply-adds that were skipped", "held"] as const,
    ...(rates.length > 0 ? [["hidden units that slept", "training"] as const] : []),
  ];
  return html`<section aria-labelledby="sleeping">
<h2 id="sleeping">Who slept, and what that saved</h2>
${legend(keys)}
<div class="beside"><figure><figcaption>Over the epochs</figcaption>${svg}</figure>
<div><p>${percent(mean)} of the multiply-adds of training were skipped, because a factor was zero. ${skippedWhy(facts)}</p></div></div>
</section>`;
}

/** What is zero. */
function skippedWhy({ network: { dropout }, rateMoves, things }: RunFacts): string {
  const inputs = things === "images" ? "black pixels" : "inputs that are zero, as those of categories mostly are";
  const silent = `units that were awake and yet silent, as rectifiers are below zero, and ${inputs}`;
  if (dropout === 0) return `What is skipped are ${silent}.`;
  const rate = `A hidden unit slept with the probability ${dropout}${rateMoves ? ", moved by its schedule" : ""}`;
  return `${rate}; what is skipped beside that are ${silent}.`;
}
