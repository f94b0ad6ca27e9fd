import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { crc32c } from "../formats/crc32.ts";
import type { Growth } from "./growing-file.ts";

// TensorBoard's event file: records of TFRecord, each an Event of event.proto; numbers of fields as there.
//
//   8 bytes   N, little-endian                  4 bytes   masked CRC-32C of these
//   N bytes   Event { wall_time = 1: double, step = 2: int64, file_version = 3: string, summary = 5: Summary }
//             Summary { value = 1, repeated: Value { tag = 1: string, simple_value = 2: float } }
//   4 bytes   masked CRC-32C of the N bytes

/** A checksum of something that has checksums in it: rotated by 15 bits, plus a constant. */
const masked = (checksum: number) => (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;

/** Bytes as a record. */
function recordOf(bytes: Uint8Array): Uint8Array {
  const record = new Uint8Array(bytes.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(bytes, 12);
  view.setUint32(12 + bytes.length, masked(crc32c(bytes)), true);
  return record;
}

/** @param time - seconds since 1970. */
function eventOf(time: number, write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter().tag(1, WireType.Bit64).double(time);
  write(writer);
  return recordOf(writer.finish());
}

/** What an event file begins with. */
const writeVersion = (writer: BinaryWriter) => writer.tag(3, WireType.LengthDelimited).string("brain.Event:2");

function scalarsOf(time: number, step: number, scalars: Readonly<Record<string, number>>): Uint8Array {
  return eventOf(time, (writer) => {
    writer.tag(2, WireType.Varint).int64(step).tag(5, WireType.LengthDelimited).fork();
    for (const [tag, value] of Object.entries(scalars)) {
      writer.tag(1, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.LengthDelimited).string(tag).tag(2, WireType.Bit32).float(value).join();
    }
    writer.join();
  });
}

/** Numbers of an epoch's line that are no measures. */
const OTHERS = new Set(["epoch", "epochs", "seconds", "examplesPerSecond"]);

/**
 * The tag of a number: what is measured on several sets stands in one chart, `loss/training` beside `loss/validation`; of a second training,
 * on all rows, `loss/refit`.
 */
function tagOf(name: string, isRefit: boolean): string {
  if (isRefit) return `${name}/refit`;
  const [, set, rest] = /^(validation|test)([A-Z]\w*)$/.exec(name) ?? [];
  if (rest !== undefined) return `${rest[0].toLowerCase()}${rest.slice(1)}/${set}`;
  return name === "loss" || name === "error" ? `${name}/training` : name;
}

/** A line of metrics.jsonl that tells of an epoch. */
type EpochLine = Readonly<Record<string, unknown>> & {
  readonly epoch: number;
  readonly phase?: string;
  readonly seconds: number;
};

const isEpoch = (line: object): line is EpochLine => "event" in line && line.event === "epoch";

/** The numbers of an epoch by their tags. */
function measuresOf(line: EpochLine): Record<string, number> {
  const numbers = Object.entries(line).filter(([name, value]) => typeof value === "number" && !OTHERS.has(name));
  return Object.fromEntries(numbers.map(([name, value]) => [tagOf(name, line.phase === "refit"), value as number]));
}

/**
 * An event file for TensorBoard, a step for each epoch.
 * @param name - must have `tfevents` in it.
 * @param clock - the present, in seconds since 1970.
 */
export function tensorboardGrowth(name: string, clock: () => number = () => Date.now() / 1000): Growth {
  // When each epoch ended. Of one that another process told it is reckoned back from the next, by the seconds that this took.
  const times = new Map<string, number>();
  const keyOf = ({ phase = "", epoch }: EpochLine) => `${phase} ${epoch}`;
  const piece = (line: EpochLine) => scalarsOf(times.get(keyOf(line)) as number, line.epoch, measuresOf(line));
  return {
    name,
    added(line) {
      if (!isEpoch(line)) return new Uint8Array(0);
      times.set(keyOf(line), clock());
      return piece(line);
    },
    whole(lines) {
      const epochs = lines.filter(isEpoch);
      let before = clock();
      for (const line of epochs.toReversed()) {
        const time = times.get(keyOf(line)) ?? before;
        times.set(keyOf(line), time);
        before = time - line.seconds;
      }
      return Buffer.concat([eventOf(before, writeVersion), ...epochs.map(piece)]);
    },
  };
}

/** A name for a new event file. */
export const tensorboardName = () => `events.out.tfevents.${Math.floor(Date.now() / 1000)}.drowse`;

/** Whether a name is that of an event file. */
export const isTensorboardName = (name: string) => /^events\.out\.tfevents\.\d+\.drowse$/.test(name);
