import { formatClock, formatCount, formatPercent, formatSeconds } from "./format.ts";
import { LiveLines } from "./live-lines.ts";
import { fitSegments, formatBar } from "./progress-line.ts";
import type { Terminal } from "./terminal.ts";
import { Throttle } from "./throttle.ts";
import type { TrainEnd, TrainEpoch, TrainEvent, TrainProgress, TrainStart } from "./train-run.ts";

/** Shows what happens while a network trains. */
export interface TrainReport {
  show(event: TrainEvent): void;
  /** The end, with the folder that was written. */
  end(end: TrainEnd, out: string): void;
  /** Takes what is drawn over off the screen. */
  clear(): void;
}

/** Progress is drawn at most ten times a second, and written at most twice. */
const DRAWN = 0.1;
const WRITTEN = 0.5;

/** One event per line. */
export function jsonReport(terminal: Terminal): TrainReport {
  const throttle = new Throttle(WRITTEN);
  const print = (event: object) => terminal.write(`${JSON.stringify(event)}\n`);
  return {
    show(event) {
      if (event.event === "start") {
        const { settings, ...rest } = event;
        print({ ...rest, ...settings });
      } else if (event.event === "epoch" || throttle.isDue()) print(event);
    },
    end: (end, out) => print({ ...end, out }),
    clear() {},
  };
}

/** A line per epoch; on a screen one more, that lives. */
export function textReport(terminal: Terminal): TrainReport {
  const lines = new LiveLines(terminal);
  const throttle = new Throttle(DRAWN);
  return {
    show(event) {
      if (event.event === "start") terminal.write(startText(event));
      else if (event.event === "epoch") {
        lines.clear();
        // Where it is not a screen that breaks long lines, nothing is left out.
        terminal.write(`${epochLine(event, terminal.isLive ? terminal.columns : Number.POSITIVE_INFINITY)}\n`);
      } else if (terminal.isLive && throttle.isDue()) lines.draw([progressLine(event, terminal)]);
    },
    end(end, out) {
      lines.clear();
      terminal.write(endText(end, out));
    },
    clear: () => lines.clear(),
  };
}

function startText({ data, rows, testRows, image, units, parameters, settings }: TrainStart): string {
  const tested = testRows > 0 ? `${formatCount(testRows)} to test on` : "no test set";
  const { dropout, inputDropout, scaling } = settings;
  const rates = `dropout ${dropout}, on the input ${inputDropout}${scaling === "standard" ? ", standard scaling" : ""}`;
  return [
    `${data}: ${formatCount(rows)} images of ${image.join(" x ")} to train on, ${tested}`,
    `network ${units.join("-")}, ${formatCount(parameters)} parameters; ${rates}; seed ${settings.seed}`,
    "",
  ].join("\n");
}

const countedEpoch = (epoch: number, epochs: number) => `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;

export function epochLine({ epoch, epochs, loss, error, testError, seconds }: TrainEpoch, columns: number): string {
  const parts = [
    { text: countedEpoch(epoch, epochs), rank: 5 },
    { text: `loss ${loss.toFixed(4)}`, rank: 2 },
    { text: `error ${formatPercent(error).padStart(6)}`, rank: 3 },
    { text: testError === null ? "" : `test error ${formatPercent(testError).padStart(6)}`, rank: 4 },
    { text: formatSeconds(seconds), rank: 1 },
  ];
  return fitSegments(parts, columns);
}

export function progressLine(event: TrainProgress, { columns, palette }: Pick<Terminal, "columns" | "palette">): string {
  const { epoch, epochs, batch, batches, loss, error, examplesPerSecond, secondsLeft } = event;
  const parts = [
    { text: countedEpoch(epoch, epochs), rank: 9, paint: palette.strong },
    { text: formatBar(batch / batches, 6), rank: 4, paint: palette.second },
    { text: `loss ${loss.toFixed(4)}`, rank: 8 },
    { text: `error ${formatPercent(error)}`, rank: 7 },
    { text: `${formatCount(examplesPerSecond)} examples/s`, rank: 5, paint: palette.faint },
    { text: `${formatClock(secondsLeft)} left`, rank: 6, paint: palette.faint },
  ];
  return fitSegments(parts, columns);
}

function endText({ event, epochs, error, testError, seconds }: TrainEnd, out: string): string {
  const measure = testError === null ? `training error ${formatPercent(error)}` : `test error ${formatPercent(testError)}`;
  const after = `after ${epochs} ${epochs === 1 ? "epoch" : "epochs"} in ${formatSeconds(seconds)}`;
  const wrote = event === "done" ? `wrote ${out}` : `wrote the model of the last finished epoch to ${out}`;
  return `${measure} ${after}\n${wrote}\n`;
}
