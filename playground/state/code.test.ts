import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../../scripts/root.mjs";
import { run } from "../../scripts/run.mjs";
import type { DataSet } from "../data/data-set.ts";
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

/** The weights that the copied program ends with, run by itself with the library that was built. */
async function learnedBy(settings: Settings, epochs: number, own?: DataSet): Promise<unknown> {
  const library = pathToFileURL(join(root, "dist/index.js")).href;
  const file = join(folder, `${settings.data}.mjs`);
  const told = "console.log(JSON.stringify(Array.from(model.weights, ([name, values]) => [name, Array.from(values)])));";
  writeFileSync(file, codeOf(settings, epochs, own).replace('"drowse"', JSON.stringify(library)) + told);
  const { code, output } = await run(process.execPath, [file], { output: "keep" });
  expect(code, output).toBe(0);
  return JSON.parse(output.trim().split("\n").at(-1) ?? "");
}

describe("the copied code", () => {
  it.each([
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
  ] as const)("trains the very network of the page, to the bit: %j", async (changes) => {
    const settings: Settings = { ...standardSettings, points: 40, ...changes };
    const twins = await Twins.make(settings);
    await twins.run(5 * twins.stepsPerEpoch);
    await twins.look(0);
    twins.close();
    expect(await learnedBy(settings, 5)).toEqual(listed(twins.model.weights));
  });

  it("has the numbers of a file", async () => {
    const lines = Array.from({ length: 40 }, (_, row) => `${Math.sin(row) / 3},${(row * 7) % 11},${row % 5},${row * 0.37}`);
    const { set } = await readOwn(new Blob([lines.join("\n")]), "mine.csv");
    const settings: Settings = { ...standardSettings, data: "own", hidden: [8] };
    const twins = await Twins.make(settings, set);
    await twins.run(5 * twins.stepsPerEpoch);
    await twins.look(0);
    twins.close();
    expect(await learnedBy(settings, 5, set)).toEqual(listed(twins.model.weights));
  });
});
