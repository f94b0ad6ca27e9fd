import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchNode } from "../scripts/node-versions.mjs";
import { root } from "../scripts/root.mjs";
import { run } from "../scripts/run.mjs";
import { type Installed, packAndInstall } from "./package.ts";

describe("the package, packed and installed", () => {
  let installed: Installed;
  beforeAll(async () => {
    installed = await packAndInstall();
  });
  afterAll(() => installed?.remove());

  it.each([20, 22, 24] as const)("trains XOR in Node %i; the time it took is printed", { timeout: 300_000 }, async (major) => {
    const { project } = installed;
    const node = await fetchNode(major);
    cpSync(join(root, "examples/xor.ts"), join(project, "xor.js"));
    const start = performance.now();
    // Five seconds are promised, on a machine that does nothing else; a busy one is given six times that before it is stopped.
    const { code, stdout, output } = await run(node, ["xor.js"], { cwd: project, output: "keep", timeout: 30_000 });
    console.log(`Node ${major} trained XOR in ${((performance.now() - start) / 1000).toFixed(2)} s, its start included`);
    expect(code, output).toBe(0);
    expect(stdout.match(/probability [\d.]+/g)?.map((text) => Math.round(Number(text.slice(12))))).toEqual([0, 1, 1, 0]);
  });

  it("is as publint wants it", async () => {
    const pkgDir = join(installed.project, "node_modules/drowse");
    const { messages } = await publint({ pkgDir, strict: true });
    const manifest = JSON.parse(readFileSync(join(pkgDir, "package.json"), "utf8"));
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  it("has types that every module resolution of today finds", { timeout: 120_000 }, async () => {
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(installed.tarball))));
    if (!analysis.types) throw new Error("the package has no types");
    expect(Object.keys(analysis.entrypoints)).toEqual(expect.arrayContaining([".", "./predict"]));
    // "node10" is TypeScript's name for the resolution of Node before 12.7, which knows no exports; require() of a module is
    // what Node does from 20.19 on.
    const wrong = analysis.problems.filter(
      (problem) =>
        !("resolutionKind" in problem && problem.resolutionKind === "node10") &&
        !(problem.kind === "CJSResolvesToESM" && problem.resolutionKind === "node16-cjs"),
    );
    expect(wrong).toEqual([]);
  });
});
