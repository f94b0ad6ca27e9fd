import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Twins } from "../engine/twins.ts";
import { type Settings, standardSettings } from "../state/settings.ts";
import { pictureOf } from "./data-set.ts";
import { readOwn } from "./own-data.ts";
import { GRID } from "./rounding.ts";

const read = (lines: readonly string[]) => readOwn(new Blob([lines.join("\n")]), "mine.csv");
const rows = (count: number, line: (row: number) => string) => Array.from({ length: count }, (_, row) => line(row));
const wave = (row: number) => Math.sin(1.7 * row);

describe("a file of one's own", () => {
  it("of two numbers and a class is points of the plane, from -1 to 1", async () => {
    const file = [
      "width,height,kind",
      ...rows(60, (row) => `${500 + 90 * wave(row)},${wave(row + 7) / 1000},${row % 2 ? "cat" : "dog"}`),
    ];
    const { set, ...told } = await read(file);
    expect(told).toEqual({
      name: "mine.csv",
      target: "kind",
      classes: ["cat", "dog"],
      columns: ["width", "height"],
      ignored: [],
    });
    expect(set.task).toEqual({ inputs: 2, outputs: 1, loss: "binaryCrossEntropy" });
    expect(pictureOf(set.task)).toBe("plane");
    expect([set.train.y.length, set.test.y.length]).toEqual([42, 18]);
    for (const axis of [0, 1]) {
      const places = set.train.x.filter((_, at) => at % 2 === axis);
      expect(Math.max(...places.map(Math.abs))).toBe(1);
      // Both ends are in use: the numbers were standardised.
      expect(Math.min(...places)).toBeLessThan(-0.5);
      expect(Math.max(...places)).toBeGreaterThan(0.5);
    }
    expect(set.train.x.every((place) => Number.isInteger(place * GRID))).toBe(true);
  });

  it("of two numbers is a curve", async () => {
    const { set } = await read(["time;heat", ...rows(50, (row) => `${row / 7};${(300 + 20 * wave(row)).toFixed(3)}`)]);
    expect(pictureOf(set.task)).toBe("line");
    expect(Math.max(...set.train.y.map(Math.abs))).toBe(1);
  });

  it("of more columns is learned without a picture, categories among them", async () => {
    const file = ["a,b,c,d", ...rows(60, (row) => `${wave(row)},${row % 3 ? "red" : "blue"},${wave(row + 2)},${row % 2}`)];
    const { set, classes } = await read(file);
    expect({ task: set.task, classes }).toEqual({
      task: { inputs: 4, outputs: 1, loss: "binaryCrossEntropy" },
      classes: ["0", "1"],
    });
    expect(pictureOf(set.task)).toBeUndefined();
    const settings: Settings = { ...standardSettings, data: "own", hidden: [6] };
    const twins = await Twins.make(settings, set);
    await twins.run(20);
    const { drowsy } = await twins.look(41);
    twins.close();
    expect(drowsy.field).toHaveLength(0);
    expect(drowsy.walk.columns.map(({ mask }) => mask.length)).toEqual([4, 6]);
  });

  it("is unpacked from gzip, and refused where that has no end", async () => {
    const text = ["a,b,c", ...rows(40, (row) => `${wave(row)},${wave(row + 2)},${row % 2}`)].join("\n");
    const packed = await readOwn(new Blob([gzipSync(text)]), "mine.csv.gz");
    expect(packed.set).toEqual((await read(text.split("\n"))).set);
    // 20 kB of gzip are 20 MB.
    const bomb = new Blob([gzipSync("1,2,3\n".repeat(3_300_000))]);
    expect(bomb.size).toBeLessThan(100_000);
    await expect(readOwn(bomb, "bomb.csv.gz")).rejects.toThrow("bytes and more after unpacking, and the page takes 4,000,000");
    const damaged = gzipSync(text).subarray(0, 100);
    await expect(readOwn(new Blob([damaged]), "cut.csv.gz")).rejects.toThrow("the file begins as gzip does");
  });

  it.each([
    ["is no table", ["a,b", "1,2,3", "4,5,6"], "CSV: row 2 has 3 fields, and the rows before it 2"],
    ["has a quote that nobody closed", ["a,b", '"1,2', "3,4"], "a quote is not closed"],
    ["is empty", [""], "table: the file is empty"],
    [
      "has one class",
      ["a,b,c", ...rows(30, (row) => `${wave(row)},${wave(row + 1)},yes`)],
      "its last column, “c”, cannot be learned, as it is always",
    ],
    [
      "has three classes",
      ["a,c", ...rows(30, (row) => `${wave(row)},k${row % 3}`)],
      "has 3 classes (k0, k1, k2), and the page tells two apart",
    ],
    [
      "has few rows",
      ["a,b,c", ...rows(5, (row) => `${wave(row)},${wave(row + 1)},${row % 2}`)],
      "it has 5 rows with a “c”; give at least 12",
    ],
    ["has many rows", ["a,b", ...rows(6000, (row) => `${row % 9},${row % 2}`)], "it has 6,000 rows, and the page takes 5,000"],
    ["is large", ["a,b,c", ...rows(1_000_000, (row) => `${row % 10},1.5,2`)], "bytes, and the page takes 4,000,000"],
    ["has one column", ["a", ...rows(30, (row) => String(wave(row)))], 'the table has one column, "a"'],
    [
      "has many inputs",
      [
        rows(150, (column) => `c${column}`).join(),
        ...rows(20, (row) => rows(150, (column) => (wave(row) + column).toFixed(4)).join()),
      ],
      "149 inputs",
    ],
  ] as const)("that %s is refused in words", async (_, lines, message) => {
    await expect(read(lines)).rejects.toThrow(message);
  });
});
