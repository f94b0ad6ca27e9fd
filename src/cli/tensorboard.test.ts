import { describe, expect, it } from "vitest";
import { isTensorboardName, tensorboardGrowth, tensorboardName } from "./tensorboard.ts";

/** CRC-32C bit by bit. */
function checksumOf(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  }
  const checksum = (remainder ^ 0xffffffff) >>> 0;
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}

/** The bytes of each record of a file, whose checksums are looked at. */
function recordsOf(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const records: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    expect(view.getUint32(at + 8, true)).toBe(checksumOf(file.subarray(at, at + 8)));
    const bytes = file.subarray(at + 12, at + 12 + length);
    expect(view.getUint32(at + 12 + length, true)).toBe(checksumOf(bytes));
    records.push(bytes);
    at += length + 16;
  }
  return records;
}

type Field = readonly [number: number, value: number | Uint8Array | DataView];

/** The fields of a message of protobuf, as its encoding is described: numbers, bytes, or the words of 4 and 8 bytes. */
function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const [number, type] = [key >> 3, key & 7];
    if (type === 0) fields.push([number, varint()]);
    else {
      const length = type === 1 ? 8 : type === 5 ? 4 : varint();
      const part = Uint8Array.from(bytes.subarray(at, at + length));
      fields.push([number, type === 2 ? part : new DataView(part.buffer)]);
      at += length;
    }
  }
  return fields;
}

const field = (fields: readonly Field[], wanted: number) => fields.find(([number]) => number === wanted)?.[1];
const textOf = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);

/** An event in plain values. */
function eventOf(record: Uint8Array) {
  const fields = fieldsOf(record);
  const summary = field(fields, 5);
  const values = summary ? fieldsOf(summary as Uint8Array) : [];
  return {
    time: (field(fields, 1) as DataView).getFloat64(0, true),
    step: field(fields, 2),
    version: field(fields, 3) && textOf(field(fields, 3)),
    scalars: Object.fromEntries(
      values.map(([number, value]) => {
        expect(number).toBe(1);
        const inner = fieldsOf(value as Uint8Array);
        return [textOf(field(inner, 1)), (field(inner, 2) as DataView).getFloat32(0, true)];
      }),
    ),
  };
}

const line = (epoch: number) => ({
  ...{ event: "epoch", epoch, epochs: 400, loss: 0.5 / epoch, error: 0.25, validationLoss: 0.75, validationMacroF1: 0.5 },
  ...{ testLoss: null, learningRate: 0.125, skipped: 0.5, seconds: 2, examplesPerSecond: 100 },
});
const scalars = (epoch: number) => ({
  ...{ "loss/training": Math.fround(0.5 / epoch), "error/training": 0.25, "loss/validation": 0.75, "macroF1/validation": 0.5 },
  ...{ learningRate: 0.125, skipped: 0.5 },
});

describe("an event file for TensorBoard", () => {
  it("has the version first, and then the numbers of each epoch as scalars", () => {
    let time = 1_800_000_000.5;
    const growth = tensorboardGrowth("name", () => time);
    const lines: object[] = [line(1)];
    const pieces = [growth.whole(lines)];
    for (const epoch of [2, 300]) {
      time += 7;
      lines.push(line(epoch));
      pieces.push(growth.added(line(epoch)));
    }
    const end = { event: "done", loss: 1 };
    pieces.push(growth.added(end));
    const events = recordsOf(Buffer.concat(pieces)).map(eventOf);
    expect(events).toEqual([
      { time: 1_799_999_998.5, step: undefined, version: "brain.Event:2", scalars: {} },
      { time: 1_800_000_000.5, step: 1, version: undefined, scalars: scalars(1) },
      { time: 1_800_000_007.5, step: 2, version: undefined, scalars: scalars(2) },
      { time: 1_800_000_014.5, step: 300, version: undefined, scalars: scalars(300) },
    ]);
    // Written again at the end it is the same, to the bytes.
    time += 100;
    expect(Buffer.concat([growth.whole([...lines, end])])).toEqual(Buffer.concat(pieces));
  });

  it("has the epochs of a second training beside those of the first", () => {
    let time = 1000;
    const growth = tensorboardGrowth("name", () => time);
    const again = { ...{ event: "epoch", phase: "refit", epoch: 1, loss: 0.5, error: 0.25 }, learningRate: 0.125, seconds: 2 };
    const pieces = [growth.whole([line(1)])];
    time += 7;
    pieces.push(growth.added(again));
    expect(recordsOf(Buffer.concat(pieces)).map(eventOf).slice(1)).toEqual([
      { time: 1000, step: 1, version: undefined, scalars: scalars(1) },
      {
        ...{ time: 1007, step: 1, version: undefined },
        scalars: { "loss/refit": 0.5, "error/refit": 0.25, "learningRate/refit": 0.125 },
      },
    ]);
    expect(Buffer.concat([growth.whole([line(1), again])])).toEqual(Buffer.concat(pieces));
  });

  it("reckons when epochs ended that another process told", () => {
    const growth = tensorboardGrowth("name", () => 1000);
    const times = recordsOf(growth.whole([1, 2, 3].map(line))).map((record) => eventOf(record).time);
    expect(times).toEqual([994, 996, 998, 1000]);
    expect(recordsOf(growth.whole([1, 2, 3].map(line))).map((record) => eventOf(record).time)).toEqual(times);
  });

  it("is seen to be damaged where a byte is another", () => {
    const bytes = tensorboardGrowth("name").whole([line(1)]);
    bytes[bytes.length - 9] ^= 1;
    expect(() => recordsOf(bytes)).toThrow();
  });

  it("has a name that TensorBoard looks for", () => {
    expect(tensorboardName()).toMatch(/^events\.out\.tfevents\.\d{10}\.drowse$/);
    expect(isTensorboardName(tensorboardName())).toBe(true);
    expect(isTensorboardName("../events.out.tfevents.1.drowse")).toBe(false);
  });
});
