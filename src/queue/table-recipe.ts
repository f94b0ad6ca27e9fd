import * as v from "valibot";
import type { ByteSource } from "../tables/byte-source.ts";
import type { GivenType } from "../tables/column-types.ts";
import type { ReadOptions } from "../tables/open-rows.ts";
import { readTable } from "../tables/table.ts";
import { type TableTask, type TaskKind, tableTask } from "../tables/table-task.ts";

/** How the bytes of a table are read, and what is to be learned of it, as plain JSON: what the user said, and no more. */
export interface TableRecipe {
  readonly reading: ReadOptions;
  readonly target?: string;
  readonly task?: TaskKind;
  readonly dropColumns?: readonly string[];
  readonly types?: Readonly<Record<string, GivenType>>;
}

const text = v.pipe(v.string(), v.maxLength(10_000));
const texts = v.pipe(v.array(text), v.maxLength(100_000));

/** The schema of a {@link TableRecipe}. */
export const tableRecipeSchema = v.strictObject(
  {
    reading: v.strictObject({
      format: v.optional(v.picklist(["csv", "jsonl", "npy", "npz", "parquet"])),
      delimiter: v.optional(text),
      decimal: v.optional(v.picklist([".", ","])),
      header: v.optional(v.boolean()),
      skipLines: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
      missing: v.optional(texts),
    }),
    target: v.optional(text),
    task: v.optional(v.picklist(["classification", "regression"])),
    dropColumns: v.optional(texts),
    types: v.optional(v.record(text, v.picklist(["number", "category"]))),
  },
  "give { reading, target, task, dropColumns, types }",
);

/** The same bytes and recipe make the same task on any machine. */
export async function readRecipe(source: ByteSource, recipe: TableRecipe): Promise<TableTask> {
  const { reading, target, task, dropColumns, types } = recipe;
  const table = await readTable(source, { ...reading, ...(dropColumns && { dropColumns }), ...(types && { types }) });
  return tableTask(table, { ...(target === undefined ? {} : { target }), ...(task && { task }) });
}
