import { afterAll, describe, expect, it } from "vitest";
import { npyFile, zipFile } from "../../test/tables.ts";
import { prepareRows } from "./apply-preparation.ts";
import { fitPreparation } from "./fit-preparation.ts";
import { inputSize } from "./preparation.ts";
import { preparationText, readPreparation } from "./preparation-json.ts";
import { splitTable } from "./split-table.ts";
import { readTable } from "./table.ts";
import { tableTask } from "./table-task.ts";

// Files that someone made to do harm: a small one must not fill the memory or take for ever, and a name is a name and nothing else.

const blob = (content: Uint8Array | string) => new Blob([content as Uint8Array<ArrayBuffer>]);
const many = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join("");

afterAll(() => {
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

describe("a small file that would make a large table is refused", () => {
  it.each<[name: string, file: () => Uint8Array | string, message: RegExp]>([
    ["commas", () => `${",".repeat(1_000_000)}\n`, /the table has 1000001 columns; give at most 65536/],
    [
      "a quote that is never closed",
      () => `a,b\n"${"x".repeat(9_000_000)}`,
      /a quote is not closed|more than 8388608 characters/,
    ],
    ["a line without an end", () => `{"a": "${"x".repeat(9_000_000)}`, /more than 8388608 characters|ends inside the string/],
    [
      "keys that no other line has",
      () => many(30_000, (i) => `{"k${i}":1}\n`),
      /lines have \d+ keys, of which a line has 1\.0; give lines/,
    ],
    [
      "keys of one line, and many lines that have none",
      () => `{${many(60_000, (i) => `"${i}":1,`)}"x":1}\n${"{}\n".repeat(200_000)}`,
      /of which a line has/,
    ],
    ["more keys than columns", () => `{${many(70_000, (i) => `"${i}":1,`)}"x":1}\n`, /the table has 70001 columns/],
    ["nested arrays", () => `{"a":${"[".repeat(100_000)}`, /nested deeper than 32/],
    ["a row of many numbers", () => npyFile("|u1", [1, 70_000], new Uint8Array(70_000)), /the table has 70000 columns/],
    ["an array that is promised", () => npyFile("<f8", [2 ** 40, 2 ** 12], new Uint8Array(8)), /its header promises 36028797018/],
    ["an array past counting", () => npyFile("<f8", [2 ** 52, 2 ** 52], new Uint8Array(8)), /its header promises/],
    [
      "a zip bomb",
      () => zipFile({ "x.npy": new Uint8Array(50_000_000) }, { deflate: true, declared: 99 }),
      /declares 99 bytes and has more/,
    ],
    ["a zip of zips", () => zipFile({ "x.npy": zipFile({ "x.npy": new Uint8Array(9) }) }), /x is no npy file/],
    ["a path out of the archive", () => zipFile({ "../../etc/passwd": new Uint8Array(99) }), /is no npy file/],
  ])("%s", async (_, file, message) => {
    await expect(readTable(blob(file()))).rejects.toThrow(message);
  });
});

describe("a wide table that is meant is read", () => {
  it("of 20,000 columns of separated values", async () => {
    const line = (cell: (column: number) => string) => Array.from({ length: 20_000 }, (_, column) => cell(column)).join(",");
    const { rows, columns } = await readTable(
      blob([line((column) => `g${column}`), line(() => "1.5"), line(() => "2.5")].join("\n")),
    );
    expect([rows, columns.size]).toEqual([2, 20_000]);
  });
  it("of lines that have a few of many keys", async () => {
    const lines = many(3000, (i) => `{"a":${i},"k${i % 400}":1.5}\n`);
    expect((await readTable(blob(lines))).kinds).toHaveLength(401);
  });
});

describe("names that every object has", () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "polluted"];
  const csv = [
    names.join(","),
    ...Array.from({ length: 40 }, (_, i) => `${i % 7}.5,${names[i % 5]},${i},__proto__,${i % 2 ? "__proto__" : "constructor"}`),
  ].join("\n");
  const jsonl = csv
    .split("\n")
    .slice(1)
    .map(
      (line) =>
        `{${line.split(",").map((cell, place) => `"${names[place]}":${Number.isNaN(Number(cell)) ? `"${cell}"` : cell}`)}}`,
    )
    .join("\n");

  it.each(Object.entries({ csv, jsonl }))("are columns and categories like others: %s", async (_, content) => {
    const table = await readTable(blob(content), { header: true });
    const task = tableTask(table, { target: "polluted" });
    expect([...task.table.columns.keys()]).toContain("__proto__");
    expect(task.classes?.toSorted()).toEqual(["__proto__", "constructor"]);
    const { training } = splitTable(task, { validation: 0.2, test: 0.2, seed: 1 });
    const preparation = readPreparation(preparationText(fitPreparation(task, training, {})));
    const named = preparation.inputs.map(({ name }) => name);
    expect(named).toEqual(expect.arrayContaining(["__proto__", "constructor"]));
    const { x } = prepareRows(preparation, task, training);
    expect(x.data).toHaveLength(training.length * inputSize(preparation));
    expect(x.data.every(Number.isFinite)).toBe(true);
  });

  it("are arrays of an npz archive like others", async () => {
    const bytes = new Uint8Array(Float64Array.of(1, 2.5, 3).buffer);
    const arrays = Object.fromEntries(["__proto__", "constructor"].map((name) => [`${name}.npy`, npyFile("<f8", [3], bytes)]));
    expect([...(await readTable(blob(zipFile(arrays)))).columns.keys()]).toEqual(["__proto__", "constructor"]);
  });
});
