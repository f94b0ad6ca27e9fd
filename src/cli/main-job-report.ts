import { formatClock, formatCount, formatPercent, formatSeconds, wrapWords } from "./format.ts";
import { LiveLines } from "./live-lines.ts";
import {
  type MainJobEnd,
  type MainJobEpoch,
  type MainJobEvent,
  type MainJobProgress,
  type MainJobStart,
  NETWORKS,
} from "./main-job-events.ts";
import { mainJobSummary } from "./main-job-summary.ts";
import { fitSegments, formatBar } from "./progress-line.ts";
import type { Terminal } from "./terminal.ts";
import { Throttle } from "./throttle.ts";

/** Shows the main job while it runs, and what came of it. */
export interface MainJobReport {
  show(event: MainJobEvent): void;
  end(end: MainJobEnd): void;
  clear(): void;
}

const DRAWN = 0.1;
const WRITTEN = 0.5;

/** One event per line. */
export function mainJobJson(terminal: Terminal): MainJobReport {
  const throttle = new Throttle(WRITTEN);
  const print = (event: object) => terminal.write(`${JSON.stringify(event)}\n`);
  return {
    show: (event) => (event.event !== "progress" || throttle.isDue() ? print(event) : undefined),
    end: print,
    clear() {},
  };
}

const NAME_WIDTH = Math.max(...NETWORKS.map((name) => name.length));

/** Both networks side by side: a line per epoch, on a screen two that live below, and the summary. */
export function mainJobText(terminal: Terminal): MainJobReport {
  const lines = new LiveLines(terminal);
  const throttle = new Throttle(DRAWN);
  const latest = new Map<string, MainJobProgress | MainJobEpoch>();
  let epochRow: MainJobEpoch[] = [];

  const draw = () => {
    if (terminal.isLive) lines.draw(NETWORKS.map((name) => networkLine(name, latest.get(name), terminal)));
  };
  return {
    show(event) {
      if (event.event === "start") {
        terminal.write(startText(event, Math.min(terminal.columns - 1, 80)));
        return draw();
      }
      latest.set(event.network, event);
      if (event.event === "progress") {
        if (throttle.isDue()) draw();
        return;
      }
      epochRow.push(event);
      if (epochRow.length === NETWORKS.length) {
        lines.above(epochText(epochRow));
        epochRow = [];
      }
      draw();
    },
    end(end) {
      lines.clear();
      terminal.write(mainJobSummary(end, terminal));
    },
    clear: () => lines.clear(),
  };
}

function startText({ data, rows, testRows, units, seed, dropout, inputDropout }: MainJobStart, columns: number): string {
  const share = (rate: number) => formatPercent(rate, 0);
  const text = `${data}: ${formatCount(rows)} images to learn from, ${formatCount(testRows)} to be tested on. The network ${units.join("-")} learns them twice from the same initial weights (seed ${seed}): once with every neuron awake, once with dropout, where ${share(inputDropout)} of the inputs and ${share(dropout)} of the hidden neurons sleep, others for each image.`;
  const heading = `${"test error".padEnd(13)}${NETWORKS.map((name) => `   ${name}`).join("")}`;
  return [...wrapWords(text, columns), "", heading, ""].join("\n");
}

/** A line of the table of test errors, under its heading. */
function epochText(row: readonly MainJobEpoch[]): string {
  const [{ epoch, epochs }] = row;
  const label = `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`.padEnd(13);
  const cells = row.map(({ network, testError }) => `   ${formatPercent(testError).padStart(network.length)}`);
  return `${label}${cells.join("")}   ${formatSeconds(row.reduce((sum, { seconds }) => sum + seconds, 0))}\n`;
}

/** What one network is doing. */
export function networkLine(
  name: string,
  event: MainJobProgress | MainJobEpoch | undefined,
  { columns, palette }: Pick<Terminal, "columns" | "palette">,
): string {
  const paint = name === NETWORKS[0] ? palette.first : palette.second;
  const named = { text: name.padEnd(NAME_WIDTH), rank: 9, paint };
  if (event === undefined) return fitSegments([named, { text: "waits", rank: 1, paint: palette.faint }], columns);
  const { epoch, epochs, loss } = event;
  const training = event.event === "progress";
  const parts = [
    named,
    { text: `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`, rank: 8 },
    { text: formatBar(training ? event.batch / event.batches : 1, 10), rank: 5, paint },
    { text: `loss ${loss.toFixed(4)}`, rank: 7 },
    { text: training ? `${formatClock(event.secondsLeft)} left` : `test error ${formatPercent(event.testError)}`, rank: 6 },
    { text: training ? `${formatCount(event.examplesPerSecond)} examples/s` : "", rank: 4, paint: palette.faint },
  ];
  return fitSegments(parts, columns);
}
