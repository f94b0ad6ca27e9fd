import { braillePlot } from "./braille-plot.ts";
import { formatCount, formatPercent, formatSeconds, wrapWords } from "./format.ts";
import type { MainJobEnd, NetworkResult } from "./main-job-run.ts";
import type { Palette } from "./paint.ts";
import { formatTable } from "./table.ts";

/** Characters of the drawing where the screen has more, and lines of its canvas. */
const WIDEST = 80;
const PLOT_ROWS = 12;

/** What the main job found: a table, a drawing of both curves, and what they show in words. */
export function mainJobSummary(end: MainJobEnd, { columns, palette }: { columns: number; palette: Palette }): string {
  const width = Math.min(columns - 1, WIDEST);
  const note = `Nothing sleeps when errors are measured. The training error is that of the first ${formatCount(end.measuredRows)} training images, the test error that of ${formatCount(end.testRows)} images which neither network has learned from.`;
  return [
    "",
    ...resultTable(end.networks),
    "",
    ...wrapWords(note, width),
    "",
    ...braillePlot({
      curves: end.networks.map(({ network, testErrors }, index) => ({
        label: network,
        values: testErrors.map((error) => 100 * error),
        stroke: index === 0 ? "dashed" : "solid",
        paint: index === 0 ? palette.first : palette.second,
      })),
      title: "test error, %",
      across: "epoch",
      columns: width,
      rows: PLOT_ROWS,
      format: (value) => formatPercent(value / 100),
    }),
    "",
    ...wrapWords(mainJobSentence(end), width),
    "",
  ].join("\n");
}

function resultTable(networks: readonly NetworkResult[]): string[] {
  const row = (label: string, cell: (result: NetworkResult) => string) => [label, ...networks.map(cell)];
  return formatTable([
    row("", ({ network }) => network),
    row("training error", ({ trainingError }) => formatPercent(trainingError)),
    row("test error", ({ testError }) => formatPercent(testError)),
    row("gap", ({ gap }) => formatPercent(gap)),
    row("training time", ({ seconds }) => formatSeconds(seconds)),
  ]);
}

/** What is seen, in plain words; also where it is not what one hopes for. */
export function mainJobSentence({ networks: [without, withDropout], testRows }: MainJobEnd): string {
  const mistakes = ({ testError }: NetworkResult) => Math.round(testError * testRows);
  const [before, after] = [mistakes(without), mistakes(withDropout)];
  const fewer = before - after;
  const some = (count: number) => `${formatCount(count)} ${count === 1 ? "mistake" : "mistakes"}`;
  if (fewer <= 0) {
    const equal = fewer === 0 ? `both networks make ${some(after)}` : `the network with dropout makes ${some(after)}, that without ${before}`;
    return `On the test images ${equal}: with so few epochs, or with this seed, dropout has not paid off. It slows learning down and wants more epochs.`;
  }
  const cost =
    withDropout.trainingError > without.trainingError
      ? `, although it knows the training images less well (${formatPercent(withDropout.trainingError)} wrong against ${formatPercent(without.trainingError)})`
      : "";
  return `With dropout the network makes ${some(after)} on the ${formatCount(testRows)} test images, ${formatCount(fewer)} fewer than without it${cost}: it has learned less by heart and more that holds for new images.`;
}
