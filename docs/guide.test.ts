import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as drowse from "drowse";
import { describe, expect, it } from "vitest";
import { blocks, read, root, run } from "./code-blocks.ts";

const pages = readdirSync(join(root, "docs/guide")).map((name) => `docs/guide/${name}`);

/** Blocks that a page of the browser is made of: test/browser/guide.test.ts opens it. */
const OF_A_PAGE = ["html", "js", "http"];

describe.each(pages)("%s", (path) => {
  const programs = blocks(path).filter(({ language }) => language === "ts");

  it("has no block that nothing runs", () => {
    const known = path === "docs/guide/in-the-browser.md" ? ["ts", ...OF_A_PAGE] : ["ts"];
    expect(blocks(path).filter(({ language }) => !known.includes(language))).toEqual([]);
  });

  if (programs.length > 0) {
    it("prints what it says it prints", async () => {
      const printed = await run(programs.map(({ code }) => code));
      expect(printed).toEqual(programs.map(({ output }) => output ?? ""));
    });
  }

  it("is one or two screens", () => {
    expect(read(path).split("\n").length).toBeLessThan(140);
  });
});

describe("the guide", () => {
  it("is linked to page by page", () => {
    expect(pages).toHaveLength(16);
    expect(pages.filter((path) => blocks(path).some(({ language }) => language === "ts"))).toHaveLength(13);
    expect(pages.filter((path) => !read("README.md").includes(`(${path})`))).toEqual([]);
  });

  it("names functions of the library for those of Keras and PyTorch", () => {
    const { Model, Trainer } = drowse;
    const control = ["setRate", "stop", "learningRateFactor"];
    const has = (name: string) =>
      name in drowse || name in Model.prototype || name in Trainer.prototype || control.includes(name);
    const cells = [...read("docs/guide/coming-from-keras-or-pytorch.md").matchAll(/^\|.*\|.*\| (.*) \|$/gm)].map(
      ([, cell]) => cell,
    );
    const called = cells.flatMap((cell) => [...cell.matchAll(/`(?:\w+\.)?(\w+)\(/g)].map(([, name]) => name));
    expect(called).toContain("dropout");
    expect(called.filter((name) => !has(name) && name !== "onEpoch" && name !== "onEvent")).toEqual([]);
  });
});
