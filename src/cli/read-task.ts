import { readRecipe, type TableRecipe } from "../queue/table-recipe.ts";
import type { ByteSource } from "../tables/byte-source.ts";
import type { TableTask } from "../tables/table-task.ts";
import { readingOf, type TableRequest } from "./table-options.ts";

/** How a table is read and what is to be learned of it, as the options say. */
export function recipeOf(request: TableRequest): TableRecipe {
  const { dropColumns, types, target, task } = request;
  return {
    reading: readingOf(request),
    ...(target === undefined ? {} : { target }),
    ...(task && { task }),
    ...(dropColumns && { dropColumns }),
    ...(types && { types }),
  };
}

/** Reads a table, and what is to be learned of it, as the options say. */
export const readTask = (source: ByteSource, request: TableRequest): Promise<TableTask> => readRecipe(source, recipeOf(request));
