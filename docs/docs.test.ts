import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";
import { afterEach, describe, expect, it, vi } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const documents = [
  "README.md",
  "CHANGELOG.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

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

/** The blocks of code of a language. */
function blocks(path: string, language: string): string[] {
  return [...read(path).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code]) => code);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(documents)("%s", (path) => {
  it("links to files that exist", () => {
    expect(linkedFiles(path).filter((target) => target !== PICTURE && !existsSync(join(root, target)))).toEqual([]);
  });

  it("names files that exist", () => {
    // config.json is what a run writes.
    const missing = namedFiles(read(path)).filter((name) => name !== "config.json" && !existsSync(join(root, name)));
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
    const named = [...read("README.md").matchAll(/npm (?:run )?(start|test|build|[\w]+:[\w]+)/g)].map(([, name]) => name);
    expect(named).toContain("start");
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
    expect(read("README.md")).toContain(`Node ${engines.node.replace(">=", "")} or newer`);
  });

  it("has examples/xor.ts as its first block of code", () => {
    expect(blocks("README.md", "ts")[0]).toBe(read("examples/xor.ts"));
  });

  it("has code whose types are right, and a wrong call in it would be seen", { timeout: 120_000 }, () => {
    const path = join(root, "examples/readme.ts");
    const code = blocks("README.md", "ts").join("\n");
    const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
    const libraries = new Map<string, ts.SourceFile | undefined>();
    const problems = (text: string) => {
      const host = ts.createCompilerHost(options);
      const { getSourceFile, fileExists } = host;
      host.fileExists = (name) => name === path || fileExists(name);
      host.getSourceFile = (name, ...rest) => {
        if (name === path) return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
        if (!libraries.has(name)) libraries.set(name, getSourceFile(name, ...rest));
        return libraries.get(name);
      };
      const program = ts.createProgram([path], { ...options, noUnusedLocals: false }, host);
      const source = program.getSourceFile(path);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    };
    expect(problems(code)).toEqual([]);
    expect(problems(code.replace("rate: 0.5", 'rate: "half"'))).toHaveLength(1);
  });

  it("has code that runs from the first block to the last", async () => {
    const lines: string[] = [];
    vi.spyOn(console, "log").mockImplementation((...values) => {
      lines.push(values.map(String).join(" "));
    });
    const folder = await mkdtemp(join(tmpdir(), "drowse-readme-"));
    try {
      const path = join(folder, "readme.ts");
      await writeFile(path, blocks("README.md", "ts").join("\n"));
      await import(/* @vite-ignore */ pathToFileURL(path).href);
    } finally {
      await rm(folder, { recursive: true });
    }
    expect(lines.slice(0, 4).map((line) => Math.round(Number(line.slice(-4))))).toEqual([0, 1, 1, 0]);
    expect(lines.slice(-3)[0]).toMatch(/^loss 0\.\d{3}, accuracy 1$/);
    expect(lines.slice(-3)[1]).toBe("2,32");
    expect(lines.at(-1)).toMatch(/^stopped by (patience|epochs), best epoch \d+$/);
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
