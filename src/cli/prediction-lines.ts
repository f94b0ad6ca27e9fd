import type { Cell, Rows } from "../tables/cells.ts";
import { csvLine } from "../tables/csv-write.ts";
import { formatFloat } from "./format.ts";
import type { Predicted } from "./table-predictions.ts";

/** Whether predictions are events: on standard output with --json, in a file by its name. */
export const writesEvents = ({ to, json = false }: { readonly to?: string; readonly json?: boolean }): boolean =>
  to === undefined ? json : to.endsWith(".jsonl");

/** A name that the file does not have yet. */
const unused = (name: string, names: readonly string[]): string => (names.includes(name) ? unused(`${name}_`, names) : name);

const written = (value: string | number) => (typeof value === "number" ? formatFloat(value) : value);

/** Lines of separated values: a table's columns as they stand, and what is predicted behind them. */
export class PredictionCsv {
  /** Names of the first rows' columns: the header, which later ones must keep to. */
  #names: readonly string[] | undefined;
  /** Columns that came when the header was written, as JSON lines may have them. */
  readonly late = new Set<string>();

  lines({ names, rows }: Rows, predicted: Predicted): string {
    const header = this.#names === undefined ? csvLine([...names, ...predicted.names.map((name) => unused(name, names))]) : "";
    this.#names ??= names;
    const kept = this.#names;
    for (const name of names.slice(kept.length)) this.late.add(name);
    const line = (row: readonly Cell[], index: number) =>
      csvLine([...kept.map((_, place) => row[place]), ...predicted.values(index).map(written)]);
    return header + rows.map(line).join("");
  }
}

/** An event a row: its place, its columns as they stand under `columns`, and what is predicted. */
export function predictionEvents({ names, rows, first }: Rows & { readonly first: number }, predicted: Predicted): string {
  return rows
    .map((row, index) => {
      const columns = Object.fromEntries(names.map((name, place) => [name, jsonOf(row[place])]));
      const values = predicted.values(index).map((value) => (typeof value === "number" ? Number(formatFloat(value)) : value));
      const named = Object.fromEntries(predicted.names.map((name, place) => [name, values[place]]));
      return `${JSON.stringify({ event: "prediction", row: first + index, columns, ...named })}\n`;
    })
    .join("");
}

const jsonOf = (cell: Cell) => (typeof cell === "object" && cell !== null ? Array.from(cell) : (cell ?? null));
