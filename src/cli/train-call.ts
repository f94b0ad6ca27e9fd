import type { Command } from "commander";
import { DrowseError } from "../tensor/errors.ts";
import type { CheckpointTimes } from "./checkpoint-option.ts";
import type { QueueRequest } from "./queue-options.ts";
import { openRun, type ResumedRun, readText } from "./resumed-run.ts";
import { RUN_OPTIONS, type RunConfig, readConfig } from "./run-config.ts";
import type { ImageRequest, TableRequest } from "./table-options.ts";
import { flagOf, type TrainRequest } from "./train-settings.ts";
import { UsageError } from "./usage-error.ts";

/** The options of `drowse train`, as they are read. */
export interface TrainOptions extends TrainRequest, TableRequest, ImageRequest, QueueRequest {
  readonly out?: string;
  readonly json?: boolean;
  readonly resume?: string;
  readonly config?: string;
  readonly checkpointEvery: CheckpointTimes;
  readonly tensorboard?: true;
}

/** What is to be trained: as it is asked for, or as a config.json says. */
export interface TrainCall {
  readonly data: string;
  /** What decides the result. */
  readonly request: TrainRequest & TableRequest & ImageRequest;
  /** Whether an option was given, or stands in a config.json; else its default may be another. */
  readonly isGiven: (name: string) => boolean;
  readonly out: string | undefined;
  readonly json: boolean;
  readonly checkpointEvery: CheckpointTimes;
  readonly tensorboard: boolean;
  /** The queue that members of an ensemble go through, where there is one. */
  readonly spread: QueueRequest;
  readonly resumed: ResumedRun | undefined;
  /** @throws {DrowseError} where a config.json was of other data. */
  readonly checkData: (hash: string) => void;
}

/**
 * @param data - undefined where a config.json says it.
 * @throws {UsageError} on options that do not go together.
 * @throws {DrowseError} on a run or a config.json that cannot be read.
 */
export async function trainCall(data: string | undefined, options: TrainOptions, command: Command): Promise<TrainCall> {
  const { out, json = false, resume, config: configPath, checkpointEvery, tensorboard = false, ...asked } = options;
  const { queue, dataUrl, ...request } = asked;
  const spread = { ...(queue === undefined ? {} : { queue }), ...(dataUrl === undefined ? {} : { dataUrl }) };
  const common = { out, json, checkpointEvery, tensorboard, spread };
  const isGiven = (name: string) => command.getOptionValueSource(name) === "cli";
  if (resume !== undefined) {
    refuseBeside("resume", command, [...RUN_OPTIONS.filter((name) => name !== "out" && name !== "config")]);
    const resumed = await openRun(resume, command);
    return { ...common, ...callOf(resumed.config, data, { threads: request.threads }, `${resume}/config.json`, true), resumed };
  }
  if (configPath !== undefined) {
    const config = readConfig(await readText(configPath), configPath, command);
    const given = Object.fromEntries(Object.entries(request).filter(([name]) => isGiven(name)));
    return { ...common, ...callOf(config, data, given, configPath, data === undefined), resumed: undefined };
  }
  if (data === undefined) {
    const remedy = "see drowse --help, or drowse <command> --help";
    throw new UsageError("drowse", "missing required argument 'data'", remedy);
  }
  return { ...common, data, request, isGiven, resumed: undefined, checkData() {} };
}

/** @throws {UsageError} on options that a run's config.json says already. */
function refuseBeside(option: string, command: Command, allowed: readonly string[]): void {
  const names = command.options.map((one) => one.attributeName());
  const other = names.find((name) => !allowed.includes(name) && command.getOptionValueSource(name) === "cli");
  if (other)
    throw new UsageError(
      "drowse",
      `${flagOf(other)} is given with --${option}`,
      "leave it out: the run's config.json says it all",
    );
}

/** A call as a config.json has it, with other settings where they are given. */
function callOf(config: RunConfig, data: string | undefined, given: object, path: string, sameData: boolean) {
  return {
    data: data ?? config.data,
    request: { ...config.options, ...given } as unknown as TrainCall["request"],
    isGiven: () => true,
    checkData(hash: string) {
      if (!sameData || hash === config.dataHash) return;
      const received = `${data ?? config.data} is not what ${path} was made of: its hash is ${hash} where ${config.dataHash} is due`;
      throw new DrowseError("train", received, "give the data as they were, or train anew on these");
    },
  };
}
