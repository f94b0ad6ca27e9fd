import { axisOver, wholeTicks } from "./axis.ts";
import type { Paint } from "./paint.ts";

/** A curve of one number per epoch. */
export interface Curve {
  readonly label: string;
  readonly values: readonly number[];
  /** Curves are told apart without colour too. */
  readonly stroke: "solid" | "dashed";
  readonly paint: Paint;
}

export interface PlotOptions {
  readonly curves: readonly Curve[];
  /** What the values are, and what they run over. */
  readonly title: string;
  readonly across: string;
  /** Characters of the whole drawing. */
  readonly columns: number;
  /** Lines of the canvas: the title, the axis and its labels come on top. */
  readonly rows: number;
  /** How the last value of a curve is written at its end. */
  readonly format: (value: number) => string;
}

// A braille character is a cell of 2 by 4 dots; the bit of a dot by its column and row, as Unicode numbers them.
const BRAILLE = 0x2800;
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
];
/** Dots drawn, then as many left out, along a dashed stroke. */
const DASH = 3;

interface Cell {
  bits: number;
  paint: Paint;
}

/** A canvas of dots, two columns and four rows of them to a character. */
class Canvas {
  readonly #cells: (Cell | undefined)[][];

  constructor(columns: number, rows: number) {
    this.#cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => undefined));
  }

  dot(x: number, y: number, paint: Paint): void {
    const row = this.#cells[y >> 2];
    const before = row[x >> 1];
    row[x >> 1] = { bits: (before?.bits ?? 0) | DOTS[x & 1][y & 3], paint };
  }

  /** The lines of the canvas; neighbours of one colour are painted together. */
  lines(): string[] {
    return this.#cells.map((row) => {
      let line = "";
      for (let start = 0; start < row.length; ) {
        const paint = row[start]?.paint;
        let end = start + 1;
        while (end < row.length && row[end]?.paint === paint) end++;
        const text = row.slice(start, end).map((cell) => (cell ? String.fromCharCode(BRAILLE + cell.bits) : " "));
        line += paint ? paint(text.join("")) : text.join("");
        start = end;
      }
      return line;
    });
  }
}

/** All dots of the straight lines through the points, in order, without gaps. */
function* dotsThrough(points: readonly (readonly [number, number])[]): Generator<readonly [number, number]> {
  if (points.length > 0) yield points[0];
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0));
    for (let step = 1; step <= steps; step++) {
      yield [Math.round(x0 + ((x1 - x0) * step) / steps), Math.round(y0 + ((y1 - y0) * step) / steps)];
    }
  }
}

/** A row for each wanted one, as near to it as can be without two in one row. */
function apart(wanted: readonly number[], rows: number): number[] {
  const order = wanted.map((row, index) => ({ row, index })).sort((a, b) => a.row - b.row);
  const placed: number[] = [];
  let free = 0;
  for (const [position, { row, index }] of order.entries()) {
    const below = order.length - 1 - position;
    placed[index] = Math.min(Math.max(row, free), rows - 1 - below);
    free = placed[index] + 1;
  }
  return placed;
}

/**
 * Curves as lines of text: dots of braille, an axis with numbers on the left and below, a legend above, and at the end
 * of each curve its last value.
 */
export function braillePlot({ curves, title, across, columns, rows, format }: PlotOptions): string[] {
  const axis = axisOver(
    curves.flatMap(({ values }) => values),
    rows > 8 ? 5 : 3,
  );
  const epochs = Math.max(...curves.map(({ values }) => values.length));
  const labels = axis.ticks.map((tick) => tick.toFixed(axis.digits));
  const left = Math.max(...labels.map((label) => label.length));
  const ends = curves.map(({ values }) => format(values[values.length - 1]));
  const right = Math.max(...ends.map((end) => end.length));
  const width = Math.max(4, columns - left - right - 3);

  const toX = (epoch: number) => (epochs === 1 ? 0 : Math.round(((epoch - 1) / (epochs - 1)) * (2 * width - 1)));
  const toY = (value: number) => Math.round(((axis.to - value) / (axis.to - axis.from)) * (4 * rows - 1));
  const canvas = new Canvas(width, rows);
  for (const { values, stroke, paint } of curves) {
    let count = 0;
    for (const [x, y] of dotsThrough(values.map((value, index) => [toX(index + 1), toY(value)] as const))) {
      if (stroke === "solid" || Math.floor(count++ / DASH) % 2 === 0) canvas.dot(x, y, paint);
    }
  }

  const tickRows = new Map(axis.ticks.map((tick, index) => [toY(tick) >> 2, labels[index]]));
  const endRows = apart(
    curves.map(({ values }) => toY(values[values.length - 1]) >> 2),
    rows,
  );
  const body = canvas.lines().map((line, row) => {
    const label = tickRows.get(row);
    const curve = endRows.indexOf(row);
    const end = curve < 0 ? "" : ` ${curves[curve].paint(ends[curve])}`;
    return `${(label ?? "").padStart(left)} ${label === undefined ? "│" : "┤"}${end === "" ? line.trimEnd() : line + end}`;
  });
  return [...legend(curves, title, columns), ...body, ...footer({ epochs, across, left, width, toX })];
}

/** The title and each curve's stroke and label, on one line where they fit. */
function legend(curves: readonly Curve[], title: string, columns: number): string[] {
  const sample = { solid: "⠒⠒⠒⠒", dashed: "⠒ ⠒ " };
  const parts = curves.map(({ label, stroke, paint }) => ({
    length: sample[stroke].length + 1 + label.length,
    text: paint(`${sample[stroke]} ${label}`),
  }));
  const length = parts.reduce((sum, part) => sum + 3 + part.length, title.length);
  const texts = parts.map(({ text }) => text).join("   ");
  return length <= columns ? [`${title}   ${texts}`] : [title, texts];
}

/** The axis below: a line with marks, their numbers, and at their right what they count. */
function footer(shape: {
  epochs: number;
  across: string;
  left: number;
  width: number;
  toX: (epoch: number) => number;
}): string[] {
  const { epochs, across, left, width, toX } = shape;
  const ticks = wholeTicks(epochs, Math.max(1, Math.min(12, Math.floor(width / 6))));
  const line = Array.from({ length: width }, () => "─");
  const numbers = Array.from({ length: width + 4 }, () => " ");
  for (const tick of ticks) {
    const column = toX(tick) >> 1;
    line[column] = "┬";
    const text = String(tick);
    const start = Math.max(0, column - Math.floor(text.length / 2));
    for (let i = 0; i < text.length; i++) numbers[start + i] = text[i];
  }
  const margin = " ".repeat(left);
  return [`${margin} └${line.join("")}`, `${margin}  ${numbers.join("").trimEnd()} ${across}`];
}
