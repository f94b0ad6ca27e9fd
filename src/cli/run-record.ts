import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DrowseError } from "../tensor/errors.ts";
import type { TrainSettings } from "./train-settings.ts";

/** What a run folder says of its run. */
export interface RunRecord {
  readonly config: TrainSettings & { readonly data: string; readonly dataHash: string };
  readonly epochs: readonly Record<string, unknown>[];
  readonly end: Record<string, unknown>;
}

/**
 * Reads config.json and metrics.jsonl of a run folder.
 * @throws {DrowseError} where one is missing, or is not what `drowse train` writes.
 */
export async function readRunRecord(operation: string, folder: string): Promise<RunRecord> {
  const refuse = (received: string) => new DrowseError(operation, received, "give a run folder, as drowse train writes them");
  const read = async (name: string, parse: (text: string) => unknown): Promise<unknown> => {
    const path = join(folder, name);
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      throw refuse(
        `${path} ${error.code === "ENOENT" || error.code === "ENOTDIR" ? "does not exist" : `cannot be read (${error.code})`}`,
      );
    });
    try {
      return parse(text);
    } catch {
      throw refuse(`${path} is damaged`);
    }
  };
  const config = (await read("config.json", JSON.parse)) as RunRecord["config"] & { readonly command?: unknown };
  if (config?.command !== "train" || typeof config.data !== "string")
    throw refuse(`${join(folder, "config.json")} is not of a training`);
  const lines = (await read("metrics.jsonl", (text) =>
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  )) as Record<string, unknown>[];
  const epochs = lines.filter(({ event }) => event === "epoch");
  const end = lines.at(-1);
  if (end === undefined || end.event === "epoch") throw refuse(`${join(folder, "metrics.jsonl")} has no end`);
  return { config, epochs, end };
}
