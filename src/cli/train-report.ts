import type { LearningRateEvent } from "../model/fit-events.ts";
import { formatClock, formatCount, formatPercent, formatSeconds, wrapWords } from "./format.ts";
import { LiveLines } from "./live-lines.ts";
import { fitSegments, formatBar } from "./progress-line.ts";
import type { Terminal } from "./terminal.ts";
import { Throttle } from "./throttle.ts";
import type { TrainEnd, TrainEpoch, TrainEvent, TrainProgress, TrainStart } from "./train-events.ts";

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
      } else if (event.event !== "progress" || throttle.isDue()) print(event);
    },
    end: (end, out) => print({ ...end, out }),
    clear() {},
  };
}

/** A line per epoch; on a screen one more, that lives. */
export function textReport(terminal: Terminal): TrainReport {
  const lines = new LiveLines(terminal);
  const throttle = new Throttle(DRAWN);
  // Where it is not a screen that breaks long lines, nothing is left out.
  const columns = () => (terminal.isLive ? terminal.columns : Number.POSITIVE_INFINITY);
  return {
    show(event) {
      if (event.event === "start") terminal.write(wrapLines(startText(event), columns()));
      else if (event.event === "progress") {
        if (terminal.isLive && throttle.isDue()) lines.draw([progressLine(event, terminal)]);
      } else {
        lines.clear();
        terminal.write(`${event.event === "epoch" ? epochLine(event, columns()) : learningRateLine(event)}\n`);
      }
    },
    end(end, out) {
      lines.clear();
      terminal.write(wrapLines(endText(end, out), columns()));
    },
    clear: () => lines.clear(),
  };
}

const wrapLines = (text: string, columns: number) =>
  text
    .split("\n")
    .flatMap((line) => (line === "" ? line : wrapWords(line, columns)))
    .join("\n");

function startText({
  data,
  rows,
  validationRows,
  testRows,
  image,
  classes = [],
  units,
  parameters,
  settings,
  warnings = [],
}: TrainStart): string {
  const held = validationRows > 0 ? `, ${formatCount(validationRows)} to validate on` : "";
  const tested = testRows > 0 ? `${formatCount(testRows)} to test on` : "no test set";
  const { activation, dropoutKind, dropout, inputDropout, scaling, optimizer, learningRate, schedule, warmup } = settings;
  const kind = { dropout: "dropout", gaussian: "Gaussian dropout", alpha: "alpha dropout", standout: "standout" }[dropoutKind];
  const moving = settings.dropoutSchedule === undefined ? "" : `, ${settings.dropoutSchedule}`;
  const rates = `${kind} ${dropout}, on the input ${inputDropout}${moving}${scaling === "standard" ? ", standard scaling" : ""}`;
  const warm = warmup > 0 ? ` after ${formatCount(warmup)} steps of warm-up` : "";
  return [
    `${data}: ${formatCount(rows)} images of ${image.join(" x ")} to train on${held}, ${tested}`,
    ...(classes.length > 0 ? [`${classes.length} classes: ${classNames(classes)}`] : []),
    `network ${units.join("-")}, ${formatCount(parameters)} parameters; ${activation}; seed ${settings.seed}`,
    rates,
    `optimizer ${optimizer}, learning rate ${learningRate}, schedule ${schedule}${warm}`,
    ...warnings.map(({ message }) => `warning: ${message}`),
    "",
  ].join("\n");
}

const MOST_NAMES = 12;

const classNames = (classes: readonly string[]) =>
  [...classes.slice(0, MOST_NAMES), ...(classes.length > MOST_NAMES ? ["…"] : [])].join(", ");

const countedEpoch = (epoch: number, epochs: number) => `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;

export function epochLine(event: TrainEpoch, columns: number): string {
  const { epoch, epochs, loss, error, validationLoss, validationError, testError, seconds } = event;
  const share = (name: string, value: number | null | undefined) =>
    value === undefined || value === null ? "" : `${name} ${formatPercent(value).padStart(6)}`;
  const parts = [
    { text: countedEpoch(epoch, epochs), rank: 9 },
    { text: `loss ${loss.toFixed(4)}`, rank: 4 },
    { text: share("error", error), rank: 6 },
    { text: validationLoss === undefined ? "" : `validation loss ${validationLoss.toFixed(4)}`, rank: 5 },
    { text: share("validation error", validationError), rank: 7 },
    { text: share("test error", testError), rank: 8 },
    ...metricsOf(event).map((text) => ({ text, rank: 3 })),
    { text: formatSeconds(seconds), rank: 2 },
  ];
  return fitSegments(parts, columns);
}

/** Metrics that were asked for: `test f1 0.9812`. Losses and errors have lines of their own. */
function metricsOf(event: TrainEpoch | TrainEnd): string[] {
  return Object.entries(event).flatMap(([key, value]) => {
    const [, set, name] = /^(validation|test)(?!Loss$|Error$)(.+)$/.exec(key) ?? [];
    return set ? [`${set} ${name[0].toLowerCase()}${name.slice(1)} ${Number(value).toFixed(4)}`] : [];
  });
}

function learningRateLine({ epoch, factor }: LearningRateEvent): string {
  const share = Number(factor.toPrecision(3));
  return `after epoch ${epoch} the learning rate is ${share} of the schedule's: the validation loss is on a plateau`;
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

const counted = (count: number, one: string) => `${count} ${count === 1 ? one : `${one}s`}`;

export function endText(end: TrainEnd, out: string): string {
  const { event, epochs, error, reason, bestEpoch, validationError, testError, skipped, seconds } = end;
  const early = reason === "patience" ? ", early: the validation loss got no better" : "";
  const measures = [
    ...(testError === null ? [`training error ${formatPercent(error)}`] : []),
    ...(validationError === undefined ? [] : [`validation error ${formatPercent(validationError)}`]),
    ...(testError === null ? [] : [`test error ${formatPercent(testError)}`]),
    ...metricsOf(end),
  ];
  const wrote =
    event === "done" ? `wrote ${out}` : `wrote the model of the ${bestEpoch ? "best" : "last"} finished epoch to ${out}`;
  return [
    `ended after ${counted(epochs, "epoch")} in ${formatSeconds(seconds)}${early}`,
    ...(bestEpoch === undefined ? [] : [`the model is that of epoch ${bestEpoch}, the best`]),
    `${measures.join(", ")}; ${formatPercent(skipped, 0)} of the multiply-adds skipped`,
    wrote,
    "",
  ].join("\n");
}
