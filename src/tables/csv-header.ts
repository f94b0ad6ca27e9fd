import { DrowseError, show } from "../tensor/errors.ts";
import { type CellOptions, CellReader } from "./cells.ts";

/**
 * Whether the first row names the columns: it holds no number and nothing that is missing but at most one empty name, and
 * no column has its name again below.
 */
export function isHeader([first, ...others]: readonly (readonly string[])[], options: CellOptions): boolean {
  const cells = new CellReader(options);
  const isName = (cell: string) => cells.number(cell) === undefined && (cell.trim() === "" || !cells.isMissing(cell));
  if (!first.every(isName) || first.filter((cell) => cell.trim() === "").length > 1) return false;
  return !others.some((row) => row.some((cell, column) => cell.trim() !== "" && cell === first[column]));
}

/**
 * Names as they are given; a column without one is named by its place.
 * @throws {DrowseError} on a name given twice.
 */
export function columnNames(operation: string, header: readonly string[]): string[] {
  const names = header.map((cell, column) => cell.trim() || `c${column + 1}`);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      const remedy = "give each column a name of its own; where the first row is no header say header: false (--no-header)";
      throw new DrowseError(operation, `two columns are named ${show(name)}`, remedy);
    }
    seen.add(name);
  }
  return names;
}
