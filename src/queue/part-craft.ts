import { createHash } from "node:crypto";
import { threadSource } from "../study/generated/thread.ts";
import type { PartWork } from "../study/predict-part.ts";
import { ThreadPool } from "../study/thread-pool.ts";
import type { ThreadSetup } from "../study/thread-work.ts";
import type { RedisClient } from "./client.ts";
import type { Craft } from "./craft.ts";
import { NotThere } from "./data-cache.ts";
import { getData, putData } from "./data-store.ts";
import { partKey } from "./names.ts";
import type { PartJob, PartResult } from "./part-job.ts";

/** Parts of predictions: by threads that have the model. */
export const partCraft: Craft<PartJob> = {
  key: ({ model }) => [model.hash],
  async begin({ model }, { client, find, threads }) {
    const setup = { model: await find(model) };
    const options = { capacity: threads, operation: "worker", unit: "part", remedy: "it is given out again" };
    const pool = new ThreadPool<ThreadSetup, PartWork, Uint8Array>(threadSource, setup, options);
    return { run: (job) => carryOut(job, pool, client), close: () => pool.close() };
  },
};

/** Fetches the rows, predicts, and puts beside them what comes of it. */
async function carryOut(
  { part, input, rows, request }: PartJob,
  pool: ThreadPool<ThreadSetup, PartWork, Uint8Array>,
  client: RedisClient,
): Promise<PartResult> {
  const bytes = await getData(client, input, partKey(part, "input"));
  if (!bytes) throw new NotThere(`the rows of part ${part} are not in Redis`);
  const predicted = await pool.run({ input: bytes, rows, request });
  const output = { hash: createHash("sha256").update(predicted).digest("hex"), bytes: predicted.length };
  await putData(
    client,
    output,
    async function* () {
      yield predicted;
    },
    partKey(part, "output"),
  );
  return { rows, output };
}
