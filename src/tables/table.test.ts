import { describe, expect, it } from "vitest";
import { readTable, type TableOptions } from "./table.ts";

const read = (text: string, options: TableOptions = {}) => readTable(new Blob([text]), options);
const lines = (count: number, line: (row: number) => string, header = "") =>
  `${header}${Array.from({ length: count }, (_, row) => `${line(row)}\n`).join("")}`;
const typesOf = async (text: string, options: TableOptions = {}) =>
  (await read(text, options)).kinds.map(({ name, type, reason }) => [name, type, ...(reason ? [reason] : [])]);

describe("readTable", () => {
  it("finds what columns hold", async () => {
    const text = "n,c,m\n1.5,red,\n2,blue,?\n-3e2,red,7\n";
    const { columns, kinds, rows } = await read(text);
    expect(rows).toBe(3);
    expect(kinds.map(({ type, missing }) => [type, missing])).toEqual([
      ["number", 0],
      ["category", 0],
      ["ignored", 2],
    ]);
    expect(columns.get("n")).toEqual({ type: "number", values: Float64Array.of(1.5, 2, -300) });
    expect(columns.get("c")).toEqual({ type: "category", levels: ["blue", "red"], codes: Int32Array.of(1, 0, 1) });
  });

  it("notices ids, constants and texts, and names them", async () => {
    const header = "n,customerId,k,text,code,x\n";
    const text = lines(60, (row) => `${row},${(row * 7919) % 1009},5,word ${row},${(row * 7919) % 1009},${row % 7}.5`, header);
    expect(await typesOf(text)).toEqual([
      ["n", "ignored", "it counts the rows"],
      ["customerId", "ignored", "it is an id: whole numbers, nearly all of them different"],
      ["k", "ignored", 'it is always "5"'],
      ["text", "ignored", "it is text of 60 different values in 60 rows"],
      ["code", "number", "its whole numbers are nearly all different: drop it if it is an id"],
      ["x", "number"],
    ]);
  });

  it("lets types, missing values and decimal commas overrule, and drops columns", async () => {
    const text = "a;b;c\n1,5;1;none\n2,5;2;4\n3;1;5\n";
    const options: TableOptions = { decimal: ",", missing: ["none"], types: { b: "category" }, dropColumns: [] };
    expect(await typesOf(text, options)).toEqual([
      ["a", "number"],
      ["b", "category"],
      ["c", "number"],
    ]);
    expect((await read(text, options)).columns.get("a")).toMatchObject({ values: Float64Array.of(1.5, 2.5, 3) });
    expect(await typesOf(text, { ...options, dropColumns: ["c"] })).toContainEqual(["c", "ignored", "it is to be dropped"]);
  });

  it("says of numbers with the other sign before their fraction how they are read", async () => {
    const hint = (text: string, sign: string, name: string) =>
      `where ${JSON.stringify(text)} is a number with a decimal ${name}, read it with decimal: "${sign}" (--decimal ${sign})`;
    const text = lines(60, (row) => `${row},${row % 5};${row % 3},5;${row % 2 ? "x,y" : "1,5"}`, "a;b;c\n");
    expect(await typesOf(text)).toEqual([
      ["a", "ignored", `it is text of 60 different values in 60 rows: ${hint("0,0", ",", "comma")}`],
      ["b", "category", hint("0,5", ",", "comma")],
      ["c", "category"],
    ]);
    expect(await typesOf("a;b\n1.5;x\n2;y\n", { decimal: "," })).toContainEqual([
      ...["a", "category"],
      hint("1.5", ".", "point"),
    ]);
    // Most of them whole, and a few that are not.
    const few = lines(100, (row) => `${row === 40 ? "4,5" : row};1`, "a;b\n");
    await expect(read(few)).rejects.toThrow(`the column "a" has "4,5" in row 41 among 99 numbers; ${hint("4,5", ",", "comma")}`);
  });

  it("sorts levels, so that the order of the rows does not matter", async () => {
    const one = await read("a,b\nx,10\ny,9\nz,10\n", { types: { b: "category" } });
    const other = await read("a,b\nz,10\ny,9\nx,10\n", { types: { b: "category" } });
    expect(one.kinds).toEqual(other.kinds);
    expect(one.kinds[1].levels).toEqual(["9", "10"]);
  });

  it.each([
    [
      lines(100, (row) => `${row === 40 ? "oops" : row / 3},1`, "a,b\n"),
      {},
      /the column "a" has "oops" in row 41 among 99 numbers/,
    ],
    [lines(100, (row) => `${row === 0 ? "setosa" : row / 3},1`), {}, /row 1 among.*skipLines: 1/],
    ["a,b\n1,2\n", { types: { c: "number" } }, /there is no column "c"; the columns are a, b/],
    ["a,b\n1,2\n", { dropColumns: ["__proto__"] }, /there is no column "__proto__"/],
    ["a,b\nx,2\n", { types: { a: "number" } }, /"x" in row 1/],
    ["a,b\n", {}, /there are no rows/],
    ["a,b\n1,2\n", { separator: ";" } as object, /unknown option "separator"/],
  ])("refuses what cannot be meant", async (text, options, message) => {
    await expect(read(text, options as TableOptions)).rejects.toThrow(message);
  });
});
