import type { Preparation, TableInput } from "../tables/preparation.ts";
import type { TableTask } from "../tables/table-task.ts";
import { formatClock, formatCount, formatPercent, formatSeconds, wrapWords } from "./format.ts";
import { LiveLines } from "./live-lines.ts";
import { fitSegments, formatBar } from "./progress-line.ts";
import type { TableEnd, TableEpoch, TableProgress, TableStart } from "./table-events.ts";
import { measuresText } from "./table-measures.ts";
import type { Terminal } from "./terminal.ts";
import { Throttle } from "./throttle.ts";

/** Shows a training on a table. */
export interface TableReport {
  show(event: TableStart | TableProgress | TableEpoch): void;
  end(end: TableEnd, out: string): void;
  clear(): void;
}

/** An event a line. */
export function jsonTableReport(terminal: Terminal): TableReport {
  const print = (event: object) => terminal.write(`${JSON.stringify(event)}\n`);
  return {
    show(event) {
      if (event.event === "progress") return;
      if (event.event === "epoch") return print(event);
      const { task, preparation, settings, ...rest } = event;
      const { target, kind, classes, table } = task;
      print({ ...rest, target, task: kind, classes, columns: table.kinds, ...settings });
    },
    end: (end, out) => print({ ...end, out }),
    clear() {},
  };
}

/** Epochs between two lines: there are many, and they are short. */
const TOLD = 10;

/** Seconds between two drawings of the line that lives. */
const DRAWN = 0.1;

/** What was found, a line for each tenth epoch, and what came of it; on a screen one more line, that lives. */
export function textTableReport(terminal: Terminal): TableReport {
  const lines = new LiveLines(terminal);
  const throttle = new Throttle(DRAWN);
  const write = (text: string, indent = "") =>
    terminal.write(
      wrapWords(text, Math.max(40, terminal.columns - 1))
        .map((line, index) => `${index ? indent : ""}${line}\n`)
        .join(""),
    );
  return {
    show(event) {
      if (event.event === "start") for (const line of startLines(event)) write(line, "  ");
      else if (event.event === "progress") {
        if (terminal.isLive && throttle.isDue()) lines.draw([progressText(event, terminal)]);
      } else if (event.epoch === 1 || event.epoch % TOLD === 0) {
        lines.clear();
        terminal.write(`${epochText(event)}\n`);
      }
    },
    end(end, out) {
      lines.clear();
      for (const line of endLines(end, out)) write(line, "  ");
    },
    clear: () => lines.clear(),
  };
}

function startLines({
  data,
  rows,
  validationRows,
  testRows,
  task,
  preparation,
  units,
  parameters,
  settings,
}: TableStart): string[] {
  const { dropout, inputDropout, optimizer, learningRate, schedule, batchSize, seed, activation } = settings;
  const held = `${formatCount(validationRows)} to validate on, ${formatCount(testRows)} to test on`;
  const lost = task.table.rows - task.rows.length;
  return [
    `${data}: ${formatCount(rows)} rows to train on, ${held}`,
    ...(lost > 0 ? [`${formatCount(lost)} rows without a target are left out`] : []),
    targetText(task),
    ...contractLines(preparation),
    ...task.table.kinds
      .filter(({ type, reason, name }) => type !== "ignored" && reason && name !== task.target)
      .map(({ name, reason }) => `${name}: ${reason}`),
    `network ${units.join("-")}, ${formatCount(parameters)} parameters; ${activation}, dropout ${dropout}, on the input ${inputDropout}; seed ${seed}`,
    `optimizer ${optimizer}, learning rate ${learningRate}, schedule ${schedule}, ${batchSize} rows a step`,
  ];
}

function targetText({ target, kind, classes }: TableTask): string {
  if (kind === "regression") return `target ${target}: a number (regression)`;
  const shown = classes.length > 12 ? `${classes.slice(0, 12).join(", ")}, …` : classes.join(", ");
  return `target ${target}: ${classes.length} classes (classification): ${shown}`;
}

/** What a preparation asks of a table, by the types of its columns. */
export function contractLines({ inputs, ignored }: Preparation): string[] {
  const named = (type: TableInput["type"]) => inputs.filter((input) => input.type === type).map(({ name }) => name);
  const line = (what: string, names: readonly string[]) => (names.length === 0 ? [] : [`${what}: ${names.join(", ")}`]);
  const lacking = inputs.filter(({ indicator }) => indicator).map(({ name }) => name);
  return [
    ...line("numbers", named("number")),
    ...line("categories", named("category")),
    ...line("vectors", named("vector")),
    ...line("some missing", lacking),
    ...ignored.map(({ name, reason }) => `left out: ${name}: ${reason}`),
  ];
}

/** How far the whole run is: an epoch of a table is over before a bar of its own was seen. */
function progressText(event: TableProgress, { columns, palette }: Pick<Terminal, "columns" | "palette">): string {
  const { phase, epoch, epochs, batch, batches, loss, error, examplesPerSecond, secondsLeft } = event;
  const parts = [
    { text: phase === "refit" ? "on all rows" : "", rank: 3 },
    { text: `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`, rank: 9, paint: palette.strong },
    { text: formatBar((epoch - 1 + batch / batches) / epochs, 12), rank: 4, paint: palette.second },
    { text: `loss ${loss.toFixed(4)}`, rank: 8 },
    { text: error === undefined ? "" : `error ${formatPercent(error)}`, rank: 7 },
    { text: `${formatCount(examplesPerSecond)} rows/s`, rank: 5, paint: palette.faint },
    { text: `at most ${formatClock(secondsLeft)} left`, rank: 6, paint: palette.faint },
  ];
  return fitSegments(parts, columns);
}

function epochText({ phase, epoch, epochs, loss, error, validationLoss, validationError }: TableEpoch): string {
  const share = (name: string, value: number | undefined) =>
    value === undefined ? [] : [`${name} ${(100 * value).toFixed(2)}%`];
  const held = validationLoss === undefined ? [] : [`validation loss ${validationLoss.toFixed(4)}`];
  const parts = [`loss ${loss.toFixed(4)}`, ...share("error", error), ...held, ...share("validation error", validationError)];
  const named = phase === "refit" ? "on all rows, epoch" : "epoch";
  return `${named} ${String(epoch).padStart(String(epochs).length)}/${epochs}   ${parts.join("   ")}`;
}

function endLines({ event, epochs, reason, bestEpoch, refit, validation, test, seconds }: TableEnd, out: string): string[] {
  const early = reason === "patience" ? ", early: the validation loss got no better" : "";
  return [
    `ended after ${epochs} epochs in ${formatSeconds(seconds)}${early}`,
    ...(bestEpoch === undefined || refit ? [] : [`the model is that of epoch ${bestEpoch}, the best`]),
    ...(refit
      ? [
          `epoch ${bestEpoch} was the best: then trained again as long, on all ${formatCount(refit.rows)} rows that are not tested on`,
        ]
      : []),
    ...(validation ? [`validation${refit ? ", before that" : ""}: ${measuresText(validation)}`] : []),
    ...(test ? [`test: ${measuresText(test)}`] : []),
    event === "done" ? `wrote ${out}` : `wrote the model of a finished epoch to ${out}`,
  ];
}
