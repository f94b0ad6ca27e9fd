import { openAsBlob } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  csvLine,
  fitPreparation,
  openRows,
  prepareRows,
  readPrepared,
  readTable,
  tableFolds,
  tableTask,
} from "../dist/tables.js";

// A table cut into folds, each as files: CSV for the command, and the inputs that drowse makes of it for others.

/**
 * Writes the folds of a table.
 * @param {string} path the table
 * @param {{ reading: object, count: number, seed: number, folder: string }} options how it is read, how many folds, by what seed, where to write
 * @returns {Promise<string[]>} folders with train.csv and test.csv, and .x and .y of both
 */
export async function writeFolds(path, { reading, count, seed, folder }) {
  const file = await openAsBlob(path);
  const task = tableTask(await readTable(file, reading));
  const names = [];
  const rows = [];
  for await (const batch of openRows(file, reading)) {
    if (rows.length === 0) names.push(...batch.names);
    rows.push(...batch.rows);
  }
  const lines = (chosen) => csvLine(names) + chosen.map((row) => csvLine(names.map((_, place) => rows[row][place]))).join("");
  const folds = tableFolds(task, { count, seed });
  return Promise.all(
    folds.map(async (test, fold) => {
      const own = join(folder, `${seed}-${fold + 1}`);
      await mkdir(own, { recursive: true });
      const tested = new Set(test);
      await writeFile(join(own, "train.csv"), lines([...task.rows].filter((row) => !tested.has(row))));
      await writeFile(join(own, "test.csv"), lines([...test]));
      await writeFile(
        join(own, "fold.json"),
        JSON.stringify({ seed: seed * count + fold, rows: task.rows.length, test: test.length }),
      );
      await writeInputs(own);
      return own;
    }),
  );
}

/** Inputs and classes as `drowse train` prepares them: fitted on the rows to train on. */
async function writeInputs(folder) {
  const task = tableTask(await readTable(await openAsBlob(join(folder, "train.csv")), { header: true }));
  const preparation = fitPreparation(task, task.rows);
  const { x, y } = prepareRows(preparation, task, task.rows);
  await writeFile(join(folder, "train.x"), x.data);
  await writeFile(join(folder, "train.y"), y);
  const inputs = [];
  const classes = [];
  for await (const batch of readPrepared(await openAsBlob(join(folder, "test.csv")), preparation, { header: true })) {
    inputs.push(Buffer.from(batch.x.data.buffer));
    classes.push(Buffer.from(batch.targets.buffer));
  }
  await writeFile(join(folder, "test.x"), Buffer.concat(inputs));
  await writeFile(join(folder, "test.y"), Buffer.concat(classes));
}

/** What a fold is: its seed, and how many rows the table has and are tested on. */
export const foldOf = async (folder) => JSON.parse(await readFile(join(folder, "fold.json"), "utf8"));
