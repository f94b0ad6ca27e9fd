import * as v from "valibot";
import type { RedisClient } from "./client.ts";
import { rosterKey } from "./names.ts";

// Who is there: workers and studies say so every few seconds, and are forgotten when they no longer do. The clock is that of Redis,
// so that those of the machines may differ.

/** Seconds between two signs of life, and after how many without one somebody counts as gone. */
export const BEAT_SECONDS = 3;
const GONE_SECONDS = 10;

/** A worker that takes work. */
export interface PresentWorker {
  readonly id: string;
  readonly drowse: string;
  readonly host: string;
  /** Trainings at once. */
  readonly threads: number;
}

/** A study that gives work out. */
export interface PresentStudy {
  /** Of the program that carries it out. */
  readonly id: string;
  /** The hash of all that decides the study: two with the same one are one study. */
  readonly study: string;
  readonly drowse: string;
  readonly host: string;
  /** What is swept, for people. */
  readonly name: string;
}

const text = v.pipe(v.string(), v.maxLength(200));
const workerSchema = v.object({
  id: text,
  drowse: text,
  host: text,
  threads: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(1024)),
});
const studySchema = v.object({ id: text, study: text, drowse: text, host: text, name: text });

// KEYS[1]: where the caller is noted, KEYS[2]: workers, KEYS[3]: studies; ARGV: the caller, and seconds after which others are gone.
const BEAT = `local now = tonumber(redis.call("TIME")[1])
redis.call("ZADD", KEYS[1], now, ARGV[1])
local present = {}
for place = 2, #KEYS do
  redis.call("ZREMRANGEBYSCORE", KEYS[place], "-inf", now - tonumber(ARGV[2]))
  redis.call("EXPIRE", KEYS[place], 86400)
  present[place - 1] = redis.call("ZRANGE", KEYS[place], 0, -1)
end
return present`;

/** Says that a study is there, and tells who else is. */
export async function beatStudy(client: RedisClient, study: PresentStudy) {
  const [studies, workers] = [rosterKey("studies"), rosterKey("workers")];
  const present = await client.eval(BEAT, 3, studies, workers, studies, JSON.stringify(study), GONE_SECONDS);
  const [told, others] = present as [string[], string[]];
  return { workers: read(told, workerSchema), studies: read(others, studySchema) };
}

/** Says that a worker is there, and tells which studies are. */
export async function beatWorker(client: RedisClient, worker: PresentWorker): Promise<PresentStudy[]> {
  const [studies, workers] = [rosterKey("studies"), rosterKey("workers")];
  const [told] = (await client.eval(BEAT, 2, workers, studies, JSON.stringify(worker), GONE_SECONDS)) as [string[]];
  return read(told, studySchema);
}

/** Takes somebody off the roster who leaves. */
export const leave = (client: RedisClient, who: "workers" | "studies", one: PresentWorker | PresentStudy) =>
  client.zrem(rosterKey(who), JSON.stringify(one));

/** What is no such thing is passed over: others may write there too. */
function read<Output>(lines: readonly string[], schema: v.GenericSchema<unknown, Output>): Output[] {
  return lines.flatMap((line) => {
    try {
      const { success, output } = v.safeParse(schema, JSON.parse(line));
      return success ? [output as Output] : [];
    } catch {
      return [];
    }
  });
}
