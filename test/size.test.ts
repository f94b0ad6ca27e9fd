import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { root } from "../scripts/root.mjs";
import { measureSizes, type Size, sizeTable, withTable } from "../scripts/size.mjs";

describe("the size of the library in a bundle", () => {
  let sizes: Size[];
  beforeAll(async () => {
    sizes = await measureSizes();
  });

  it("is within its budgets", () => {
    expect(sizes.filter(({ gzip, budget }) => gzip > budget)).toEqual([]);
    expect(sizes.map(({ budget }) => budget)).toEqual([100_000, 60_000, 30_000, 12_000]);
  });

  it("grows with what is used, and a page that predicts does not load the training", () => {
    const [everything, training, prediction] = sizes.map(({ gzip }) => gzip);
    expect(everything).toBeGreaterThan(training);
    expect(training).toBeGreaterThan(10_000);
    expect(prediction).toBeGreaterThan(10_000);
    expect(prediction).toBeLessThan(everything - 5_000);
  });

  it("is in the README as it was measured, give or take a tenth", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const [, table] = readme.split(/<!-{2} size:(?:begin|end) -->/);
    const numbers = [...table.matchAll(/([\d.]+) kB/g)];
    const measured = sizes.flatMap(({ raw, gzip }) => [raw, gzip]);
    expect(numbers).toHaveLength(measured.length);
    const wrong = numbers.filter(([, said], i) => Math.abs(Number(said) * 1000 - measured[i]) > measured[i] / 10);
    expect(wrong.map(([text]) => `${text}: run npm run size`)).toEqual([]);
  });

  it("is written between the markers, again and again", () => {
    const text = "a\n<!-- size:begin -->\nold\n<!-- size:end -->\nb\n";
    const written = withTable(text, sizeTable([{ name: "x", raw: 12_345, gzip: 6_789, budget: 1 }]));
    expect(written).toContain("| x | 12.3 kB | 6.8 kB |");
    expect(written).not.toContain("old");
    expect(withTable(written, "new")).toBe("a\n<!-- size:begin -->\n\nnew\n\n<!-- size:end -->\nb\n");
    expect(() => withTable("nothing", "new")).toThrow("size:begin");
  });
});
