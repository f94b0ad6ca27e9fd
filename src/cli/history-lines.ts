import { evenly, type KeptHistory } from "../formats/kept-history.ts";
import { formatCount, formatPercent } from "./format.ts";

/** Epochs of a training that are shown at most. */
const SHOWN = 20;
/** What is left out last where a screen is narrow; what has no place here first. */
const RANKS: readonly string[] = ["loss", "validationLoss", "validationError", "testError", "error", "skipped"];
/** Between two columns. */
const GAP = "  ";

/**
 * How a model was trained, for people: a table for each training.
 * @param columns - characters that a line may have.
 */
export function historyLines(trainings: readonly KeptHistory[], columns: number): string[] {
  return trainings.flatMap((training) => [title(training, trainings), ...table(training, columns)]);
}

function title({ phase, epochs, bestEpoch }: KeptHistory, trainings: readonly KeptHistory[]): string {
  const long = `${formatCount(epochs)} ${epochs === 1 ? "epoch" : "epochs"}`;
  if (phase === "refit") return `then trained again from the first weights, on all rows but those to test on: ${long}`;
  const again = trainings.some((other) => other.phase === "refit");
  const best =
    bestEpoch === undefined
      ? ""
      : again
        ? `; epoch ${bestEpoch} was the best`
        : `; the weights are those of epoch ${bestEpoch}, the best`;
  return `trained for ${long}${best}`;
}

function table({ epochs, bestEpoch, epoch, numbers }: KeptHistory, columns: number): string[] {
  const best = bestEpoch === undefined ? undefined : epoch.indexOf(bestEpoch) + 1;
  const places = evenly(epoch.length, SHOWN, best).map((place) => place - 1);
  const measured = [...numbers].filter(([, values]) => values.some((value) => value !== null));
  const all = measured.map(([name, values]) =>
    column(
      name,
      places.map((place) => values[place]),
    ),
  );
  const first = [wordsOf("epoch"), ...places.map((place) => formatCount(epoch[place]))];
  const mark = ["", ...places.map((place) => (epoch[place] === bestEpoch ? `${GAP}best` : ""))];
  const room = columns - widthOf(first) - (best === undefined ? 0 : widthOf(mark));
  const shown = [first, ...fitting(all, room)];
  const lines = first.map((_, row) => `${shown.map((cells) => cells[row].padStart(widthOf(cells))).join(GAP)}${mark[row]}`);
  return epochs === places.length ? lines : [...lines, `(${places.length} of ${formatCount(epochs)} epochs are shown)`];
}

interface Column {
  readonly rank: number;
  readonly cells: readonly string[];
}

function column(name: string, values: readonly (number | null)[]): Column {
  const rank = RANKS.indexOf(name);
  return { rank: rank < 0 ? RANKS.length : rank, cells: [wordsOf(name), ...values.map((value) => cellOf(name, value))] };
}

/** As many columns as have room, in their order: those of the lowest ranks. */
function fitting(all: readonly Column[], room: number): (readonly string[])[] {
  const chosen = new Set<Column>();
  let left = room;
  for (const one of all.toSorted((a, b) => a.rank - b.rank)) {
    left -= GAP.length + widthOf(one.cells);
    if (left < 0) break;
    chosen.add(one);
  }
  return all.filter((one) => chosen.has(one)).map(({ cells }) => cells);
}

const widthOf = (cells: readonly string[]) => Math.max(...cells.map(({ length }) => length));

/** `validationLoss` is `validation loss`. */
const wordsOf = (name: string) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Shares as percentages; other numbers with 4 digits behind the point where these say something. */
function cellOf(name: string, value: number | null): string {
  if (value === null) return "-";
  if (/^(error|accuracy|skipped)$|Error$|Accuracy$/.test(name)) return formatPercent(value);
  const size = Math.abs(value);
  return value === 0 || (size >= 0.001 && size < 10_000) ? value.toFixed(4) : value.toPrecision(4);
}
