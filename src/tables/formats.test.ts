import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { floats, inPieces, npyFile, objectsOf, zipFile } from "../../test/tables.ts";
import { formatOf, openRows } from "./open-rows.ts";

const blob = (bytes: Uint8Array | string) => new Blob([bytes as Uint8Array<ArrayBuffer>]);
const read = (bytes: Uint8Array | string) => objectsOf(openRows(blob(bytes)));

describe("JSON lines", () => {
  it("are read by key, with vectors, lines that lack some, and large numbers", async () => {
    const text =
      '{"a": 1, "__proto__": "x", "v": [1, 2.5]}\n\n{"b": true, "a": null, "n": 12345678901234567890}\r\n{"o": {"k": 1}}';
    for (const size of [1, 7, 1000]) {
      const rows = await objectsOf(openRows(inPieces(text, size)));
      expect(rows.map((row) => JSON.stringify(row))).toEqual([
        '{"a":1,"__proto__":"x","v":[1,2.5]}',
        expect.stringMatching(/"a":null.*"b":true,"n":12345678901234567000/),
        expect.stringMatching(/"o":"\{/),
      ]);
    }
  });

  it.each([
    ['{"a": 1}\n[1]\n', /line 2 is "\[1\]"/],
    ['{"a": 1, "a": 2}\n', /line 1: the key "a" is given twice/],
    ['{"a": 1}\n{"a": }\n', /line 2/],
    ["{", /line 1/],
  ])("%j is refused", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });
});

describe("npy", () => {
  it("is read by rows and by columns, in every type", async () => {
    const c = npyFile("<f8", [2, 3], floats([1, 2, 3, 4, 5, 6]));
    const fortran = npyFile("<f8", [2, 3], floats([1, 4, 2, 5, 3, 6]), true);
    const expected = [
      { c1: 1, c2: 2, c3: 3 },
      { c1: 4, c2: 5, c3: 6 },
    ];
    expect(await read(c)).toEqual(expected);
    expect(await read(fortran)).toEqual(expected);
    const big = Uint8Array.of(0, 0, 1, 0, 255, 255, 255, 254);
    expect(await read(npyFile(">i4", [2], big))).toEqual([{ c1: 256 }, { c1: -2 }]);
    expect(await read(npyFile("|b1", [2], Uint8Array.of(1, 0)))).toEqual([{ c1: true }, { c1: false }]);
    const text = new Uint8Array(Uint32Array.from([..."ab\0", ..."é\0\0"].map((one) => one.charCodeAt(0))).buffer);
    expect(await read(npyFile("<U3", [2], text))).toEqual([{ c1: "ab" }, { c1: "é" }]);
  });

  it.each([
    [npyFile("|O", [2], new Uint8Array(16)), /header.*give an array of plain numbers/],
    [npyFile("<f8", [2, 3], floats([1, 2])), /promises/],
    [npyFile("<f8", [999_999_999_999], floats([1])), /promises/],
    [npyFile("<f8", [1, 1, 1], floats([1])), /shape \[1, 1, 1\]/],
    [npyFile("<f8", [`${"9".repeat(200)}x` as never], floats([1])), /has the header/],
    [npyFile("<c16", [1], new Uint8Array(16)), /holds c16/],
  ])("is refused where it is none of that", async (bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });
});

describe("npz", () => {
  const arrays = { "x.npy": npyFile("<f8", [2, 2], floats([1, 2, 3, 4])), "y.npy": npyFile("<f8", [2], floats([5, 6])) };

  it.each([false, true])("is read by the names of its arrays, deflated: %s", async (deflate) => {
    expect(await read(zipFile(arrays, { deflate }))).toEqual([
      { x: [1, 2], y: 5 },
      { x: [3, 4], y: 6 },
    ]);
  });

  it("does not grow past what an entry declares, nor past a limit", async () => {
    const zeros = { "x.npy": new Uint8Array(1_000_000) };
    await expect(read(zipFile(zeros, { deflate: true, declared: 1000 }))).rejects.toThrow(/declares 1000 bytes and has more/);
    await expect(read(zipFile(zeros, { deflate: true, declared: 2 ** 31 }))).rejects.toThrow(
      /entries declare 2147483648 bytes, more/,
    );
    const three = { "a.npy": zeros["x.npy"], "b.npy": zeros["x.npy"], "c.npy": zeros["x.npy"] };
    await expect(read(zipFile(three, { deflate: true, declared: 2 ** 29 }))).rejects.toThrow(
      /entries declare 1610612736 bytes, more/,
    );
  });

  it.each([
    [zipFile({ ...arrays, "z.npy": npyFile("<f8", [3], floats([1, 2, 3])) }), /"x" has 2 rows and "z" 3/],
    [zipFile(arrays).slice(0, -30), /no whole zip archive/],
    [zipFile({}), /the archive is empty/],
  ])("is refused where it is damaged", async (bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });
});

describe("Parquet", () => {
  const bytes = (rowGroupSize: number) =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: "n", data: [1.5, 2.5, 3.5], type: "DOUBLE" },
          { name: "s", data: ["a", null, "c"], type: "STRING" },
          { name: "b", data: [true, false, true], type: "BOOLEAN" },
          { name: "i", data: [1n, 2n, 3n], type: "INT64" },
        ],
        rowGroupSize,
      }),
    );

  it.each([1, 2, 100])("is read, with groups of %i rows", async (rowGroupSize) => {
    const rows = await read(bytes(rowGroupSize));
    expect(rows.map(({ n, s, b, i }) => [n, s ?? null, b, i])).toEqual([
      [1.5, "a", true, 1],
      [2.5, null, false, 2],
      [3.5, "c", true, 3],
    ]);
  });

  /** A file of a column of numbers, one of them missing, whose first page begins with these bytes. */
  const withPage = (...page: number[]) => {
    const columnData = [{ name: "n", data: [1.5, null, 3.5, ...Array(40).fill(2)], type: "DOUBLE" as const, nullable: true }];
    const whole = new Uint8Array(parquetWriteBuffer({ columnData, codec: "UNCOMPRESSED" }));
    whole.set(page, 4);
    return whole;
  };
  // Thrift's compact protocol: a byte for each field's distance and type, 5 a number (doubled), 12 a struct, and 0 at the end.
  const sizes = [0x15, 2 * 20, 0x15, 2 * 20];
  const v1 = (values: number[]) => [0x15, 0, ...sizes, 0x2c, 0x15, ...values, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0];

  it.each<[what: string, page: number[], message: RegExp]>([
    ["a page that does not say how long its levels are", [0x15, 6, ...sizes, 0x5c, 0x71, 0, 0], /a page has undefined values/],
    [
      "a page whose values are known, and the length of its levels is not",
      [0x15, 6, ...sizes, 0x5c, 0x15, 6, 0x15, 0, 0x15, 6, 0, 0],
      /a page has levels of undefined and undefined bytes/,
    ],
    ["a page without a size", [0x15, 0, 0x15, 34, 0], /a page has undefined bytes/],
    ["a page that would grow", [0x15, 0, 0x15, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x15, 40, 0], /a page of 20 bytes is to have/],
    ["a page of 2^28 values", v1([0x80, 0x80, 0x80, 0x80, 0x02]), /a page has 268435456 values/],
    ["a run of 2^30 values", [...v1([6]), 5, 0, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x08, 1], /a run has 1073741824 values/],
    [
      "packed values beyond all bounds",
      [...v1([6]), 5, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 1],
      /a run has 17179869176 values/,
    ],
  ])("is refused before it fills the memory or is read for ever: %s", async (_, page, message) => {
    await expect(read(withPage())).resolves.toHaveLength(43);
    await expect(read(withPage(...page))).rejects.toThrow(message);
  });

  it("is refused where it is damaged", async () => {
    await expect(read(bytes(2).slice(0, -9))).rejects.toThrow(/^Parquet: the file cannot be read/);
  });

  it.each<[what: string, from: number[], to: number, message: RegExp]>([
    // 0x18: a text in the next field, 0xa8: in the tenth from here
    ["a column without a name", [0x18, 1, 0x6e, 0], 0xa8, /^Parquet: column 1 has no name; write it again/],
    // 0x16: a number in the next field, 0x56: in the fifth from here
    ["rows without a number", [0x16, 2 * 43, 0x36], 0x56, /^Parquet: rows from 0 on do not say how many they are; write/],
  ])("is refused where it does not tell what is in it: %s", async (_, from, to, message) => {
    const file = Buffer.from(withPage());
    file[file.lastIndexOf(Buffer.from(from))] = to;
    await expect(read(file)).rejects.toThrow(message);
  });
});

describe("a format", () => {
  it("is told by the first bytes", async () => {
    const files = [
      "a,b\n",
      '{"a":1}',
      npyFile("<f8", [1], floats([1])),
      zipFile({ a: new Uint8Array(1) }),
      "PAR1",
      '\ufeff{"a":1}',
    ];
    expect(await Promise.all(files.map((file) => formatOf(blob(file))))).toEqual([
      "csv",
      "jsonl",
      "npy",
      "npz",
      "parquet",
      "jsonl",
    ]);
    await expect(read("")).rejects.toThrow(/the file is empty/);
  });

  it.each<[file: string | Uint8Array, message: RegExp]>([
    [Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), /^table: the file is an image; give a table, or a folder of PNG images/],
    [Buffer.from("\xff\xd8\xff\xe0", "latin1"), /^table: the file is an image/],
    [Buffer.from("%PDF-1.7\n"), /^table: the file is a PDF document; /],
    [Buffer.from("\xd0\xcf\x11\xe0\xa1\xb1", "latin1"), /^table: the file is an old Excel workbook; save it as CSV/],
    [
      zipFile({ "[Content_Types].xml": Buffer.from("<Types/>") }),
      /^table: the file is an Excel workbook, or another of Office; /,
    ],
    ["SQLite format 3\0", /^table: the file is an SQLite database; /],
    ["<!DOCTYPE html><table>", /^table: the file is HTML or XML; /],
    ['\n[ {"a": 1},\n {"a": 2} ]', /^table: the file is a JSON array of objects; write an object on each line/],
  ])("that is known to be no table is named: %j", async (file, message) => {
    await expect(read(file)).rejects.toThrow(message);
  });
});
