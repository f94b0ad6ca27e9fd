import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Command, Option } from "commander";
import { type JsonValue, parseStrictJson } from "../formats/strict-json.ts";
import { GENERATOR } from "../random/philox.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { DataHash } from "./data-hash.ts";
import type { ImageRequest, TableRequest } from "./table-options.ts";
import { flagOf, type TrainSettings } from "./train-settings.ts";
import { version } from "./version.ts";

// config.json repeats a run: what it was trained on, and every setting that decides the result. Its members are named as the options
// are, and are read by the very readers that read the options: what no option takes is no setting.

/** Options that decide nothing of the result. */
export const RUN_OPTIONS = [
  "threads",
  "out",
  "json",
  "resume",
  "config",
  "checkpointEvery",
  "tensorboard",
  "queue",
  "dataUrl",
  "help",
];

/** What a run is made of. */
export interface RunSettings {
  /** As it was given: mnist, or a path. */
  readonly data: string;
  readonly dataHash: DataHash;
  /** What was asked of a table, or of a folder of images. */
  readonly table?: TableRequest & ImageRequest;
  readonly settings: TrainSettings;
}

/** The text of config.json. */
export function configText({ data, dataHash, table = {}, settings }: RunSettings): string {
  const { threads: _, ...deciding } = settings;
  const config = { drowse: version, generator: GENERATOR, command: "train", data, dataHash, ...table, ...deciding };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Where in its run a checkpoint is: in the training that may stop early, at its end, or in the one on all rows that follows. */
export type Phase = "first" | "between" | "refit";

const PHASES: readonly Phase[] = ["first", "between", "refit"];

/** What checkpoints say of the run that they are of, and of its phase. */
export function noteOf(configText: string, phase: Phase = "first"): string {
  const hash = createHash("sha256").update(configText).digest("hex");
  return phase === "first" ? hash : `${hash} ${phase}`;
}

/** The phase of a checkpoint of this run; undefined where it is of another. */
export const phaseOf = (note: string, configText: string) => PHASES.find((phase) => noteOf(configText, phase) === note);

/** A config.json that was read. */
export interface RunConfig {
  /** The version of drowse that wrote it. */
  readonly drowse: string;
  readonly data: string;
  readonly dataHash: string;
  /** Options by name, as the command reads them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Reads a config.json.
 * @param path - its name, for messages.
 * @param command - has the options.
 * @throws {DrowseError} on anything that {@link configText} would not have written.
 */
export function readConfig(text: string, path: string, command: Command): RunConfig {
  const refuse = (received: string, remedy = "give a config.json as drowse train writes it"): never => {
    throw new DrowseError("train", `${path}: ${received}`, remedy);
  };
  const json = parseStrictJson(text, { operation: `train: ${path}`, remedy: "give a config.json as drowse train writes it" });
  if (!(json instanceof Map)) return refuse("it is no object");
  const { drowse, generator, command: made, data, dataHash } = Object.fromEntries(json);
  if (made !== "train") refuse(`command is ${show(made)}`);
  if (typeof drowse !== "string" || typeof data !== "string") return refuse(`drowse is ${show(drowse)} and data ${show(data)}`);
  if (generator !== GENERATOR) refuse(`generator is ${show(generator)}`, `this version has ${GENERATOR}: use drowse ${drowse}`);
  if (typeof dataHash !== "string" || !/^sha256:[0-9a-f]{64}$/.test(dataHash)) return refuse(`dataHash is ${show(dataHash)}`);
  for (const name of ["drowse", "generator", "command", "data", "dataHash"]) json.delete(name);

  const options: Record<string, unknown> = Object.create(null);
  for (const [name, value] of json) {
    const option = settingsOf(command).find((one) => one.attributeName() === name);
    if (!option) return refuse(`it has a member ${show(name)}, and there is no such setting`);
    const read = readMember(option, value);
    if (!isDeepStrictEqual(read, plain(value))) refuse(`${name} is ${show(plain(value))}`, `give what ${flagOf(name)} takes`);
    options[name] = read;
  }
  const left = settingsOf(command).find((one) => one.defaultValue !== undefined && options[one.attributeName()] === undefined);
  if (left) refuse(`it has no ${left.attributeName()}`);
  return { drowse, data, dataHash, options };
}

const settingsOf = ({ options }: Command) => options.filter((one) => !RUN_OPTIONS.includes(one.attributeName()));

/** What the option's reader makes of a member; undefined where it refuses. */
function readMember(option: Option, value: JsonValue): unknown {
  if (typeof value === "boolean") return option.isBoolean() || option.negate ? value : undefined;
  try {
    const text = textOf(value);
    return option.parseArg ? option.parseArg(text, undefined as never) : text;
  } catch {
    return undefined;
  }
}

/** A value as it is written on the command line. */
function textOf(value: JsonValue): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(textOf).join(",");
  if (value instanceof Map) return [...value].map(([name, member]) => `${name}=${textOf(member)}`).join(",");
  return String(value);
}

function plain(value: JsonValue): unknown {
  return value instanceof Map ? Object.fromEntries([...value].map(([name, member]) => [name, plain(member)])) : value;
}
