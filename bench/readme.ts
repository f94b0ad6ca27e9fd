import { digits, formatSeconds } from "./report.ts";
import type { Results } from "./results.ts";

const BEGIN = "<!-- bench:begin -->";
const END = "<!-- bench:end -->";

/** The table of a run in Markdown: the suites of these names, one table a case, and what it was measured on. */
export function benchMarkdown({ machine, cases }: Results, suites: readonly string[]): string {
  const shown = suites.flatMap((name) => cases.filter(({ suite }) => suite === name));
  const details = new Map(shown.flatMap(({ rows }) => rows.map(({ version, detail }) => [version, detail])));
  const versions = [...details].map(([version, detail]) => (detail ? `${version} (${detail})` : version)).join(", ");
  const tables = shown.map(({ title, unit, rows }) =>
    [
      `**${title}**`,
      "",
      `| | time of a ${unit} | × drowse | middle half of the rounds |`,
      "|---|--:|--:|--:|",
      ...rows.map(({ version, what, seconds, ratio }, index) => {
        const spread = index === 0 ? "" : `${digits(ratio.lower)} to ${digits(ratio.upper)}`;
        return `| ${version}, ${what} | ${formatSeconds(seconds.median)} | ${digits(ratio.median)} | ${spread} |`;
      }),
    ].join("\n"),
  );
  const where = `Measured on ${machine.date} on ${machine.cores} cores of ${machine.processor}: ${versions}.`;
  return [...tables, `${where} Medians; contestants took turns in one run: \`npm run bench\`.`].join("\n\n");
}

/**
 * Puts a text between the markers of a document.
 * @throws {Error} where the document has not both of them, in order
 */
export function replaceBetweenMarkers(document: string, text: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new Error(`bench: the README lacks ${BEGIN} or, after it, ${END}; add them where the table is to stand`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${document.slice(end)}`;
}
