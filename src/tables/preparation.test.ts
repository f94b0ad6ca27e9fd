import { dense, sequential, sgd } from "drowse";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inPieces } from "../../test/tables.ts";
import { prepareRows } from "./apply-preparation.ts";
import { csvLine } from "./csv-write.ts";
import { fitPreparation } from "./fit-preparation.ts";
import { inputSize, type Preparation } from "./preparation.ts";
import { preparationText, readPreparation } from "./preparation-json.ts";
import { emptyNotes, readPrepared } from "./read-prepared.ts";
import { splitTable, tableFolds } from "./split-table.ts";
import { readTable } from "./table.ts";
import { loadTableModel, saveTableModel } from "./table-model.ts";
import { type TaskOptions, tableTask } from "./table-task.ts";

const taskOf = async (text: string, options: TaskOptions = {}) => tableTask(await readTable(new Blob([text])), options);
const every = (count: number) => Uint32Array.from({ length: count }, (_, row) => row);

async function inputsOf(text: string, preparation: Preparation, notes = emptyNotes()) {
  const found: number[][] = [];
  for await (const { x, rows } of readPrepared(new Blob([text]), preparation, {}, notes)) {
    const [, size] = x.shape;
    for (let row = 0; row < rows.length; row++) found.push([...x.data.subarray(row * size, (row + 1) * size)]);
  }
  return found;
}

const TEXT = "size,colour,kind\n1,red,a\n3,blue,b\n,red,a\n5,?,b\n";

describe("tableTask", () => {
  it.each([
    ["x,y\n1,a\n2,b\n", {}, "classification", ["a", "b"]],
    ["x,y\n1,10\n2,9\n", {}, "classification", ["9", "10"]],
    ["x,y\n1,0.5\n2,9\n", {}, "regression", []],
    ["x,y\n1,10\n2,9\n", { task: "regression" }, "regression", []],
    ["x,y\na,0.5\nb,9\n", { target: "x" }, "classification", ["a", "b"]],
    [`x,y\n${Array.from({ length: 21 }, (_, i) => `a${i % 3},${i * i}\n`).join("")}`, {}, "regression", []],
  ] as const)("of %j by %j is %s", async (text, options, kind, classes) => {
    expect(await taskOf(text, options)).toMatchObject({ kind, classes });
  });

  it.each([
    ["x,y\n1,a\n2,b\n", { target: "z" }, /there is no column "z"; the columns are x, y/],
    ["x y\n1 2\n2 3\n", {}, /the table has one column, "x y"; give columns .* name what stands between them: delimiter/],
    ["x,y\n1,a\n2,a\n", {}, /the target "y" cannot be predicted: it is always "a"/],
    ["x,y\n1,a\n2,b\n", { task: "regression" }, /holds texts/],
    ["x,y\n1,0.5\n2,1.5\n", { task: "classification" }, /give the task regression/],
    ["x,y\n1,0.5\n2,1.5\n", { task: "guess" as never }, /the task is "guess"/],
  ] as const)("of %j by %j is refused", async (text, options, message) => {
    await expect(taskOf(text, options)).rejects.toThrow(message);
  });

  it("leaves out rows without a target", async () => {
    expect([...(await taskOf("x,y\n1,a\n2,\n3,b\n")).rows]).toEqual([0, 2]);
  });
});

describe("a preparation", () => {
  it("makes the same of every row of a file, whatever the pieces in which it is read", async () => {
    const row = (i: number) => ({
      size: i % 97,
      colour: ["red", "blue", "green"][i % 3],
      at: [i / 7, -i],
      kind: i % 2 ? "a" : "b",
    });
    const text = Array.from({ length: 9000 }, (_, i) => `${JSON.stringify(row(i))}\n`).join("");
    const task = tableTask(await readTable(new Blob([text]), { format: "jsonl" }));
    const preparation = fitPreparation(task, every(9000));
    const whole = prepareRows(preparation, task, every(9000));
    let first = 0;
    let pieces = 0;
    for await (const { x, targets } of readPrepared(inPieces(text, 50_000), preparation, { format: "jsonl" })) {
      const count = targets?.length ?? 0;
      const { data } = prepareRows(preparation, task, every(9000).subarray(first, first + count)).x;
      expect(Buffer.compare(Buffer.from(x.data.buffer), Buffer.from(data.buffer))).toBe(0);
      expect([...(targets ?? [])]).toEqual([...whole.y.subarray(first, first + count)]);
      first += count;
      pieces++;
    }
    expect(first).toBe(9000);
    expect(pieces).toBeGreaterThan(2);
    const damaged = inPieces(text + JSON.stringify({ ...row(0), size: "large" }), 50_000);
    const read = async () => {
      for await (const _ of readPrepared(damaged, preparation, { format: "jsonl" }));
    };
    await expect(read()).rejects.toThrow('the column "size" has numbers, and row 9001 has "large"');
  });

  it("gives no batch without rows, which no model takes, also where a row is longer than a piece of the file", async () => {
    const task = await taskOf(TEXT);
    const preparation = fitPreparation(task, every(4));
    // Behind rows enough to know the header by, a row that is longer than the pieces.
    const long = `size,colour,kind\n${"1,red,a\n".repeat(300)}3,"${"x".repeat(200_000)}",b\n`;
    const counts: number[] = [];
    for await (const { rows, x, first } of readPrepared(inPieces(long, 40_000), preparation)) {
      expect(x.shape[0]).toBe(rows.length);
      expect(first).toBe(counts.reduce((sum, count) => sum + count, 0));
      counts.push(rows.length);
    }
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(301);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    for (const none of ["size,colour,kind\n", `size,colour,kind${"\n".repeat(70_000)}`]) {
      await expect(inputsOf(none, preparation)).rejects.toThrow("there are no rows below the header");
    }
  });

  it("is what its formulas say", async () => {
    const task = await taskOf(TEXT);
    const preparation = fitPreparation(task, every(4));
    const deviation = Math.sqrt(8 / 3);
    expect(preparation.inputs).toEqual([
      { name: "size", type: "number", mean: 3, deviation, fill: 3, indicator: true },
      { name: "colour", type: "category", levels: ["blue", "red"], fill: 1, indicator: true },
    ]);
    const { x, y } = prepareRows(preparation, task, every(4));
    const f = Math.fround(2 / deviation);
    expect(x.shape).toEqual([4, 5]);
    expect([...x.data]).toEqual([-f, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, f, 0, 0, 1, 1]);
    expect([...y]).toEqual([0, 1, 0, 1]);
  });

  it("standardises the target of a regression, and takes the median", async () => {
    const task = await taskOf("x,y\n1,0.5\n2,1.5\n9,2.5\n,3.5\n");
    const preparation = fitPreparation(task, every(4));
    expect(preparation.inputs[0]).toMatchObject({ fill: 2, mean: 4 });
    expect(preparation.target).toMatchObject({ task: "regression", mean: 2, deviation: Math.sqrt(1.25) });
    expect([...prepareRows(preparation, task, every(4)).y][0]).toBeCloseTo(-1.5 / Math.sqrt(1.25), 6);
  });

  const cell = fc.constantFrom("1", "2.5", "-7", "", "1e3");
  const word = fc.constantFrom("red", "blue", "green", "?", "a,b");
  const tables = fc.array(fc.tuple(cell, word, cell, fc.constantFrom("yes", "no")), { minLength: 4, maxLength: 30 });

  it("is a pure function of the training rows, and the order of columns does not matter when it is applied", async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), async (cells, order) => {
        const rows = [["1", "red", "2", "yes"], ["2", "blue", "1", "no"], ...cells];
        const text = ["n,c,m,t\n", ...rows.map(csvLine)].join("");
        const task = await taskOf(text);
        const training = task.rows.filter((row) => row % 3 !== 2);
        const preparation = fitPreparation(task, training);
        // What is not trained on changes nothing.
        const changed = rows.map((row, index) => (index % 3 === 2 ? ["99", row[1], "-99", row[3]] : row));
        const other = await taskOf(["n,c,m,t\n", ...changed.map(csvLine)].join(""));
        expect(preparationText(fitPreparation(other, training))).toBe(preparationText(preparation));
        expect(readPreparation(preparationText(preparation))).toEqual(preparation);
        const shuffled = [["n", "c", "m", "t"], ...rows].map((row) => csvLine(order.map((column) => row[column]))).join("");
        expect(await inputsOf(shuffled, preparation)).toEqual(await inputsOf(text, preparation));
        const { data } = prepareRows(preparation, task, every(rows.length)).x;
        expect((await inputsOf(text, preparation)).flat()).toEqual([...data]);
      }),
      { numRuns: 50 },
    );
  });

  it("tells of unseen categories, values that were never missing, and columns too many", async () => {
    const preparation = fitPreparation(await taskOf("n,c,t\n1,red,a\n2,blue,b\n"), every(2));
    const notes = emptyNotes();
    const x = await inputsOf("c,more,n\ngreen,1,\nred,2,2\n", preparation, notes);
    expect(x).toEqual([
      [0, 0, 0],
      [1, 0, 1],
    ]);
    expect(notes).toEqual({ filled: new Map([["n", 1]]), unseen: new Map([["c", 1]]), extra: new Set(["more"]) });
  });

  it("names a column that is missing, and a row that is not of its type", async () => {
    const preparation = fitPreparation(await taskOf("n,c,t\n1,red,a\n2,blue,b\n"), every(2));
    await expect(inputsOf("n,t\n1,a\n", preparation)).rejects.toThrow(/the column "c" is missing/);
    await expect(inputsOf("x,t\n1,a\n", preparation)).rejects.toThrow(/the columns "n", "c" are missing/);
    await expect(inputsOf("n,c\n1,red\nmany,red\n", preparation)).rejects.toThrow(/"n" has numbers, and row 2 has "many"/);
  });

  it("takes vectors, each number by itself", async () => {
    const text = '{"v": [1, 10], "t": "a"}\n{"v": [3, 30], "t": "b"}\n';
    const preparation = fitPreparation(await taskOf(text), every(2));
    expect(await inputsOf(text, preparation)).toEqual([
      [-1, -1],
      [1, 1],
    ]);
    await expect(inputsOf('{"v": [1], "t": "a"}\n', preparation)).rejects.toThrow(
      /"v" has vectors of 2 numbers, and row 1 has "1 numbers"/,
    );
  });

  it("is read strictly", async () => {
    const text = preparationText(fitPreparation(await taskOf(TEXT), every(4)));
    const changes: readonly (readonly [string, string, RegExp])[] = [
      ['"fill":1', '"fill":2', /fill of "colour" is 2/],
      ['"deviation":1', '"deviation":-1', /deviation of an input is -1/],
      ['"type":"number"', '"type":"script"', /the type of "size" is "script"/],
      ['"drowse-table/1"', '"drowse-table/2"', /its format is "drowse-table\/2"/],
      ['["a","b"]', '["a","a"]', /the classes are/],
      ['"name":"colour"', '"name":"size"', /the column "size" is there twice/],
      ['"header":true', '"header":1', /header of reading is 1/],
    ];
    for (const [from, to, message] of changes) {
      expect(text).toContain(from);
      expect(() => readPreparation(text.replace(from, to))).toThrow(message);
    }
  });

  it("goes with the model through a file, and must fit it", async () => {
    const task = await taskOf(TEXT);
    const preparation = fitPreparation(task, every(4));
    const model = sequential({ input: [inputSize(preparation)], seed: 1 }, [dense(2)]);
    await model.fit(prepareRows(preparation, task, every(4)), { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }) });
    const loaded = loadTableModel(saveTableModel(model, preparation));
    expect(loaded.preparation).toEqual(preparation);
    const { x } = prepareRows(preparation, task, every(4));
    expect(await loaded.model.predict(x)).toEqual(await model.predict(x));
    const wide = sequential({ input: [6], seed: 1 }, [dense(2)]);
    expect(() => saveTableModel(wide, preparation)).toThrow(/the model makes \[2\] of \[6\].*\[2\] of \[5\]/);
  });
});

describe("splits", () => {
  const text = `x,y\n${Array.from({ length: 100 }, (_, i) => `${i * 1.5},${i % 4 === 0 ? "a" : "b"}\n`).join("")}`;

  it("give each row to one part, each class in its share, by the seed", async () => {
    const task = await taskOf(text);
    const split = splitTable(task, { validation: 0.2, test: 0.2, seed: 7 });
    const { training, validation, test } = split;
    expect([...training, ...validation, ...test].sort((a, b) => a - b)).toEqual([...task.rows]);
    for (const part of [validation, test]) {
      expect(part).toHaveLength(20);
      expect([...part].filter((row) => row % 4 === 0)).toHaveLength(5);
    }
    expect(splitTable(task, { validation: 0.2, test: 0.2, seed: 7 })).toEqual(split);
    expect(splitTable(task, { validation: 0.2, test: 0.2, seed: 8 })).not.toEqual(split);
    // Who holds out more to validate on tests on the same rows.
    expect(splitTable(task, { validation: 0.5, test: 0.2, seed: 7 }).test).toEqual(test);
    expect(() => splitTable(task, { validation: 0.5, test: 0.5, seed: 7 })).toThrow(/leave rows to train on/);
  });

  it("make folds whose sizes differ by one at most, each class spread over them", async () => {
    const task = await taskOf(text);
    const folds = tableFolds(task, { count: 7, seed: 3 });
    expect(folds.flatMap((fold) => [...fold]).sort((a, b) => a - b)).toEqual([...task.rows]);
    const sizes = (part: (row: number) => boolean) => folds.map((fold) => fold.filter(part).length);
    for (const part of [() => true, (row: number) => row % 4 === 0, (row: number) => row % 4 !== 0]) {
      expect(Math.max(...sizes(part)) - Math.min(...sizes(part))).toBeLessThanOrEqual(1);
    }
    expect(() => tableFolds(task, { count: 1, seed: 3 })).toThrow(/from 2 to 100/);
  });
});
