import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DrowseError } from "../tensor/errors.ts";
import { copyTensor, readSafetensors, type SafetensorsInput, writeSafetensors } from "./safetensors.ts";
import { DTYPE_NAMES, DTYPES } from "./safetensors-dtype.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A file put together by hand: the header's text, the length it claims, `more` bytes of data. */
function file(header: string | Uint8Array, more = 0, length?: bigint): Uint8Array {
  const text = typeof header === "string" ? encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + more);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

/** A tensor's entry in a header. */
const entry = (name: string, shape: string, begin: number, end: number, dtype = "F32") =>
  `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

/** Names and texts with surrogate pairs, control characters and what objects make trouble of. */
const text = fc.oneof(
  fc.string({ unit: "binary" }).filter((string) => !/\p{Surrogate}/u.test(string)),
  fc.constantFrom("", "__proto__", "constructor", "toString", "0", '"', "\\", "\u0000", "é", "\uffff", "😀"),
);

const tensor = fc
  .tuple(text, fc.constantFrom(...DTYPE_NAMES), fc.array(fc.nat(4), { maxLength: 4 }), fc.infiniteStream(fc.nat(255)))
  .map(([name, dtype, shape, stream]): SafetensorsInput & { data: Uint8Array } => {
    const length = shape.reduce((product, axis) => product * axis, DTYPES[dtype].width as number);
    return { name, dtype, shape, data: Uint8Array.from({ length }, () => stream.next().value) };
  });
const tensors = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 });
const metadata = fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 4 });

describe("writeSafetensors and readSafetensors", () => {
  it("give back every name, dtype, shape, bit and text, at any alignment", () => {
    fc.assert(
      fc.property(tensors, metadata, fc.nat(9), (given, texts, offset) => {
        const written = writeSafetensors(given, new Map(texts));
        const inside = new Uint8Array(offset + written.length);
        inside.set(written, offset);
        const back = readSafetensors(inside.subarray(offset));
        expect(new Map(back.metadata)).toEqual(new Map(texts));
        expect(back.tensors.size).toBe(given.length);
        for (const { name, dtype, shape, data } of given) {
          const found = back.tensors.get(name);
          expect({ dtype: found?.dtype, shape: found?.shape }).toEqual({ dtype, shape });
          expect([...(found?.bytes ?? [])]).toEqual([...data]);
        }
      }),
    );
  });

  it("write the same bytes in whatever order tensors and metadata come", () => {
    const shuffled = fc.tuple(tensors, metadata).chain(([given, texts]) => {
      const all = <T>(items: T[]) => fc.shuffledSubarray(items, { minLength: items.length });
      return fc.tuple(fc.constant(writeSafetensors(given, new Map(texts))), all(given), all(texts));
    });
    fc.assert(
      fc.property(shuffled, ([once, given, texts]) => {
        expect(writeSafetensors(given, new Map(texts))).toEqual(once);
      }),
    );
  });

  it("align the data to 8 bytes and every tensor to its numbers", () => {
    fc.assert(
      fc.property(tensors, metadata, (given, texts) => {
        const written = writeSafetensors(given, new Map(texts));
        expect(new DataView(written.buffer).getBigUint64(0, true) % 8n).toBe(0n);
        for (const { bytes, dtype } of readSafetensors(written).tensors.values()) {
          expect(bytes.byteOffset % DTYPES[dtype].width).toBe(0);
        }
      }),
    );
  });

  it("look at the file's bytes in place, and take a Buffer", () => {
    const written = writeSafetensors([{ name: "a", dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) }]);
    const bytes = readSafetensors(Buffer.from(written.buffer)).tensors.get("a")?.bytes;
    expect(bytes?.buffer).toBe(written.buffer);
    expect(bytes?.constructor).toBe(Uint8Array);
  });

  it("read memory that threads share", () => {
    const written = writeSafetensors([{ name: "a", dtype: "F32", shape: [1], data: Float32Array.of(7) }]);
    const shared = new Uint8Array(new SharedArrayBuffer(written.length));
    shared.set(written);
    expect([...copyTensor(readSafetensors(shared), "a", "F32")]).toEqual([7]);
  });

  it("read a file whose header names tensors in another order than their data, and empty ones among them", () => {
    const header = [entry("b", "[1]", 4, 8), entry("none", "[0,9]", 4, 4), entry("a", "[]", 0, 4)].join();
    const { tensors: found } = readSafetensors(file(`{${header}}`, 8));
    expect([...found.keys()]).toEqual(["a", "none", "b"]);
    expect(found.get("none")?.bytes.length).toBe(0);
  });
});

describe("the bytes of a file", () => {
  it("are the reference implementation's: wide numbers first, names in order, the header padded", () => {
    const written = writeSafetensors(
      [
        { name: "b", dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
        { name: "w", dtype: "F32", shape: [2], data: Float32Array.of(1, -2) },
        { name: "a", dtype: "F32", shape: [], data: Float32Array.of(0.5) },
      ],
      { format: "pt" },
    );
    const header =
      '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},' +
      '"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"b":{"dtype":"U8","shape":[3],"data_offsets":[12,15]}}';
    const padding = " ".repeat(7 - ((header.length + 7) % 8));
    const data = [0, 0, 0, 0x3f, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 1, 2, 3];
    expect([...written]).toEqual([header.length + padding.length, 0, 0, 0, 0, 0, 0, 0, ...encode(header + padding), ...data]);
  });

  it("of no tensors are an empty object in 8 characters", () => {
    expect([...writeSafetensors([])]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, 123, 125, 32, 32, 32, 32, 32, 32]);
  });

  it("order names by code point, not by UTF-16 unit", () => {
    const one = (name: string): SafetensorsInput => ({ name, dtype: "U8", shape: [1], data: Uint8Array.of(1) });
    const names = readSafetensors(writeSafetensors([one("😀"), one("\uffff"), one("a"), one("ab"), one("")])).tensors.keys();
    expect([...names]).toEqual(["", "a", "ab", "\uffff", "😀"]);
  });
});

describe("readSafetensors refuses", () => {
  const a = entry("a", "[1]", 0, 4);
  const cases: readonly [string, unknown, string][] = [
    // The file and its header's length.
    ["a path", "model.safetensors", 'the file is "model.safetensors"; give its bytes as a Uint8Array'],
    ["an ArrayBuffer", new ArrayBuffer(16), "give its bytes as a Uint8Array"],
    ["an empty file", new Uint8Array(0), "the file has 0 bytes, fewer than the 8 of the header's length"],
    ["seven bytes", new Uint8Array(7), "the file has 7 bytes"],
    ["no header", file(""), 'the header of 0 bytes does not begin with "{"'],
    ["a header past the end", file("{}", 0, 3n), "the header needs 11 bytes and the file has 10"],
    ["a header of 10,000,001 bytes", file("{}", 0, 10_000_001n), "would be 10000001 bytes long, more than 10000000"],
    ["a header of 2^64 - 1 bytes", file("{}", 0, 2n ** 64n - 1n), "would be 18446744073709551615 bytes long"],
    ["a ZIP archive", encode("PK\u0003\u0004----and the rest"), "bytes long, more than 10000000"],
    // Its text.
    ["a space before the header", file(" {}"), 'the header of 3 bytes does not begin with "{"'],
    ["a byte order mark", file("\ufeff{}"), 'does not begin with "{"'],
    ["an array", file("[]"), 'does not begin with "{"'],
    ["invalid UTF-8", file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), "the header is not valid UTF-8"],
    ["overlong UTF-8", file(Uint8Array.of(0x7b, 0x22, 0xc0, 0x80, 0x22, 0x7d)), "the header is not valid UTF-8"],
    ["an encoded surrogate", file(Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d)), "the header is not valid UTF-8"],
    ["an unclosed header", file(`{${a}`, 4), 'the end of the text is found where "," or "}" is due'],
    ["text after the header", file(`{${a}}x`, 4), '"x" follows the JSON value'],
    ["zeros after the header", file(`{${a}}\0\0`, 4), '"\\u0000" follows the JSON value'],
    ["two objects", file(`{${a}}{}`, 4), '"{" follows the JSON value'],
    ["a trailing comma", file(`{${a},}`, 4), "where a key in quotes is due"],
    ["a deep header", file(`{"a":${"[".repeat(99)}`), "nested deeper than 32"],
    ["half a surrogate pair in a name", file(`{${entry("\\ud800", "[1]", 0, 4)}}`, 4), "holds half a surrogate pair"],
    // Keys.
    ["a tensor twice", file(`{${a},${a}}`, 4), 'the key "a" is given twice'],
    ["a tensor twice, spelled otherwise", file(`{${a},${entry("\\u0061", "[1]", 4, 8)}}`, 8), 'the key "a" is given twice'],
    ["a dtype twice", file('{"a":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}}', 4), '"dtype" is given twice'],
    ["metadata twice", file('{"__metadata__":{},"__metadata__":{}}'), 'the key "__metadata__" is given twice'],
    ["a metadata key twice", file('{"__metadata__":{"k":"1","k":"2"}}'), 'the key "k" is given twice'],
    ["an unknown key", file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', 4), 'has the unknown key "x"'],
    [
      "a __proto__ key",
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"__proto__":{}}}', 4),
      'unknown key "__proto__"',
    ],
    ["a missing dtype", file('{"a":{"shape":[1],"data_offsets":[0,4]}}', 4), 'the dtype of the tensor "a" is missing'],
    ["a missing shape", file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4), 'the shape of the tensor "a" is missing'],
    ["missing data_offsets", file('{"a":{"dtype":"F32","shape":[1]}}', 4), 'the data_offsets of the tensor "a" are missing'],
    ["a tensor that is null", file('{"a":null}'), 'the entry of the tensor "a" is null, not an object'],
    ["a tensor that is an array", file('{"a":["F32",[1],[0,4]]}', 4), "not an object"],
    // Metadata.
    ["metadata that is null", file('{"__metadata__":null}'), "__metadata__ is null, not an object of strings"],
    ["metadata that is an array", file('{"__metadata__":["a"]}'), "not an object of strings"],
    ["a metadata number", file('{"__metadata__":{"seed":42}}'), 'the metadata "seed" is 42, not a string'],
    ["a metadata object", file('{"__metadata__":{"graph":{}}}'), 'the metadata "graph" is an object, not a string'],
    // Dtypes.
    [
      "an unknown dtype",
      file(`{${entry("a", "[1]", 0, 4, "F33")}}`, 4),
      'the dtype of the tensor "a" is "F33", not one of BOOL, U8',
    ],
    ["a dtype in small letters", file(`{${entry("a", "[1]", 0, 4, "f32")}}`, 4), 'is "f32", not one of'],
    ["a dtype that every object has", file(`{${entry("a", "[1]", 0, 4, "toString")}}`, 4), 'is "toString", not one of'],
    ["a dtype below a byte", file(`{${entry("a", "[2]", 0, 1, "F4")}}`, 1), 'is "F4", not one of'],
    ["a dtype that is a number", file('{"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}}', 4), "is 4, not one of"],
    // Shapes.
    ["a shape that is a number", file(`{${entry("a", "1", 0, 4)}}`, 4), 'the shape of the tensor "a" is 1, not an array'],
    ["a shape of strings", file(`{${entry("a", '["1"]', 0, 4)}}`, 4), 'is ["1"], not an array of whole numbers'],
    ["a negative length", file(`{${entry("a", "[-1]", 0, 4)}}`, 4), "the number -1 is not a plain whole number"],
    ["half a length", file(`{${entry("a", "[0.5]", 0, 2)}}`, 2), "the number 0.5 is not a plain whole number"],
    ["a length with a fraction of 0", file(`{${entry("a", "[1.0]", 0, 4)}}`, 4), "the number 1.0 is not a plain whole number"],
    ["a length with an exponent", file(`{${entry("a", "[1e0]", 0, 4)}}`, 4), "the number 1e0 is not a plain whole number"],
    ["a length of 2^53", file(`{${entry("a", "[9007199254740992]", 0, 4)}}`, 4), "too large to hold exactly"],
    ["a length of 2^64 + 1", file(`{${entry("a", "[18446744073709551617]", 0, 4)}}`, 4), "too large to hold exactly"],
    [
      "a product past counting",
      file(`{${entry("a", "[4294967296,4294967296]", 0, 0)}}`),
      "[4294967296, 4294967296], too large to count",
    ],
    ["a product past counting, then 0", file(`{${entry("a", "[4294967296,4294967296,0]", 0, 0)}}`), "too large to count"],
    ["a size past counting", file(`{${entry("a", "[4503599627370496]", 0, 0)}}`), "too large to count"],
    // Offsets.
    ["one offset", file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}', 4), "are [4], not two whole numbers"],
    [
      "three offsets",
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 4),
      "are [0, 4, 8], not two whole numbers",
    ],
    ["offsets of strings", file('{"a":{"dtype":"F32","shape":[1],"data_offsets":["0","4"]}}', 4), "not two whole numbers"],
    ["an end before the begin", file(`{${entry("a", "[1]", 4, 0)}}`, 4), "are [4, 0], the end before the begin"],
    ["too small a span", file(`{${entry("a", "[2]", 0, 4)}}`, 4), "are [0, 4], but F32 of the shape [2] takes 8 bytes"],
    ["too large a span", file(`{${entry("a", "[]", 0, 8)}}`, 8), "are [0, 8], but F32 of the shape [] takes 4 bytes"],
    ["a span for no numbers", file(`{${entry("a", "[0]", 0, 4)}}`, 4), "are [0, 4], but F32 of the shape [0] takes 0 bytes"],
    // Layout.
    [
      "a hole at the begin",
      file(`{${entry("a", "[1]", 4, 8)}}`, 8),
      'of the tensor "a" begins at 4 and leaves a hole after what ends at 0',
    ],
    ["a hole between", file(`{${a},${entry("b", "[1]", 8, 12)}}`, 12), '"b" begins at 8 and leaves a hole after what ends at 4'],
    ["the same bytes twice", file(`{${a},${entry("b", "[1]", 0, 4)}}`, 4), '"b" begins at 0 and overlaps what ends at 4'],
    ["an overlap", file(`{${a},${entry("b", "[1]", 2, 6)}}`, 6), '"b" begins at 2 and overlaps what ends at 4'],
    [
      "an empty tensor inside another",
      file(`{${a},${entry("b", "[0]", 2, 2)}}`, 4),
      '"b" begins at 2 and overlaps what ends at 4',
    ],
    ["an empty tensor past the end", file(`{${a},${entry("b", "[0]", 8, 8)}}`, 4), '"b" begins at 8 and leaves a hole'],
    [
      "missing data",
      file(`{${a}}`, 3),
      "the tensors take 4 bytes and the file holds 3 bytes of data; it is not a safetensors file, or",
    ],
    ["data left over", file(`{${a}}`, 5), "the tensors take 4 bytes and the file holds 5 bytes of data"],
    ["data of no tensor", file("{}", 1), "the tensors take 0 bytes and the file holds 1 bytes of data"],
  ];

  it.each(cases)("%s", (_, bytes, message) => {
    const read = () => readSafetensors(bytes as Uint8Array);
    expect(read).toThrow(DrowseError);
    expect(read).toThrow(message);
    expect(read).toThrow(/^readSafetensors/);
  });

  it("more than 65,536 tensors", () => {
    const header = (count: number) => `{${Array.from({ length: count }, (_, i) => entry(`${i}`, "[0]", 0, 0)).join()}}`;
    expect(readSafetensors(file(header(65_536))).tensors.size).toBe(65_536);
    expect(() => readSafetensors(file(header(65_537)))).toThrow("the header names 65537 tensors, more than 65536");
  });

  it("with a short message, however long the names and shapes are", () => {
    const long = entry("n".repeat(5000), `[${"1,".repeat(5000)}1]`, 0, 8);
    expect(() => readSafetensors(file(`{${long}}`, 8))).toThrow(/^.{0,400}$/);
  });

  const small = writeSafetensors(
    [
      { name: "w", dtype: "F32", shape: [2, 1], data: Float32Array.of(1, 2) },
      { name: "b", dtype: "U8", shape: [], data: Uint8Array.of(3) },
      { name: "none", dtype: "F64", shape: [0], data: new Float64Array(0) },
    ],
    new Map([
      ["seed", "42"],
      ["__proto__", "é"],
    ]),
  );

  it("a file cut at any byte", () => {
    for (let length = 0; length < small.length; length++) {
      expect(() => readSafetensors(small.subarray(0, length)), `${length} bytes`).toThrow(DrowseError);
    }
    expect(readSafetensors(small).tensors.size).toBe(3);
  });
});

describe("writeSafetensors refuses", () => {
  const good = { name: "a", dtype: "F32", shape: [1], data: Float32Array.of(1) };
  const cases: readonly [string, unknown, unknown, string][] = [
    ["a name that is no string", [{ ...good, name: 1 }], {}, "the tensor's name is 1; give a string"],
    ["a broken name", [{ ...good, name: "\ud800" }], {}, 'the tensor\'s name "\\ud800" holds half a surrogate pair'],
    ["the metadata's name", [{ ...good, name: "__metadata__" }], {}, "a tensor is named __metadata__; choose another"],
    ["two of a name", [good, good], {}, 'two tensors are named "a"; give each a name of its own'],
    ["an unknown dtype", [{ ...good, dtype: "float32" }], {}, 'the dtype of the tensor "a" is "float32"; give one of BOOL'],
    ["an inherited dtype", [{ ...good, dtype: "constructor" }], {}, 'is "constructor"; give one of'],
    ["a shape that is no array", [{ ...good, shape: 1 }], {}, 'the shape of the tensor "a" is 1; give whole numbers'],
    ["a negative length", [{ ...good, shape: [-1] }], {}, "is [-1]; give whole numbers of 0 or more"],
    ["half a length", [{ ...good, shape: [0.5] }], {}, "is [0.5]; give whole numbers"],
    ["a length that is no number", [{ ...good, shape: ["1"] }], {}, 'is ["1"]; give whole numbers'],
    ["too large a shape", [{ ...good, shape: [2 ** 40, 2 ** 40] }], {}, "give whole numbers of 0 or more"],
    [
      "another typed array",
      [{ ...good, data: Int32Array.of(1) }],
      {},
      "is Int32Array of 4 bytes; give a Uint8Array or Float32Array",
    ],
    ["a DataView", [{ ...good, data: new DataView(new ArrayBuffer(4)) }], {}, "is DataView of 4 bytes; give a Uint8Array"],
    ["plain numbers", [{ ...good, data: [1] }], {}, "is [1]; give a Uint8Array or Float32Array"],
    ["too little data", [{ ...good, data: new Float32Array(0) }], {}, "has 0 bytes; F32 of the shape [1] takes 4"],
    ["too much data", [{ ...good, data: new Float32Array(2) }], {}, "has 8 bytes; F32 of the shape [1] takes 4"],
    ["a metadata number", [good], { seed: 42 }, 'the metadata "seed" is 42; give a string'],
    ["a broken metadata text", [good], { note: "\udc00" }, 'the metadata "note" "\\udc00" holds half a surrogate pair'],
    ["a metadata key that is no string", [good], new Map([[1, "a"]]), "a metadata key is 1; give a string"],
    ["too long a header", [good], { note: "x".repeat(10_000_000) }, "bytes long; keep names and metadata below 10000000 bytes"],
    ["too many tensors", new Array(65_537).fill(good), {}, "there are 65537 tensors; give at most 65536"],
  ];

  it.each(cases)("%s", (_, list, texts, message) => {
    const write = () => writeSafetensors(list as SafetensorsInput[], texts as Record<string, string>);
    expect(write).toThrow(DrowseError);
    expect(write).toThrow(message);
  });
});

describe("copyTensor", () => {
  const written = writeSafetensors([
    { name: "f", dtype: "F32", shape: [3], data: Float32Array.of(1.5, Number.NEGATIVE_INFINITY, 0.1) },
    { name: "d", dtype: "F64", shape: [2, 1], data: Float64Array.of(Math.PI, -0) },
    { name: "i", dtype: "I64", shape: [1], data: BigInt64Array.of(-(2n ** 62n)) },
    { name: "u", dtype: "U16", shape: [2], data: Uint16Array.of(258, 65535) },
    { name: "nan", dtype: "F32", shape: [1], data: Uint8Array.of(0x01, 0x00, 0xa0, 0x7f) },
  ]);
  // One byte further on, so that nothing is aligned.
  const moved = new Uint8Array(written.length + 1);
  moved.set(written, 1);
  const opened = readSafetensors(moved.subarray(1));

  it("gives each type's numbers, from any alignment, apart from the file", () => {
    const numbers = copyTensor(opened, "f", "F32", [3]);
    expect(numbers).toEqual(Float32Array.of(1.5, Number.NEGATIVE_INFINITY, 0.1));
    expect(copyTensor(opened, "d", "F64")).toEqual(Float64Array.of(Math.PI, -0));
    expect(copyTensor(opened, "i", "I64")).toEqual(BigInt64Array.of(-(2n ** 62n)));
    expect(copyTensor(opened, "u", "U16", [2])).toEqual(Uint16Array.of(258, 65535));
    numbers[0] = 9;
    expect(copyTensor(opened, "f", "F32")[0]).toBe(1.5);
  });

  it("keeps the bits of a signalling NaN", () => {
    expect(new Uint32Array(copyTensor(opened, "nan", "F32").buffer)[0]).toBe(0x7fa00001);
  });

  it("refuses another name, type or shape", () => {
    const missing = 'copyTensor: the file has no tensor "x" among its 5 ("i", "d", "f", "nan", "u"); use a file';
    expect(() => copyTensor(opened, "x", "F32")).toThrow(missing);
    expect(() => copyTensor(opened, "d", "F32")).toThrow('copyTensor: the tensor "d" is F64 where F32 is due; use a file');
    expect(() => copyTensor(opened, "d", "F64", [2])).toThrow('the tensor "d" has the shape [2, 1] where [2] is due');
    expect(() => copyTensor(opened, "toString", "F32")).toThrow(DrowseError);
  });
});
