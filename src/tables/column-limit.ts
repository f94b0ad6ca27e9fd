import { DrowseError } from "../tensor/errors.ts";

/** Columns of a table: each has its counts while a file is read, so that a small file of commas alone would fill the memory. */
const MOST_COLUMNS = 65_536;

/** @throws {DrowseError} on a table of more columns than are read. */
export function checkColumnCount(operation: string, columns: number): void {
  if (columns <= MOST_COLUMNS) return;
  const received = columns === MOST_COLUMNS + 1 ? `more than ${MOST_COLUMNS} columns` : `${columns} columns`;
  throw new DrowseError(
    operation,
    `the table has ${received}`,
    `give at most ${MOST_COLUMNS}: numbers that belong together as a vector`,
  );
}
