import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// The rooms of docs/ARCHITECTURE.md in its order: a room may import from itself and from those before it.
const rooms = [
  ...["tensor", "reference", "wasm", "random", "layers", "losses", "optimizers", "metrics", "uncertainty", "data", "model"],
  ...["formats", "predict", "index", "tables", "onnx", "study", "queue", "report", "cli"],
];
const engine = rooms.slice(0, rooms.indexOf("index") + 1);

const root = fileURLToPath(new URL("../", import.meta.url));
const biome = join(root, "node_modules/@biomejs/biome/bin/biome");

const importRule = "lint/style/noRestrictedImports";
const evalRules = ["lint/security/noGlobalEval", "lint/nursery/noImpliedEval"];

interface Diagnostic {
  readonly category: string;
  readonly message: string;
  readonly location: { readonly path: string; readonly start: { readonly line: number } };
}

// One run of Biome with the project's own biome.json over all the files that the tests below ask about, one import a line.
const files = new Map<string, readonly string[]>();
let diagnostics: readonly Diagnostic[] = [];
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "drowse-rooms-"));
  await copyFile(join(root, "biome.json"), join(folder, "biome.json"));
  for (const [path, lines] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), `${lines.join("\n")}\n`);
  }
  const args = [biome, "lint", "--reporter=json", "--max-diagnostics=none", "."];
  // It ends with exit code 1, as it finds what it should.
  const stdout = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }, (_error, output) => resolve(output));
  });
  diagnostics = JSON.parse(stdout).diagnostics;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Puts a file before the linter and returns what tells, after that, which of its lines a rule refused. */
function lint(path: string, lines: readonly string[], rules: readonly string[] = [importRule]): () => readonly string[] {
  if (files.has(path)) throw new Error(`${path} is taken`);
  files.set(path, lines);
  return () => {
    const refused = diagnostics.filter((one) => one.location.path === path && rules.includes(one.category));
    return lines.filter((_, index) => refused.some((one) => one.location.start.line === index + 1));
  };
}

function mayImport(from: string, to: string): boolean {
  if (to === "reference") return from === "reference";
  return rooms.indexOf(to) <= rooms.indexOf(from);
}

describe("a room imports only from itself and the rooms above it", () => {
  for (const from of rooms) {
    const places =
      from === "index"
        ? [["src/index.ts", "./"]]
        : [
            [`src/${from}/x.ts`, "../"],
            [`src/${from}/deep/x.ts`, "../../"],
          ];
    for (const [path = "", up] of places) {
      const toRoom = (to: string) => `import "${up}${to}${to === "index" ? ".ts" : "/y.ts"}";`;
      const others = rooms.filter((to) => to !== from);
      const refused = lint(path, others.map(toRoom));
      it(path, () => {
        expect(refused()).toEqual(others.filter((to) => !mayImport(from, to)).map(toRoom));
      });
    }
  }

  const ways = [
    'import { y } from "../model/y.ts";',
    'import type { Y } from "../model/y.ts";',
    'export { y } from "../model/y.ts";',
    'export * from "../model/y.ts";',
    'const y = await import("../model/y.ts");',
    'import y from "../../src/model/y.ts";',
  ];
  const refusedWays = lint("src/tensor/ways.ts", ways);
  it("in whatever way it is written", () => {
    expect(refusedWays()).toEqual(ways);
  });

  const own = ['import "./y.ts";', 'import "./deep/y.ts";', 'import "../y.ts";', 'import "../other/y.ts";'];
  const refusedOwn = lint("src/tensor/deep/own.ts", own);
  it("and from all of itself", () => {
    expect(refusedOwn()).toEqual([]);
  });

  const fromTests = [
    'import "../model/y.ts";',
    'import "../reference/y.ts";',
    'import fc from "fast-check";',
    'import "node:fs";',
  ];
  const refusedInTests = lint("src/tensor/x.test.ts", fromTests);
  const fromBench = lint("bench/x.ts", ['import "../src/reference/y.ts";', 'import "../src/index.ts";']);
  it("but tests and the bench import what they need", () => {
    expect([refusedInTests(), fromBench()]).toEqual([[], []]);
  });

  const ofTests = ['import "./x.test.ts";', 'import "../../test/y.ts";'];
  const refusedOfTests = lint("src/cli/y.ts", ofTests);
  it("and nothing imports from tests", () => {
    expect(refusedOfTests()).toEqual(ofTests);
  });

  it("and the message says the rule", () => {
    // The file is refused by two rules, whose diagnostics come in any order.
    const ofFile = diagnostics.filter((one) => one.location.path === "src/tensor/ways.ts" && one.category === importRule);
    const rule = /src\/tensor\/ imports only from itself and the rooms above it.*docs\/ARCHITECTURE\.md/;
    expect(ofFile.map(({ message }) => message)).toContainEqual(expect.stringMatching(rule));
  });
});

describe("what is not of the project", () => {
  const packages = ['import "name";', 'import "@scope/name";', 'import "name/file.js";', 'import "node:fs";', 'import "drowse";'];
  // src/index.ts is one file, which the tests above have taken.
  for (const room of rooms.filter((name) => name !== "index")) {
    const [kind, forbidden] = engine.includes(room)
      ? ["nothing of it", packages]
      : room === "cli" || room === "queue"
        ? ["packages and Node's modules", packages.slice(-1)]
        : ["packages", packages.slice(-2)];
    const refused = lint(`src/${room}/packages.ts`, packages);
    it(`src/${room}/ imports ${kind}`, () => {
      expect(refused()).toEqual(forbidden);
    });
  }

  const inside = [
    'import "../src/index.ts";',
    'import "../src/model/y.ts";',
    'import "drowse/model";',
    'import "../dist/index.js";',
  ];
  const doors = [
    'import "drowse";',
    'import "drowse/predict";',
    'import "drowse/tables";',
    'import "drowse/onnx";',
    'import "drowse/study";',
    'import "./y.ts";',
  ];
  const refusedInside = ["examples/x.ts", "playground/x.ts"].map((path) => lint(path, [...inside, ...doors]));
  it("the playground and the examples import front doors only", () => {
    expect(refusedInside.map((refused) => refused())).toEqual([inside, inside]);
  });
});

describe("code is never made from text, and nothing is drawn without a seed", () => {
  const dynamic = [
    'eval("1");',
    'globalThis.eval("1");',
    'new Function("return 1")();',
    'Function("return 1")();',
    'setTimeout("1", 1);',
  ];
  const refusedDynamic = lint("src/cli/dynamic.ts", dynamic, evalRules);
  it("eval in all its forms", () => {
    expect(refusedDynamic()).toEqual(dynamic);
  });

  const random = ["export const r = Math.random();", "export const s = Math.sqrt(2);"];
  const refusedRandom = lint("src/layers/random.ts", random, ["lint/nursery/noJsRestrictedProperties"]);
  it("Math.random", () => {
    expect(refusedRandom()).toEqual(random.slice(0, 1));
  });
});

it("every folder of src is a room of the list, and its one file the front door", async () => {
  const entries = await readdir(join(root, "src"), { withFileTypes: true });
  const unknown = entries.filter((entry) => (entry.isDirectory() ? !rooms.includes(entry.name) : entry.name !== "index.ts"));
  expect(unknown.map((entry) => entry.name)).toEqual([]);
});
