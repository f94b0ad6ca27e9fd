import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../scripts/root.mjs";
import { npm, run } from "../scripts/run.mjs";
import { type Installed, packAndInstall } from "./package.ts";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

const use = `
import { dense, type History, type Model, saveModel, sequential, sgd } from "drowse";
import { loadModel, type PredictingNetwork } from "drowse/predict";

export async function learn(x: Float32Array, y: number[]): Promise<Float32Array> {
  const model: Model = sequential({ input: [2], seed: 1 }, [dense(2)]);
  const history: History = await model.fit({ x, y }, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }) });
  const network: PredictingNetwork = loadModel(saveModel(model));
  return history.loss.length > 0 ? (await network.predict(x)).data : x;
}
`;

describe("the package, packed and installed offline without scripts", () => {
  let installed: Installed;
  beforeAll(async () => {
    installed = await packAndInstall();
  });
  afterAll(() => installed?.remove());

  it("is under 1.2 MB and holds what it should", () => {
    const { packed } = installed;
    // a sixth of it are the handwritten digits of the playground
    expect(packed.size).toBeLessThan(1.2e6);
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "dist/index.js",
        "dist/index.d.ts",
        "dist/predict.js",
        "dist/tables.js",
        "dist/onnx.js",
        "dist/cli.js",
      ]),
    );
    expect(paths.filter((path) => !/^(dist\/|(package\.json|README\.md|CHANGELOG\.md|LICENSE)$)/.test(path))).toEqual([]);
    expect(paths.filter((path) => /\.test\.|\.ts$/.test(path) && !path.endsWith(".d.ts"))).toEqual([]);
  });

  it("brings no other package, and the licences of what is inside it", () => {
    const { project } = installed;
    const modules = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."));
    expect(modules).toEqual(["drowse"]);
    const licences = readFileSync(join(project, "node_modules/drowse/dist/licenses.txt"), "utf8");
    const parts = licences.split(/^The package /m).slice(1);
    const named = [
      "@bufbuild/protobuf",
      "@observablehq/plot",
      "commander",
      "d3-scale",
      "fast-png",
      "fflate",
      "hyparquet",
      "papaparse",
      "valibot",
    ];
    expect(parts.map((part) => part.split(":")[0])).toEqual(expect.arrayContaining(named));
    for (const part of parts)
      expect(part).toMatch(/Permission is hereby granted|Permission to use, copy, modify|Version 2.0, January 2004/);
    for (const text of [
      "The package @bufbuild/protobuf:\n\nCopyright",
      "Copyright 2008 Google Inc.",
      "Version 2.0, January 2004",
    ]) {
      expect(licences).toContain(text);
    }
  });

  it("trains XOR", async () => {
    const { project } = installed;
    cpSync(join(root, "examples/xor.ts"), join(project, "xor.js"));
    const { code, stdout, output } = await run(process.execPath, ["xor.js"], { cwd: project, output: "keep", timeout: 50_000 });
    expect(code, output).toBe(0);
    expect(stdout.match(/probability [\d.]+/g)?.map((text) => Math.round(Number(text.slice(12))))).toEqual([0, 1, 1, 0]);
  });

  it("has the command drowse", async () => {
    const { project } = installed;
    const called = await npm(["exec", "--offline", "--", "drowse", "--version"], { cwd: project, output: "keep" });
    expect(called).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^${version.replaceAll(".", "\\.")}\\s*$`)),
    });
  });

  const resolutions = [
    ["nodenext", { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }],
    ["bundler", { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
  ] as const;
  it.each(resolutions)("has types that a strict compiler accepts, resolved by %s, and that find a mistake", (_, resolution) => {
    const texts = {
      "right.ts": use,
      "wrong-argument.ts": use.replace("dense(2)", 'dense("2")'),
      "wrong-method.ts": use.replace("network.predict(x)", "network.fit(x)"),
    };
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(installed.project, name), text);
    const lib = ["lib.es2022.d.ts", "lib.dom.d.ts"];
    const strict = { strict: true, exactOptionalPropertyTypes: true, skipDefaultLibCheck: true, noEmit: true, types: [] };
    const paths = Object.keys(texts).map((name) => join(installed.project, name));
    const program = ts.createProgram(paths, { ...strict, ...resolution, lib, target: ts.ScriptTarget.ES2022 });
    const places = ts.getPreEmitDiagnostics(program).map(({ file }) => file && basename(file.fileName));
    expect(places).toEqual(["wrong-argument.ts", "wrong-method.ts"]);
  });
});
