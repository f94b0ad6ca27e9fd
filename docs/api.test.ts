import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Application, type LogLevel, TSConfigReader, TypeDocReader } from "typedoc";
import { describe, expect, it } from "vitest";
import { root } from "./code-blocks.ts";

/** What TypeDoc complains of when it reads what a configuration names, without writing a page. */
async function complaints(configuration: string): Promise<string[]> {
  const app = await Application.bootstrap({ options: configuration }, [new TypeDocReader(), new TSConfigReader()]);
  const said: string[] = [];
  app.logger.log = (message: string, level: LogLevel) => {
    if (level >= WARN) said.push(message);
  };
  const project = await app.convert();
  if (!project) throw new Error(`TypeDoc could not read the sources: ${said.join("\n")}`);
  app.validate(project);
  return said;
}

/** `LogLevel` is an enumeration that a type-only import does not have. */
const WARN = 2;

const configuration = join(root, "docs/typedoc.json");

describe("the API reference", { timeout: 120_000 }, () => {
  it("has a docstring for every name, no link to nothing, and every type that it speaks of", async () => {
    expect(await complaints(configuration)).toEqual([]);
  });

  it("is seen to complain", async () => {
    const folder = mkdtempSync(join(tmpdir(), "drowse-api-"));
    try {
      const code = [
        "interface Hidden { a: number }",
        "/** See {@link Nothing}. */",
        "export function told(hidden: Hidden): number { return hidden.a; }",
        "export const untold = 1;",
      ];
      const files = {
        "index.ts": code.join("\n"),
        "package.json": JSON.stringify({ name: "told" }),
        "tsconfig.json": JSON.stringify({ files: ["index.ts"] }),
        "typedoc.json": JSON.stringify({
          extends: [configuration],
          entryPoints: ["index.ts"],
          tsconfig: "tsconfig.json",
          projectDocuments: [],
          readme: "none",
        }),
      };
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
      const said = await complaints(join(folder, "typedoc.json"));
      const [hidden, link, untold] = [/Hidden.*not included/, /resolve link to "Nothing"/, /untold.*not have any documentation/];
      for (const kind of [hidden, link, untold]) expect(said).toContainEqual(expect.stringMatching(kind));
      expect(said).toHaveLength(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
