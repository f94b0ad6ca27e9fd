import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { type Command, Option } from "commander";
import { sha256 } from "../formats/sha256.ts";
import type { QueueExecutor } from "../queue/queue-executor.ts";
import { parseRedisAddress } from "../queue/redis-address.ts";
import type { DataHash } from "./data-hash.ts";
import { recipeOf } from "./read-task.ts";
import type { TableRequest } from "./table-options.ts";
import { UsageError } from "./usage-error.ts";
import { version } from "./version.ts";

/** Through which queue work goes to other machines. */
export interface QueueRequest {
  /** An address; true: that of the environment. */
  readonly queue?: string | true;
  readonly dataUrl?: string;
}

/** Variable of the environment with the address of the queue: command lines can be seen by everybody on a machine. */
export const QUEUE_VARIABLE = "DROWSE_QUEUE";

/** Adds the options of work that goes to other machines: what they do there, and of which file. */
export function addQueue(
  command: Command,
  { verb, file }: { readonly verb: string; readonly file: "data" | "model" } = { verb: "train", file: "data" },
): Command {
  const what = file === "data" ? "the same file" : "the model's file";
  return command
    .optionsGroup("Many machines:")
    .addOption(
      new Option(
        "--queue [address]",
        `${verb} on the workers of a queue, redis://HOST; see drowse worker (default: the address in ${QUEUE_VARIABLE})`,
      ),
    )
    .addOption(
      new Option(`--${file}-url <place>`, `where the workers find ${what}, a URL or a path (default: it is put into Redis)`),
    );
}

/**
 * The address that an option or the environment gives.
 * @throws {UsageError} where neither does, or it is none.
 */
export function queueAddress(given: string | true | undefined) {
  const text = typeof given === "string" ? given : process.env[QUEUE_VARIABLE];
  if (text === undefined || text === "") {
    throw new UsageError("drowse", "there is no address of a queue", `give redis://HOST, or set ${QUEUE_VARIABLE}`);
  }
  try {
    return parseRedisAddress("drowse", text);
  } catch (error) {
    const { operation, received, remedy } = error as UsageError;
    throw new UsageError(operation, received, remedy);
  }
}

/** What goes to other machines. */
interface Spread {
  readonly operation: string;
  readonly path: string;
  readonly hash: DataHash;
  /** All that decides what is asked: two programs with the same have one study. */
  readonly study: object;
}

/**
 * Checks the options of a queue, before anything is read.
 * @param taken - an option that was given and has no meaning with a queue.
 */
export function checkQueue(
  { queue, url }: { readonly queue?: string | true | undefined; readonly url?: string | undefined },
  { option, taken }: { readonly option: "--data-url" | "--model-url"; readonly taken?: string | undefined },
): void {
  if (queue === undefined) {
    if (url !== undefined) throw new UsageError("drowse", `${option} is given without --queue`, "leave it out");
    return;
  }
  queueAddress(queue);
  if (taken !== undefined) {
    const remedy = "leave it out: how much a worker does at once is said by its --threads";
    throw new UsageError("drowse", `${taken} is given with --queue`, remedy);
  }
  if (url === undefined || (isAbsolute(url) && !/^\w+:\/\//.test(url))) return;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.username || parsed?.password || parsed?.search) {
    const remedy = "give one without: it stands in the queue, for all to read";
    throw new UsageError("drowse", `${option} has a name, a password or a query in it`, remedy);
  }
  if (parsed?.protocol !== "http:" && parsed?.protocol !== "https:") {
    throw new UsageError("drowse", `${option} is ${JSON.stringify(url)}`, "give https://… or an absolute path");
  }
}

/** The same for what trains on a table, on this machine with so many `workers`. */
export const checkTraining = ({ queue, dataUrl }: QueueRequest, workers: number | undefined) =>
  checkQueue({ queue, url: dataUrl }, { option: "--data-url", taken: workers === undefined ? undefined : "--workers" });

/** Opens the queue for the trainings of a table. */
export async function openQueue(
  { queue, dataUrl, ...request }: QueueRequest & TableRequest,
  { operation, path, hash, study }: Spread,
): Promise<QueueExecutor> {
  const { queueExecutor } = await import("../queue/queue-executor.ts");
  const { size } = await stat(path);
  return queueExecutor({
    ...{ operation, version, address: queueAddress(queue) },
    data: { hash: hash.replace("sha256:", ""), bytes: size, ...(dataUrl === undefined ? {} : { at: dataUrl }) },
    stream: () => createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Uint8Array>,
    recipe: recipeOf(request),
    name: `drowse ${operation} ${path.replace(/^.*[\\/]/, "")}`,
    study: await sha256(new TextEncoder().encode(JSON.stringify(study))),
  });
}
