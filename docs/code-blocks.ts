import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { format } from "node:util";
import ts from "typescript";
import { vi } from "vitest";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../", import.meta.url));

/** The text of a file of the repository. */
export const read = (path: string) => readFileSync(join(root, path), "utf8");

/** A fenced block of a page, and the text block that follows it as what it prints. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** Undefined where the page shows none. */
  readonly output: string | undefined;
}

/** The blocks of a page from first to last; a `text` block that follows another is that one's output. */
export function blocks(path: string): Block[] {
  const found = [...read(path).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));
  return found
    .map(({ language, code }, index) => {
      const next = found[index + 1];
      return { language, code, output: next?.language === "text" ? next.code : undefined };
    })
    .filter(({ language }, index) => language !== "text" || index === 0);
}

/** The code of a page's blocks of a language. */
export const codeOf = (path: string, language: string) =>
  blocks(path)
    .filter((block) => block.language === language)
    .map(({ code }) => code);

/**
 * What the compiler has to say of programs that are not files, by their names.
 * @example
 * typeProblems({ "README.md": 'dropout({ rate: "half" })' }) // { "README.md": ["Type 'string' is not ..."] }
 */
export function typeProblems(programs: Readonly<Record<string, string>>): Record<string, string[]> {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  const texts = new Map(Object.entries(programs).map(([, text], index) => [join(root, `examples/page-${index}.ts`), text]));
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) => {
    const text = texts.get(name);
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...texts.keys()], { ...options, noUnusedLocals: false }, host);
  const problems = [...texts.keys()].map((path) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  });
  return Object.fromEntries(Object.keys(programs).map((name, index) => [name, problems[index]]));
}

/** Printed between the blocks of a program. */
const BORDER = "\u0000";

/** Runs blocks of TypeScript as one program, from the first to the last, and returns what each prints. */
export async function run(codes: readonly string[]): Promise<string[]> {
  const printed: string[] = [""];
  const log = vi.spyOn(console, "log").mockImplementation((...values) => {
    if (values[0] === BORDER) printed.push("");
    else printed[printed.length - 1] += `${format(...values)}\n`;
  });
  const folder = await mkdtemp(join(tmpdir(), "drowse-page-"));
  try {
    const path = join(folder, "page.ts");
    await writeFile(path, codes.join(`\nconsole.log(${JSON.stringify(BORDER)});\n`));
    await import(/* @vite-ignore */ pathToFileURL(path).href);
  } finally {
    log.mockRestore();
    await rm(folder, { recursive: true });
  }
  return printed;
}
