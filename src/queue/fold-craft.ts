import type { Executor } from "../study/executor.ts";
import { threadExecutor } from "../study/thread-executor.ts";
import type { Craft, CrewMeans } from "./craft.ts";
import type { FoldJob } from "./fold-job.ts";
import { readRecipe } from "./table-recipe.ts";

/** Trainings: of each table, and what is learned of it, by threads that have it read. */
export const foldCraft: Craft<FoldJob> = {
  key: ({ data, recipe }) => [data.hash, recipe],
  async begin(job, means) {
    const executor = await trainersOf(job, means);
    return { run: ({ request }) => executor.run(request), close: () => executor.close() };
  },
};

/** Threads that train on a table. */
export async function trainersOf(
  { data, recipe }: Pick<FoldJob, "data" | "recipe">,
  { find, threads }: CrewMeans,
): Promise<Executor> {
  const task = await readRecipe(new Blob([(await find(data)) as Uint8Array<ArrayBuffer>]), recipe);
  return threadExecutor({ kind: "table", task, reading: recipe.reading }, { workers: threads });
}
