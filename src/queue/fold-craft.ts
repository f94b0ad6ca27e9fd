import { threadExecutor } from "../study/thread-executor.ts";
import type { Craft } from "./craft.ts";
import type { FoldJob } from "./fold-job.ts";
import { readRecipe } from "./table-recipe.ts";

/** Trainings: of each table, and what is learned of it, by threads that have it read. */
export const foldCraft: Craft<FoldJob> = {
  key: ({ data, recipe }) => [data.hash, recipe],
  async begin({ data, recipe }, { find, threads }) {
    const task = await readRecipe(new Blob([(await find(data)) as Uint8Array<ArrayBuffer>]), recipe);
    const executor = threadExecutor({ kind: "table", task, reading: recipe.reading }, { workers: threads });
    return { run: ({ request }) => executor.run(request), close: () => executor.close() };
  },
};
