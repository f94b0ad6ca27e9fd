import type { EpochEvent } from "../model/fit-events.ts";
import type { EpochWeights, FitState, WatchState } from "../model/fit-state.ts";
import type { TrainerState } from "../model/trainer-state.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { crc32c } from "./crc32.ts";
import { JsonMembers } from "./json-members.ts";
import { copyTensor, readSafetensors, type SafetensorsInput, writeSafetensors } from "./safetensors.ts";
import { type JsonValue, parseStrictJson } from "./strict-json.ts";

// A state of `fit` is one safetensors file. In its metadata are the format, "drowse-checkpoint/1", and a note of the caller's. Tensors:
//
//   values/dense1.weight, slots/velocity/dense1.weight, last/…, best/…
//               each as one row of numbers; those of a best epoch that is the last one are there once
//   JSON        bytes of UTF-8: the plain values of a FitState, of which a long run has more than a header holds. Numbers that JSON
//               has not are texts: "NaN", "Infinity", "-Infinity". `parameters` are the names of the values in the order of the layers,
//               which a file of tensors does not keep and a hash of weights goes by
//   crc32c      the last by the order of dtypes and names: the file ends with the checksum of all that stands before it

const FORMAT = "drowse-checkpoint/1";
const OPERATION = "loadFitState";
const PLAIN = "JSON";
const CHECKSUM = "crc32c";
const CHECKSUM_BYTES = 4;

type Numbers = Readonly<Record<string, Float32Array>>;

const REMEDY = "the file was changed or damaged: go on from the checkpoint before it";

const damaged = (received: string) => new DrowseError(OPERATION, received, REMEDY);

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw damaged("its JSON is not valid UTF-8");
  }
}

function tensorsOf(prefix: string, numbers: Numbers): SafetensorsInput[] {
  return Object.entries(numbers).map(([name, data]) => ({ name: `${prefix}/${name}`, dtype: "F32", shape: [data.length], data }));
}

/**
 * A state of `fit` as the bytes of a file, with a checksum.
 * @param note - a text that is kept beside it.
 * @throws {DrowseError} on anything that is no state.
 * @example
 * const checkpoint = { save: (state) => writeFile("checkpoint.safetensors", saveFitState(state)) };
 */
export function saveFitState(state: FitState, note = ""): Uint8Array {
  if (typeof state?.trainer?.values !== "object" || typeof state.trainer.slots !== "object")
    throw new DrowseError("saveFitState", `the state is ${show(state)}`, "give one that fit gave to checkpoint.save");
  const { trainer, last, best, ...plain } = state;
  const { values, slots, ...position } = trainer;
  const own = best !== undefined && best.epoch !== last?.epoch;
  const told = ({ epoch, rates }: EpochWeights) => ({ epoch, rates });
  const weights = { ...(last ? { last: told(last) } : {}), ...(best ? { best: told(best) } : {}) };
  const parameters = Object.keys(best?.values ?? values);
  const text = JSON.stringify(
    { ...plain, ...weights, parameters, trainer: { ...position, slots: Object.keys(slots) } },
    (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value),
  );
  const json = new TextEncoder().encode(text);
  const tensors = [
    { name: PLAIN, dtype: "U8", shape: [json.length], data: json } as const,
    ...tensorsOf("values", values),
    ...Object.entries(slots).flatMap(([slot, numbers]) => tensorsOf(`slots/${slot}`, numbers)),
    ...(last ? tensorsOf("last", last.values) : []),
    ...(own ? tensorsOf("best", best.values) : []),
    { name: CHECKSUM, dtype: "U8", shape: [CHECKSUM_BYTES], data: new Uint8Array(CHECKSUM_BYTES) } as const,
  ];
  const bytes = writeSafetensors(tensors, { format: FORMAT, note });
  const end = bytes.length - CHECKSUM_BYTES;
  new DataView(bytes.buffer).setUint32(end, crc32c(bytes.subarray(0, end)), true);
  return bytes;
}

/**
 * The state of a file's bytes, and the note beside it. `fit` checks that it is one of its model, data and options.
 * @throws {DrowseError} when a byte is missing or another, or the file is not one that `saveFitState` made.
 * @example
 * const { state } = loadFitState(await readFile("checkpoint.safetensors"));
 * await model.fit(data, { ...options, resume: state });
 */
export function loadFitState(bytes: Uint8Array): { state: FitState; note: string } {
  if (!(bytes instanceof Uint8Array))
    throw new DrowseError(OPERATION, `the file is ${show(bytes)}`, "give its bytes, a Uint8Array");
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < 0) throw damaged(`the file has ${bytes.length} bytes`);
  const checksum = new DataView(bytes.buffer, bytes.byteOffset + end, CHECKSUM_BYTES).getUint32(0, true);
  if (crc32c(bytes.subarray(0, end)) !== checksum) throw damaged("the checksum at the file's end is not that of its bytes");
  const file = readSafetensors(bytes);
  const { metadata } = file;
  if (metadata.get("format") !== FORMAT) {
    const received = `the file's format is ${show(metadata.get("format"))}`;
    throw new DrowseError(OPERATION, received, `give a file that saveFitState made (${FORMAT})`);
  }
  const json = parseStrictJson(textOf(copyTensor(file, PLAIN, "U8")), { operation: OPERATION, remedy: REMEDY });
  const members = new JsonMembers("the state", withNumbers(json), damaged);
  const places = new Map(members.texts("parameters").map((name, place) => [name, place]));
  const placeOf = (name: string) => places.get(name) ?? places.size;
  const numbers = (prefix: string): Numbers => {
    const names = [...file.tensors.keys()]
      .filter((name) => name.startsWith(`${prefix}/`))
      .map((name) => name.slice(prefix.length + 1))
      .sort((a, b) => placeOf(a) - placeOf(b));
    return Object.fromEntries(names.map((name) => [name, copyTensor(file, `${prefix}/${name}`, "F32")]));
  };
  return {
    state: readState(members, numbers),
    note: metadata.get("note") ?? "",
  };
}

/** Texts of numbers that JSON has not, back to numbers. */
function withNumbers(value: JsonValue): JsonValue {
  if (value instanceof Map) return new Map([...value].map(([name, member]) => [name, withNumbers(member)]));
  if (Array.isArray(value)) return value.map(withNumbers);
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value;
}

function readState(members: JsonMembers, numbers: (prefix: string) => Numbers): FitState {
  if (members.get("version") !== 1) throw damaged(`the state has version ${show(members.get("version"))}`);
  const last = members.optional("last", (name) => readWeights(members.object(name), numbers("last")));
  const best = members.optional("best", (name) => {
    const weights = members.object(name);
    return readWeights(weights, weights.count("epoch") === last?.epoch ? last.values : numbers("best"));
  });
  const stopping = members.optional("earlyStopping", (name) => readWatch(members.object(name)));
  const plateau = members.optional("reduceLearningRateOnPlateau", (name) => {
    const watch = members.object(name);
    return { ...readWatch(watch), cooling: watch.count("cooling") };
  });
  return {
    version: 1,
    trainer: readTrainer(members.object("trainer"), numbers),
    epochs: members.list("epochs").map(readEpoch),
    ...(last ? { last } : {}),
    ...(best ? { best } : {}),
    ...(stopping ? { earlyStopping: stopping } : {}),
    ...(plateau ? { reduceLearningRateOnPlateau: plateau } : {}),
    seconds: members.number("seconds"),
    epochSeconds: members.number("epochSeconds"),
  };
}

function readWeights(members: JsonMembers, values: Numbers): EpochWeights {
  return { epoch: members.count("epoch"), values, rates: members.numbersByName("rates") };
}

function readWatch(members: JsonMembers): WatchState {
  const best = members.optional("best", (name) => members.number(name));
  return { ...(best === undefined ? {} : { best }), waited: members.count("waited") };
}

/** Every member of an epoch's event but its kind is a number. */
function readEpoch(json: JsonValue, index: number): EpochEvent {
  const members = new JsonMembers(`epoch ${index + 1}`, json, damaged);
  const names = [...(json as Map<string, JsonValue>).keys()].filter((name) => name !== "event");
  if (members.text("event") !== "epoch" || members.count("epoch") !== index + 1)
    throw damaged(`epoch ${index + 1} is another event`);
  const told = Object.fromEntries(names.map((name) => [name, members.number(name)]));
  return { event: "epoch", ...told } as unknown as EpochEvent;
}

function readTrainer(members: JsonMembers, numbers: (prefix: string) => Numbers): TrainerState {
  if (members.get("version") !== 1) throw damaged(`the trainer's state has version ${show(members.get("version"))}`);
  const maskPasses = members.optional("maskPasses", (name) => members.numbersByName(name));
  const schedule = members.optional("schedule", (name) => {
    const made = members.object(name);
    return { steps: made.count("steps"), rates: made.numbersByName("rates") };
  });
  const copiesFrom = members.optional("copiesFrom", (name) => members.text(name));
  return {
    version: 1,
    generator: members.text("generator"),
    seed: members.count("seed"),
    rows: members.count("rows"),
    batchSize: members.count("batchSize"),
    step: members.count("step"),
    pass: members.count("pass"),
    batch: members.count("batch"),
    lossSum: members.number("lossSum"),
    penaltySum: members.number("penaltySum"),
    right: members.number("right"),
    multiplyAdds: members.number("multiplyAdds"),
    rates: members.numbersByName("rates"),
    ...(maskPasses ? { maskPasses } : {}),
    ...(schedule ? { schedule } : {}),
    ...(copiesFrom === undefined ? {} : { copiesFrom }),
    learningRateFactor: members.number("learningRateFactor"),
    values: numbers("values"),
    optimizer: members.text("optimizer"),
    slots: Object.fromEntries(members.texts("slots").map((slot) => [slot, numbers(`slots/${slot}`)])),
  };
}
