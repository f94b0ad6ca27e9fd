import { braillePlot } from "./braille-plot.ts";
import { defaults } from "./defaults.ts";
import { formatCount, formatPercent, formatSeconds, wrapWords } from "./format.ts";
import type { MainJobEnd, NetworkResult } from "./main-job-events.ts";
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
    row("work skipped", ({ skipped }) => formatPercent(skipped, 0)),
    row("training time", ({ seconds }) => formatSeconds(seconds)),
  ]);
}

const mistakes = ({ testError }: NetworkResult, testRows: number) => Math.round(testError * testRows);

/** What is seen, in plain words; also where it is not what one hopes for. */
export function mainJobSentence({ networks: [without, withDropout], testRows }: MainJobEnd): string {
  const [before, after] = [mistakes(without, testRows), mistakes(withDropout, testRows)];
  const fewer = before - after;
  const some = (count: number) => `${formatCount(count)} ${count === 1 ? "mistake" : "mistakes"}`;
  if (fewer <= 0) {
    const both =
      fewer === 0 ? `both networks make ${some(after)}` : `dropout makes ${some(after)}, and without it there are ${before}`;
    return `On the ${formatCount(testRows)} test images ${both}: here dropout has not paid off. It slows learning down and wants more epochs.`;
  }
  const cost =
    withDropout.trainingError > without.trainingError
      ? `, although it knows the training images less well (${formatPercent(withDropout.trainingError)} wrong against ${formatPercent(without.trainingError)})`
      : "";
  return `With dropout the network makes ${some(after)} on the ${formatCount(testRows)} test images, ${formatCount(fewer)} fewer than without it${cost}: it has learned less by heart and more that holds for new images.`;
}

/** What the network with dropout is to reach on MNIST. */
const TARGET = 0.016;

/** What the result falls short of, in a sentence; undefined where it reaches all it should. */
export function mainJobShortfall({ data, epochs, networks: [without, withDropout], testRows }: MainJobEnd): string | undefined {
  const [before, after] = [mistakes(without, testRows), mistakes(withDropout, testRows)];
  const lacks = [
    ...(data === "mnist" && after > Math.floor(TARGET * testRows)
      ? [`its test error is ${formatPercent(withDropout.testError)}, and should be ${formatPercent(TARGET)} or less`]
      : []),
    ...(after >= before ? [`it makes ${after} mistakes, and should make fewer than the ${before} of the one without`] : []),
  ];
  if (lacks.length === 0) return undefined;
  const short = epochs < defaults.mainJobEpochs ? `train longer: ${defaults.mainJobEpochs} epochs do` : "try another seed";
  return `main job: the network with dropout falls short after ${epochs} ${epochs === 1 ? "epoch" : "epochs"}: ${lacks.join("; ")}; ${short}`;
}
