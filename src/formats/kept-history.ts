import type { History } from "../model/history.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { JsonMembers } from "./json-members.ts";
import { readSafetensors } from "./safetensors.ts";
import { type JsonValue, parseStrictJson } from "./strict-json.ts";

// How a model was trained, as strict JSON in the metadata of its file. It stays small however long the training was: at most 200 epochs
// are told of, with 6 digits. Times are left out, so that the same training makes the same file.

/** A training, as a model's file keeps it. */
export interface KeptHistory {
  /** `"refit"`: from the first weights again, on all rows but those to test on, for as long as the training before it found best. */
  readonly phase: "first" | "refit";
  /** Finished epochs. */
  readonly epochs: number;
  /** Where it stopped early: the epoch whose weights were kept. */
  readonly bestEpoch?: number | undefined;
  /**
   * The epochs that are told of, counted from 1: all of them, or of more than 200 the first, the last, the best and others at even
   * distances between.
   */
  readonly epoch: readonly number[];
  /** What was measured in each of these epochs, by names as `fit` and the command have them; null where it was not measured. */
  readonly numbers: ReadonlyMap<string, readonly (number | null)[]>;
}

/** A training as columns: `fit` returns it, with other things that are not kept. */
export type HistoryColumns = Partial<History> | Readonly<Record<string, readonly (number | null)[]>>;

/** The version of the format. */
const FORMAT = "drowse-history/1";
const MOST_EPOCHS = 200;
const MOST_NUMBERS = 64;
const MOST_TRAININGS = 16;
const DIGITS = 6;
const TIMES: readonly string[] = ["seconds", "examplesPerSecond"];
const NAME = /^[a-z][A-Za-z0-9]{0,63}$/;

/**
 * What is kept of a training.
 * @param columns - a number of each epoch, by name; what is no array is passed over.
 * @throws {DrowseError} on columns of different lengths and names that are none.
 */
export function keptHistory(
  operation: string,
  columns: HistoryColumns,
  { phase = "first", bestEpoch }: Partial<Pick<KeptHistory, "phase" | "bestEpoch">> = {},
): KeptHistory | undefined {
  const refuse = (received: string) => new DrowseError(operation, received, "give the history that fit returned");
  if (typeof columns !== "object" || columns === null) throw refuse(`the history is ${show(columns)}`);
  const measured = Object.entries<unknown>(columns)
    .filter((entry): entry is [string, readonly unknown[]] => Array.isArray(entry[1]) && entry[1].length > 0)
    .filter(([name]) => !TIMES.includes(name));
  const [first] = measured;
  if (first === undefined) return undefined;
  if (measured.length > MOST_NUMBERS) throw refuse(`the history has ${measured.length} numbers for each epoch`);
  const epochs = first[1].length;
  for (const [name, { length }] of measured) {
    if (!NAME.test(name)) throw refuse(`the history has a number named ${show(name)}`);
    if (length !== epochs) throw refuse(`the history has ${epochs} times ${first[0]} and ${length} times ${name}`);
  }
  if (bestEpoch !== undefined && !isCount(bestEpoch, epochs)) throw refuse(`bestEpoch of ${epochs} is ${show(bestEpoch)}`);
  const epoch = evenly(epochs, MOST_EPOCHS, bestEpoch);
  const kept = measured.map(([name, values]) => [name, epoch.map((number) => rounded(values[number - 1]))] as const);
  return { phase, epochs, ...(bestEpoch === undefined ? {} : { bestEpoch }), epoch, numbers: new Map(kept) };
}

/** At most so many of the numbers 1 to `count`: the first, the last, one more that is asked for, and others at even distances between. */
export function evenly(count: number, most: number, wanted?: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index + 1);
  const step = (count - 1) / (most - 2);
  const chosen = new Set(Array.from({ length: most - 1 }, (_, index) => 1 + Math.round(index * step)));
  return [...(wanted === undefined ? chosen : chosen.add(wanted))].sort((a, b) => a - b);
}

const isCount = (value: unknown, most: number) => Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most;

/** JSON has no numbers but finite ones. */
const rounded = (value: unknown) => (Number.isFinite(value) ? Number((value as number).toPrecision(DIGITS)) : null);

/** Who reads or writes a history, and what to do about one that is none. */
interface Asked {
  readonly operation: string;
  readonly remedy: string;
}

const OF_FILE: Asked = { operation: "loadHistory", remedy: "the file was changed or damaged: save the model again" };

/**
 * Trainings as text, in the order in which they were.
 * @throws {DrowseError} on anything that {@link readHistory} would refuse.
 */
export function historyText(operation: string, trainings: readonly KeptHistory[]): string {
  const asked = { operation, remedy: "give the history that fit returned, or what loadHistory did" };
  const odd = trainings.findIndex((training) => !(training?.numbers instanceof Map));
  if (odd >= 0) throw new DrowseError(operation, `a training of the history is ${show(trainings[odd])}`, asked.remedy);
  const told = trainings.map(({ phase, epochs, bestEpoch, epoch, numbers }) => {
    return { phase, epochs, bestEpoch, epoch, numbers: Object.fromEntries(numbers) };
  });
  const text = JSON.stringify({ format: FORMAT, trainings: told });
  readHistory(text, asked);
  return text;
}

/**
 * How a model was trained, of its file's bytes: the trainings in their order, of which the last gave it its weights. None where the
 * file does not say it.
 * @throws {DrowseError} when the bytes are no safetensors file, or the history is not one that `saveModel` wrote.
 * @example
 * const [{ epochs, numbers }] = loadHistory(await readFile("model.safetensors"));
 * numbers.get("loss");   // of each epoch
 */
export function loadHistory(bytes: Uint8Array): readonly KeptHistory[] {
  const text = readSafetensors(bytes).metadata.get("history");
  return text === undefined ? [] : readHistory(text);
}

/**
 * Reads trainings, and checks every value.
 * @throws {DrowseError} on anything that {@link historyText} would not have written.
 */
export function readHistory(text: string, asked: Asked = OF_FILE): readonly KeptHistory[] {
  const refuse = (received: string) => new DrowseError(asked.operation, received, asked.remedy);
  const members = new JsonMembers("the history", parseStrictJson(text, asked), refuse);
  if (members.get("format") !== FORMAT) throw refuse(`the format of the history is ${show(members.get("format"))}`);
  const trainings = members.list("trainings");
  if (trainings.length > MOST_TRAININGS) throw refuse(`the history has ${trainings.length} trainings`);
  return trainings.map((training) => readTraining(training, refuse));
}

function readTraining(json: JsonValue, refuse: (received: string) => DrowseError): KeptHistory {
  const members = new JsonMembers("a training", json, refuse);
  const [phase, epochs, epoch] = [members.text("phase"), members.count("epochs"), members.numbers("epoch")];
  if (phase !== "first" && phase !== "refit") throw refuse(`the phase of a training is ${show(phase)}`);
  const isAscending = epoch.every((number, index) => isCount(number, epochs) && (index === 0 || number > epoch[index - 1]));
  if (!isAscending || epoch[0] !== 1 || epoch.at(-1) !== epochs || epoch.length > MOST_EPOCHS)
    throw refuse(`a training of ${epochs} epochs tells of the epochs ${show(epoch)}`);
  const bestEpoch = members.optional("bestEpoch", (name) => members.count(name));
  if (bestEpoch !== undefined && !epoch.includes(bestEpoch)) throw refuse(`the best epoch of a training is ${bestEpoch}`);
  const numbers = readNumbers(members.get("numbers"), epoch.length, refuse);
  return { phase, epochs, ...(bestEpoch === undefined ? {} : { bestEpoch }), epoch, numbers };
}

function readNumbers(
  numbers: JsonValue | undefined,
  epochs: number,
  refuse: (received: string) => DrowseError,
): KeptHistory["numbers"] {
  if (!(numbers instanceof Map) || numbers.size === 0 || numbers.size > MOST_NUMBERS)
    throw refuse(`the numbers of a training are ${show(numbers)}`);
  for (const [name, values] of numbers) {
    if (!NAME.test(name)) throw refuse(`a number of a training is named ${show(name)}`);
    const isWhole = Array.isArray(values) && values.length === epochs;
    if (!isWhole || !values.every((value) => value === null || typeof value === "number"))
      throw refuse(`the ${name} of a training is ${show(values)}`);
  }
  return numbers as ReadonlyMap<string, readonly (number | null)[]>;
}
