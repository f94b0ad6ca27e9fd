import type { Cell } from "./cells.ts";

const QUOTED = /[",\n\r]|^\s|\s$/;

/** A field as RFC 4180 writes it: in quotes where it must be. */
export function csvField(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  const text = typeof cell === "object" ? JSON.stringify(Array.from(cell)) : String(cell);
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Fields as a line, with its end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvField).join(",")}\n`;
}
