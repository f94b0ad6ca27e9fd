import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FUZZ_LIMIT, fuzz, mutatedBytes } from "../../test/mutated-bytes.ts";
import { DrowseError } from "../tensor/errors.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

/** A file of a header's text and `more` bytes of data. */
function file(header: string, more: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + more);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

/**
 * Reads a file and checks that its tensors cover the data, every byte once; or says why it was refused, the values taken
 * out. Anything but a DrowseError passes through and fails the test.
 */
function readOrRefusal(bytes: Uint8Array): string | undefined {
  let views: Uint8Array[];
  try {
    views = [...readSafetensors(bytes).tensors.values()].map((tensor) => tensor.bytes);
  } catch (error) {
    if (!(error instanceof DrowseError)) throw error;
    return error.received.replace(/"(?:[^"\\]|\\.)*"|\[.*\]|[\d.]+/g, "_");
  }
  const dataStart = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const places = views.flatMap((view) => Array.from(view, (_, i) => view.byteOffset + i)).sort((a, b) => a - b);
  expect(places).toEqual(Array.from({ length: bytes.length - dataStart }, (_, i) => dataStart + i));
  return undefined;
}

/** Nearly always one of `usual`. */
function mostly<T, U>(usual: fc.Arbitrary<T>, unusual: fc.Arbitrary<U>): fc.Arbitrary<T | U> {
  return fc.oneof({ weight: 20, arbitrary: usual }, { weight: 1, arbitrary: unusual });
}

const nudge = mostly(fc.constant(0), fc.integer({ min: -4, max: 4 }));

/** What a tensor's entry is made of with, now and then, something wrong; `size` is what a right one takes. */
const damagedEntry = fc
  .record({
    name: mostly(fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz"), fc.constantFrom("__metadata__", "__proto__", "\ud800")),
    dtype: mostly(fc.constantFrom("U8", "F32", "F64"), fc.constantFrom("F4", "f32", 4, null, {})),
    shape: mostly(
      fc.array(fc.nat(3), { maxLength: 3 }),
      fc.constantFrom<unknown>([-1], [0.5], ["1"], [2 ** 40, 2 ** 40], 1, null, {}),
    ),
    shift: nudge,
    stretch: nudge,
    more: mostly(fc.constant({}), fc.constantFrom({ x: 1 }, { data_offsets: [0] }, { shape: undefined })),
    instead: mostly(fc.constant(undefined), fc.constantFrom([], {}, "text", { dtype: "U8" })),
  })
  .map((parts) => {
    const width = parts.dtype === "F64" ? 8 : parts.dtype === "F32" ? 4 : 1;
    const lengths: unknown[] = Array.isArray(parts.shape) ? parts.shape : [];
    const size = lengths.reduce((product: number, length) => product * Number(length), width);
    return { ...parts, size: size >= 0 && size < 1000 ? Math.floor(size) : 0 };
  });

describe("readSafetensors reads or refuses, and nothing else,", () => {
  it("when bytes are damaged at random", { timeout: FUZZ_LIMIT }, async () => {
    const a = '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
    const b = '"b":{"dtype":"U8","shape":[2,0],"data_offsets":[4,4]}';
    const small = writeSafetensors(
      [
        { name: "w", dtype: "F32", shape: [2, 1], data: Float32Array.of(1, 2) },
        { name: "b", dtype: "U8", shape: [], data: Uint8Array.of(3) },
      ],
      new Map([["__proto__", "é"]]),
    );
    const marks = [...'"\\{}[],: \0-01248', "9".repeat(20), "1e9", "0.5", "null", "\\ud800"];
    const tokens = [...marks, '"U8"', '"F64"', '"dtype":"I32",', '"shape":[],', "[0,4]", `,${a}`, '"__metadata__":{},'];
    let read = 0;
    const tried = await fuzz(
      "safetensors",
      fc.property(mutatedBytes([small, writeSafetensors([]), file(`{${a},${b}}`, 4)], tokens), fc.boolean(), (bytes, mend) => {
        // Most damage moves the header's end: half of the time its length is set right, so that the rest is reached.
        const end = bytes.lastIndexOf("}".charCodeAt(0));
        if (mend && end >= 8) new DataView(bytes.buffer).setBigUint64(0, BigInt(end - 7), true);
        if (readOrRefusal(bytes) === undefined) read++;
      }),
    );
    expect(read).toBeGreaterThan(tried / 1000);
    expect(read).toBeLessThan(tried);
  });

  it("when a header's values are damaged at random", { timeout: FUZZ_LIMIT }, async () => {
    const refusals = new Set<string>();
    let read = 0;
    const tried = await fuzz(
      "safetensors, values of headers",
      fc.property(fc.array(damagedEntry, { minLength: 1, maxLength: 5 }), nudge, (entries, rest) => {
        let end = 0;
        const members = entries.map(({ name, dtype, shape, size, shift, stretch, more, instead }) => {
          const data_offsets = [end + shift, end + shift + size + stretch];
          end += size;
          return `${JSON.stringify(name)}:${JSON.stringify(instead ?? { dtype, shape, data_offsets, ...more })}`;
        });
        const refusal = readOrRefusal(file(`{${members.join()}}`, Math.max(0, end + rest)));
        if (refusal === undefined) read++;
        else refusals.add(refusal);
      }),
    );
    expect(read).toBeGreaterThan(tried / 20);
    // Damage that only ever met the first checks would say nothing of the later ones.
    const reached = [...refusals].join("\n");
    for (const fault of [
      "overlaps",
      "hole",
      "end before",
      "takes _ bytes",
      "too large",
      "given twice",
      "unknown key",
      "missing",
    ]) {
      expect(reached).toContain(fault);
    }
  });
});
