import { barX, link, ruleX, text } from "@observablehq/plot";
import { COLOURS, chart } from "./chart.ts";
import { type Html, html } from "./html.ts";
import { brief, count, counted, label } from "./numbers.ts";
import type { ColumnImportance } from "./permutation-importance.ts";
import type { ReportImportance, RunFacts } from "./run-facts.ts";

/** Columns that are drawn: the most important. */
const MOST_COLUMNS = 12;
const ROW_HEIGHT = 30;

/** Which columns matter: what the loss rises by without each. */
export function importance({ task }: RunFacts, { set, rows, repeats, loss, columns }: ReportImportance): Html {
  const sorted = [...columns].sort((a, b) => b.rise - a.rise);
  const shown = sorted.slice(0, MOST_COLUMNS);
  const others = sorted.slice(MOST_COLUMNS);
  const idle = sorted.filter((column) => !isClear(column));
  const unit = task.kind === "classification" ? "cross-entropy" : "mean squared error, in variances of the target";
  return html`<section aria-labelledby="importance">
<h2 id="importance">Which columns matter</h2>
<div class="beside"><figure><figcaption>Rise of the loss without a column</figcaption>${bars(shown)}</figure>
<div><p>Each column's values were shuffled among ${counted(rows, "row")} of the ${set} set, ${repeats === 1 ? "once" : `${repeats} times`}, and
the loss (${unit}) compared row by row with the ${brief(loss)} that it is otherwise. Strokes are 95% intervals over the rows. Columns that
say the same share what they matter.${others.length > 0 && ` The other ${count(others.length)} columns matter less.`}</p>
${idle.length > 0 && html`<p>Nothing shows that it needs ${idle.length === columns.length ? "any of them" : listOf(idle.map(({ name }) => name))}.</p>`}</div></div>
</section>`;
}

/** Whether a rise is more than chance. */
const isClear = ({ rise, error }: ColumnImportance) => rise - 1.96 * error > 0;

function listOf(names: readonly string[]): string {
  return names.length > 12 ? `${names.slice(0, 12).join(", ")} and ${count(names.length - 12)} more` : names.join(", ");
}

/** A bar for each column, its name above it, where there is room for long ones on a phone's screen too. */
function bars(columns: readonly ColumnImportance[]): Html {
  const rows = columns.map((column, place) => ({
    ...column,
    place: String(place),
    low: column.rise - 1.96 * column.error,
    high: column.rise + 1.96 * column.error,
    title: `${label(column.name, 200)}: ${brief(column.rise)} ± ${brief(1.96 * column.error)}`,
    label: label(column.name, 44),
  }));
  const least = Math.min(0, ...rows.map(({ low }) => low));
  const told = rows.map(({ title }) => title).join("; ");
  return chart({
    description: `Rise of the loss where a column is shuffled: ${told}.`,
    height: rows.length * ROW_HEIGHT + 70,
    marginLeft: 14,
    x: { label: "rise of the loss", grid: true, ticks: 5, nice: true, tickFormat: (value: number) => brief(value) },
    y: { axis: null, domain: rows.map(({ place }) => place), padding: 0.62 },
    marks: [
      barX(rows, { x: "rise", y: "place", fill: COLOURS.held, fillOpacity: 0.75, dy: 5, title: "title" }),
      link(rows, { x1: "low", x2: "high", y1: "place", y2: "place", stroke: COLOURS.mark, strokeWidth: 1.5, dy: 5 }),
      ruleX([0], { stroke: COLOURS.faint }),
      text(rows, { x: () => Math.max(0, least), y: "place", text: "label", dx: 4, dy: -9, textAnchor: "start" }),
    ],
  });
}
