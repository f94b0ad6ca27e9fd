import { describe, expect, it } from "vitest";
import { fetchNode } from "../scripts/node-versions.mjs";
import { runChild } from "./child.ts";
import { GOLDEN, runGolden } from "./golden-scenario.ts";

const program = `
const runGolden = ${runGolden.toString()};
const threads = Number(process.argv[2]);
console.log(JSON.stringify({ version: process.versions.node, ...(await runGolden({ drowse, threads })) }));
`;

describe("the golden training, with the built package", () => {
  for (const major of [20, 22, 24] as const) {
    it.each([1, 2, 4, 8])(`ends in the golden bits in Node ${major} on %i threads`, { timeout: 300_000 }, async (threads) => {
      const node = await fetchNode(major);
      const { code, stdout, output } = await runChild(program, { node, arguments: [String(threads)] });
      expect(code, output).toBe(0);
      const { version, ...outcome } = JSON.parse(stdout);
      expect(version).toMatch(new RegExp(`^${major}\\.`));
      expect(outcome).toEqual(GOLDEN);
    });
  }
});
