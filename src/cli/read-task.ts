import type { ByteSource } from "../tables/byte-source.ts";
import { readTable } from "../tables/table.ts";
import { type TableTask, tableTask } from "../tables/table-task.ts";
import { readingOf, type TableRequest } from "./table-options.ts";

/** Reads a table, and what is to be learned of it, as the options say. */
export async function readTask(source: ByteSource, request: TableRequest): Promise<TableTask> {
  const { dropColumns, types, target, task } = request;
  const table = await readTable(source, { ...readingOf(request), ...(dropColumns && { dropColumns }), ...(types && { types }) });
  return tableTask(table, { ...(target === undefined ? {} : { target }), ...(task && { task }) });
}
