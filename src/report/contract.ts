import type { ColumnKind } from "../tables/column-types.ts";
import type { Preparation, TableInput } from "../tables/preparation.ts";
import { type Html, html } from "./html.ts";
import { brief, count, counted, label } from "./numbers.ts";

/** Columns that are listed at most. */
const MOST_COLUMNS = 100;
const MOST_LEVELS = 8;

/** What the model takes: the columns of the table, what was made of them, and which were left out and why. */
export function contract({
  preparation,
  kinds,
}: {
  readonly preparation: Preparation;
  readonly kinds: readonly ColumnKind[];
}): Html {
  const { inputs, ignored } = preparation;
  const missing = new Map(kinds.map((kind) => [kind.name, kind.missing]));
  const shown = inputs.slice(0, MOST_COLUMNS);
  const row = (input: TableInput) =>
    html`<tr><th scope="row">${input.name}</th><td>${madeOf(input)}${gaps(input, missing.get(input.name) ?? 0)}</td></tr>`;
  return html`<section aria-labelledby="contract">
<h2 id="contract">What it takes</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Columns"><table>
<thead><tr><th scope="col">column</th><th scope="col">what is made of it</th></tr></thead>
<tbody>${shown.map(row)}</tbody>
</table></div>
${inputs.length > shown.length && html`<p>And ${counted(inputs.length - shown.length, "column")} more.</p>`}
${ignored.length > 0 && html`<h3>Left out</h3><ul>${ignored.map(({ name, reason }) => html`<li><strong>${name}</strong>: ${reason}</li>`)}</ul>`}
<p>All of this is in the model's file. Columns are found by their names, in whatever order; what is not as here is told.</p>
</section>`;
}

/** What is made of a column, in words. */
export function madeOf(input: TableInput): string {
  if (input.type === "number") return `a number, standardised: mean ${brief(input.mean)}, deviation ${brief(input.deviation)}`;
  if (input.type === "vector") return `${counted(input.mean.length, "number")}, each standardised`;
  const { levels } = input;
  const named = levels.slice(0, MOST_LEVELS).map((level) => label(level, 30));
  const rest = levels.length - named.length;
  return `one of ${named.join(", ")}${rest > 0 ? ` and ${count(rest)} more` : ""}`;
}

/** What stands where nothing does. */
function gaps(input: TableInput, missing: number): string {
  if (missing === 0 && !input.indicator) return "";
  return `; ${count(missing)} missing: ${fillOf(input)} stands there${input.indicator ? ", beside an input that says so" : ""}`;
}

/** The value that stands for a missing one, in words. */
export function fillOf(input: TableInput): string {
  if (input.type === "number") return `${brief(input.fill)} (the median)`;
  return input.type === "category" ? label(input.levels[input.fill], 30) : "the mean";
}
