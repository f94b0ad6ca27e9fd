import type { QueueNote } from "../queue/notes.ts";
import { dropoutText, objectiveText, parametersText, settingText, valueText } from "../report/sweep-page.ts";
import type { SweepEvent, SweepRequest } from "../study/sweep.ts";
import { formatClock, formatCount, formatSeconds, wrapWords } from "./format.ts";
import { LiveLines } from "./live-lines.ts";
import { fitSegments, formatBar } from "./progress-line.ts";
import type { SweepEnd, SweepStart, ToldTrial } from "./sweep-events.ts";
import { PAGE_FILE } from "./sweep-run.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { Throttle } from "./throttle.ts";

/** Shows a sweep. */
export interface SweepReport {
  start(start: SweepStart): void;
  hear(event: SweepEvent): void;
  note(note: QueueNote): void;
  confirming(): void;
  end(end: SweepEnd): void;
  /** Takes what is drawn over off the screen. */
  clear(): void;
}

/** An event a line. Trainings of a trial are told with it, when it is over. */
export function jsonSweepReport(terminal: Terminal): SweepReport {
  const print = (event: object) => terminal.write(`${JSON.stringify(event)}\n`);
  return {
    start({ task, request, ...rest }) {
      const { sampler, ...asked } = request;
      const { target, kind, rows } = task;
      print({ ...rest, rows: rows.length, target, task: kind, ...asked, sampler: sampler.name });
    },
    hear(event) {
      if (event.event !== "trial") return;
      const { number, ...rest } = event;
      print({ ...rest, event: "trial", trial: number });
    },
    note: (note) => print({ event: "queue", ...note }),
    confirming() {},
    end: print,
    clear() {},
  };
}

/** A line for each trial; on a screen one more, that lives. */
export function textSweepReport(terminal: Terminal): SweepReport {
  const lines = new LiveLines(terminal);
  const throttle = new Throttle(0.1);
  const tally = new Tally();
  const write = (text: string) => {
    const wrapped = text.split("\n").flatMap((line) => wrapWords(line, Math.max(40, terminal.columns - 1)));
    terminal.write(`${wrapped.join("\n")}\n`);
  };
  /** @param gone - it was taken off the screen for something else, and stands there again. */
  const draw = (gone = false) => {
    if (terminal.isLive && (throttle.isDue() || gone)) lines.draw([tally.line(terminal)]);
  };
  return {
    start(start) {
      tally.begin(start);
      for (const line of startLines(start)) write(line);
    },
    hear(event) {
      tally.hear(event);
      if (event.event !== "trial") return draw();
      lines.clear();
      terminal.write(
        `${trialLine(event, terminal.isLive ? terminal.columns : Number.POSITIVE_INFINITY, tally.isBest(event.number))}\n`,
      );
      draw(true);
    },
    note({ message }) {
      lines.clear();
      write(`queue: ${message}`);
      draw(true);
    },
    confirming() {
      lines.clear();
      if (terminal.isLive) lines.draw(["the best beside the same with nothing asleep, on other folds"]);
    },
    end(end) {
      lines.clear();
      const columns = terminal.isLive ? terminal.columns - 1 : Number.POSITIVE_INFINITY;
      for (const line of endLines(end, tally.request, columns)) terminal.write(`${line}\n`);
    },
    clear: () => lines.clear(),
  };
}

/** What has happened, in numbers. */
class Tally {
  #start: SweepStart | undefined;
  #begun = performance.now();
  #running = 0;
  #folds = 0;
  readonly #counts = { complete: 0, pruned: 0, failed: 0 };
  #best: { number: number; value: number } | undefined;

  begin(start: SweepStart): void {
    this.#start = start;
    this.#begun = performance.now();
  }

  get request(): SweepRequest {
    if (!this.#start) throw new Error("the sweep has not begun");
    return this.#start.request;
  }

  isBest(number: number): boolean {
    return this.#best?.number === number;
  }

  hear(event: SweepEvent): void {
    if (event.event === "begin") this.#running++;
    if (event.event === "fold") this.#folds++;
    if (event.event !== "trial") return;
    this.#running = Math.max(0, this.#running - 1);
    this.#counts[event.state]++;
    const { number, state, value = Number.POSITIVE_INFINITY } = event;
    if (state === "complete" && value < (this.#best?.value ?? Number.POSITIVE_INFINITY)) this.#best = { number, value };
  }

  line({ columns, palette }: Terminal): string {
    const { trials } = this.request;
    const { complete, pruned, failed } = this.#counts;
    const [over, known] = [complete + pruned + failed, this.#start?.known.trials ?? 0];
    const share = (over + known) / trials;
    const passed = (performance.now() - this.#begun) / 1000;
    const left = over > 0 ? (passed / over) * (trials - known - over) : undefined;
    return fitSegments(
      [
        { text: `${over + known}/${trials} trials`, rank: 9, paint: palette.strong },
        { text: formatBar(share, 12), rank: 4, paint: palette.second },
        { text: `${this.#running} running`, rank: 6 },
        { text: pruned > 0 ? `${pruned} pruned` : "", rank: 5 },
        { text: this.#best ? `best ${this.#best.value.toPrecision(4)}` : "", rank: 8, paint: palette.first },
        { text: left === undefined ? `${this.#folds} trainings` : `${formatClock(left)} left`, rank: 7, paint: palette.faint },
      ],
      columns,
    );
  }
}

function startLines({ data, task, request, workers, queue, known, out }: SweepStart): string[] {
  const { folds, repeats } = request.resampling;
  const target = task.kind === "regression" ? "a number" : `${task.classes.length} classes`;
  const times = repeats > 1 ? `${repeats} x ` : "";
  const lag = request.sampler.looks || request.pruning === "median" ? `, each looks at those ${request.lag} behind` : "";
  return [
    `${data}: ${formatCount(task.rows.length)} rows; target ${task.target}: ${target}`,
    `${request.trials} trials by ${request.sampler.name}, pruning ${request.pruning}, on ${times}${folds} folds${lag}; seed ${request.seed}`,
    `searched: ${Object.keys(request.space).map(settingText).join(", ")}; what is to be small: ${objectiveText(request.objective)}`,
    `${queue ? `queue ${queue}` : `${workers} threads`}; journal ${out}/journal.jsonl`,
    ...(known.folds > 0 ? [`goes on: ${known.trials} trials and ${known.folds} trainings are there already`] : []),
    ...(request.pruning === "asynchronousHalving"
      ? ["asynchronous halving depends on which trial is faster: another run may differ"]
      : []),
  ];
}

function trialLine(event: Extract<SweepEvent, { event: "trial" }>, columns: number, isBest: boolean): string {
  const { number, state, value, standardError, parameters, seconds } = event;
  const worth =
    value === undefined ? "" : `${value.toFixed(4)}${standardError === undefined ? "" : ` ± ${standardError.toFixed(4)}`}`;
  return fitSegments(
    [
      { text: `trial ${String(number).padStart(3)}`, rank: 9 },
      { text: state.padEnd(8), rank: 6 },
      { text: worth.padEnd(17), rank: 8 },
      { text: parametersText(parameters), rank: 3 },
      { text: formatSeconds(seconds), rank: 4 },
      { text: isBest ? "best so far" : "", rank: 5 },
    ],
    columns,
  );
}

function endLines(
  { complete, pruned, failed, best, simplest, withoutDropout, importances, model, out, seconds }: SweepEnd,
  request: SweepRequest,
  columns: number,
): string[] {
  const names = Object.keys(request.space);
  const line = (what: string, { trial, value, standardError = 0, parameters }: ToldTrial) => [
    what,
    String(trial),
    `${value.toFixed(4)} ± ${standardError.toFixed(4)}`,
    ...names.map((name) => valueText(parameters[name])),
  ];
  const heading = ["", "trial", objectiveText(request.objective), ...names.map(settingText)];
  const matters = importances.map(({ name, share }) => `${settingText(name)} ${(100 * share).toFixed(0)}%`).join(", ");
  const [one, other] = [line("best", best), line("simplest", simplest)];
  const standing = (...rows: string[][]) => formatTable(heading.map((_, column) => rows.map((row) => row[column])));
  // On a narrow screen it stands on end, with a line for each setting; on a very narrow one in two.
  const tables = [
    formatTable([heading, one, other]),
    standing(heading, one, other),
    [...standing(heading, one), "", ...standing(heading, other)],
  ];
  const table = tables.find(([first]) => first.length <= columns) ?? tables[2];
  const prose = [
    "simplest: the fewest weights, then the smallest rates, within one standard error of the best",
    dropoutText(withoutDropout, request.objective),
    ...(matters === "" ? [] : [`what matters, as a share of the variance: ${matters}`]),
    ...(model
      ? [`the best, trained on all rows for ${model.epochs} epochs: ${out}/model.safetensors, weights ${model.weightsHash}`]
      : []),
    `wrote ${out}/${PAGE_FILE}`,
  ];
  const ended = `ended in ${formatSeconds(seconds)}: ${complete} complete, ${pruned} pruned, ${failed} failed`;
  return [...wrapWords(ended, columns), "", ...table, "", ...prose.flatMap((text) => wrapWords(text, columns))];
}
