import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { codeOf, read, root, run, typeProblems } from "./code-blocks.ts";

const inFolder = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);
const documents = ["README.md", "CHANGELOG.md", ...inFolder("docs"), ...inFolder("docs/guide")];

/** Drawn by the main job, and not by any test. */
const PICTURE = "docs/figures/main-job.svg";

/** The targets of links and pictures that are files of the repository, from its root. */
function linkedFiles(path: string): string[] {
  return [...read(path).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => join(dirname(path), target));
}

/** The paths between backticks: files in the folders of the repository, or Markdown and JSON at its root. */
function namedFiles(text: string): string[] {
  return [...text.matchAll(/`([^`\s]+)`/g)]
    .map(([, name]) => name)
    .filter(
      (name) => /^(src|kernels|test|examples|docs|scripts|bench)\/[\w./-]*$/.test(name) || /^[\w-]+\.(md|json)$/.test(name),
    );
}

/** What a run writes. */
const OF_RUNS = ["config.json", "ensemble.json"];

describe.each(documents)("%s", (path) => {
  it("links to files that exist", () => {
    expect(linkedFiles(path).filter((target) => target !== PICTURE && !existsSync(join(root, target)))).toEqual([]);
  });

  it("names files that exist", () => {
    const missing = namedFiles(read(path)).filter((name) => !OF_RUNS.includes(name) && !existsSync(join(root, name)));
    expect(missing).toEqual([]);
  });
});

describe("the checks of files", () => {
  it("see a file that is named", () => {
    expect(namedFiles("read `src/model/nothing.ts`, `CHANGELOG.md` and `rate`")).toEqual([
      "src/model/nothing.ts",
      "CHANGELOG.md",
    ]);
    expect(linkedFiles("README.md")).toContain(PICTURE);
    expect(linkedFiles("README.md")).toContain("docs/ARCHITECTURE.md");
  });
});

describe("README.md", () => {
  it("shows a picture of the main job", ({ skip }) => {
    skip(!existsSync(join(root, PICTURE)), `not drawn yet: npm start -- --svg ${PICTURE}`);
    expect(read(PICTURE)).toMatch(/^<svg /);
  });

  it("names commands and versions that package.json has", () => {
    const { scripts, engines } = JSON.parse(read("package.json"));
    const named = [...read("README.md").matchAll(/npm (?:run ([\w:]+)|(start|test)\b)/g)].map(([, run, name]) => run ?? name);
    expect(named).toContain("start");
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
    expect(read("README.md")).toContain(`Node ${engines.node.replace(">=", "")} or newer`);
  });

  it("has examples/xor.ts as its first block of code", () => {
    expect(codeOf("README.md", "ts")[0]).toBe(read("examples/xor.ts"));
  });

  it("has code that runs from the first block to the last", async () => {
    const printed = await run(codeOf("README.md", "ts"));
    const lines = printed.join("").trimEnd().split("\n");
    expect(lines.slice(0, 4).map((line) => Math.round(Number(line.slice(-4))))).toEqual([0, 1, 1, 0]);
    expect(lines.slice(-3)[0]).toMatch(/^loss 0\.\d{3}, accuracy 1$/);
    expect(lines.slice(-3)[1]).toBe("[ 2, 32 ]");
    expect(lines.at(-1)).toMatch(/^stopped by (patience|epochs), best epoch \d+$/);
  });
});

describe("the code of all documents", () => {
  it("has right types, and a wrong call in it would be seen", { timeout: 120_000 }, () => {
    const programs = Object.fromEntries(documents.map((path) => [path, `${codeOf(path, "ts").join("\n")}\nexport {};\n`]));
    const wrong = programs["README.md"].replace("rate: 0.5", 'rate: "half"');
    const { wrong: seen, ...problems } = typeProblems({ ...programs, wrong });
    expect(problems).toEqual(Object.fromEntries(documents.map((path) => [path, []])));
    expect(seen).toHaveLength(1);
  });
});

describe("docs/ARCHITECTURE.md", () => {
  it("has every room, and test/rooms.test.ts the same order", () => {
    const table = [...read("docs/ARCHITECTURE.md").matchAll(/^\| `src\/([\w-]+)(?:\/|\.ts)` \|/gm)].map(([, room]) => room);
    const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...table].sort()).toEqual([...folders.map(({ name }) => name), "index"].sort());
    const list = /const rooms = \[([\s\S]*?)\n\];/.exec(read("test/rooms.test.ts"))?.[1] ?? "";
    const order = [...list.matchAll(/"([\w-]+)"/g)].map(([, room]) => room);
    expect(order.filter((room) => table.includes(room))).toEqual(table);
  });
});
