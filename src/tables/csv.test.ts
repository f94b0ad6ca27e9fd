import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inPieces, objectsOf } from "../../test/tables.ts";
import { readCsv } from "./csv.ts";
import { csvLine } from "./csv-write.ts";

const read = (text: string, options = {}) => objectsOf(readCsv(new Blob([text]), options));
const rowsOf = async (text: string, options = {}) => (await read(text, options)).map((row) => Object.values(row));

describe("readCsv", () => {
  // Line ends are one kind when they come back, and text beside a delimiter is all that may be found as one.
  const field = fc.string({ unit: fc.constantFrom(..."ab1.,;\"'\n\t|é😀_ "), maxLength: 8 });
  const table = fc.integer({ min: 2, max: 5 }).chain((columns) => {
    const row = fc.array(field, { minLength: columns, maxLength: columns });
    return fc.array(row, { minLength: 1, maxLength: 20 });
  });

  it("gives back what was written through quotes, in pieces of any size", async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), fc.constantFrom("\n", "\r\n"), async (rows, size, end) => {
        const text = rows.map(csvLine).join("").replaceAll("\n", end);
        const options = { delimiter: ",", header: false };
        const found = await objectsOf(readCsv(inPieces(text, size), options));
        expect(found.map((row) => Object.values(row))).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses what begins as gzip does and is none, is cut or goes on behind its end", async () => {
    const file = gzipSync("a,b\n1,x\n2,y\n");
    const damaged = [Uint8Array.of(31, 139, 123, 34), file.subarray(0, 20), Buffer.concat([file, Buffer.from("more")])];
    for (const bytes of damaged) {
      await expect(objectsOf(readCsv(new Blob([new Uint8Array(bytes)])))).rejects.toThrow(
        /begins as gzip does and is none .*compress it again/,
      );
    }
  });

  it("reads a mark, CRLF, a last line without an end, blank lines and gzip", async () => {
    const rows = [
      { a: "1", b: "x" },
      { a: "2", b: "y" },
    ];
    expect(await read("\ufeffa,b\r\n1,x\r\n\r\n2,y")).toEqual(rows);
    expect(await objectsOf(readCsv(new Blob([gzipSync("a,b\n1,x\n2,y\n")])))).toEqual(rows);
    expect(await read("a\tb\n1\tx\n2\ty\n")).toEqual(rows);
    expect(await read("a;b\n1;x\n2;y\n")).toEqual(rows);
    expect(await read("made by us\nyesterday\na,b\n1,x\n2,y\n", { skipLines: 2 })).toEqual(rows);
  });

  it.each([
    { text: "5.1,3.5,a\n4,3,b\n", header: false, why: "numbers in the first row" },
    { text: "red,small\nblue,large\nred,large\n", header: false, why: "a first row found again below" },
    { text: "colour,size\nred,small\nblue,large\n", header: true, why: "names" },
    { text: ",size\n0,1\n1,2\n", header: true, why: "the empty name of an index" },
    { text: "?,b\n1,2\n", header: false, why: "a missing value in the first row" },
  ])("tells a header by itself: $why", async ({ text, header }) => {
    expect((await read(text)).length).toBe(text.trim().split("\n").length - (header ? 1 : 0));
    expect((await rowsOf(text, { header: !header })).length).toBe(text.trim().split("\n").length - (header ? 0 : 1));
  });

  it("takes hostile names for names", async () => {
    const [row] = await read("__proto__,constructor,toString\nred,2,3\n");
    expect(Object.keys(row)).toEqual(["__proto__", "constructor", "toString"]);
    expect(({} as Record<string, unknown>).red).toBeUndefined();
  });

  it("reads fields of a million characters, quoted or not", async () => {
    const long = "x".repeat(1_000_000);
    expect(await rowsOf(`a,b\n1,${long}\n2,"${long},\n"\n`)).toEqual([
      ["1", long],
      ["2", `${long},\n`],
    ]);
  });

  it.each([
    ["a,b\n1,2\n3\n", /row 3 has 1 fields, and the rows before it 2: "3"/],
    ["569,30,malignant\n1,2\n", /row 2 has 2 fields.*skipLines: 1 /],
    ["made by us\nyesterday\na,b\n1,2\n", /row 3 has 2 fields.*pass over it with skipLines: 2 \(--skip-lines 2\)/],
    ["a,b,c\n1,2,3\n1,2\n3,4,5\n", /row 3 has 2 fields, and the rows before it 3: "1,2"; give rows of one length; or/],
    ["a,a\n1,2\n", /two columns are named "a"/],
    ['a,b\n"1,2\n3,4\n', /a quote is not closed/],
    ['a,b\n"1"x,2\n', /text follows it/],
    ["\n\n", /there are no rows/],
  ])("refuses %j", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it("refuses bytes that are no UTF-8, and a row without an end before it fills the memory", async () => {
    await expect(objectsOf(readCsv(new Blob([Uint8Array.of(97, 44, 98, 10, 0xff, 0xfe)])))).rejects.toThrow(/not text in UTF-8/);
    const endless = inPieces(`a,b\n"${"x".repeat(2 ** 24)}`, 2 ** 21);
    await expect(objectsOf(readCsv(endless))).rejects.toThrow(/a row has more than \d+ characters/);
  });

  it("holds no more of a long file than a piece and what waits for its end", async () => {
    const line = new TextEncoder().encode(`${"1.25,".repeat(20)}red\n`);
    const piece = new Uint8Array(line.length * 500).map((_, index) => line[index % line.length]);
    const pieces = 600;
    let pulled = 0;
    const stream = () =>
      new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            if (pulled === pieces) controller.close();
            else controller.enqueue(piece.slice());
            pulled = Math.min(pieces, pulled + 1);
          },
        },
        { highWaterMark: 0 },
      );
    const source = { size: pieces * piece.length, stream, slice: () => new Blob([line]) };
    let seen = 0;
    let most = 0;
    for await (const { rows } of readCsv(source)) {
      seen += rows.length;
      most = Math.max(most, pulled * 500 - seen);
    }
    expect(seen).toBe(pieces * 500);
    // At first 64 kB are looked at to find the delimiter.
    expect(most).toBeLessThan(1500);
  });
});
