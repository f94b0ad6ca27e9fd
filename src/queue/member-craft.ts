import { createHash } from "node:crypto";
import { recordOf } from "../study/member-record.ts";
import type { RedisClient } from "./client.ts";
import type { Craft } from "./craft.ts";
import { putData } from "./data-store.ts";
import { trainersOf } from "./fold-craft.ts";
import type { DataReference } from "./job-fields.ts";
import type { MemberJob } from "./member-job.ts";

/** Members of ensembles, by threads that have the table read. What they have learned is put into Redis. */
export const memberCraft: Craft<MemberJob> = {
  key: ({ data, recipe }) => [data.hash, recipe],
  async begin(job, means) {
    const executor = await trainersOf(job, means);
    return {
      async run({ request }) {
        const result = await executor.runMember(request);
        return { ...recordOf(result), model: await store(means.client, result.model) };
      },
      close: () => executor.close(),
    };
  },
};

async function store(client: RedisClient, bytes: Uint8Array): Promise<DataReference> {
  const reference = { hash: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
  await putData(client, reference, async function* () {
    yield bytes;
  });
  return reference;
}
