import * as drowse from "drowse";
import { describe, expect, it } from "vitest";
import { GOLDEN, runGolden } from "./golden-scenario.ts";

describe("the golden training", () => {
  it.each([0, 1, 2, 3, 4, 8])("ends in the golden bits on %i threads", async (threads) => {
    expect(await runGolden({ drowse, threads })).toEqual(GOLDEN);
  });

  it("is a training that learns, so that its bits depend on every part of it", async () => {
    const other = await runGolden({
      drowse: { ...drowse, sgd: (options) => drowse.sgd({ ...options, maxNorm: 1.25 }) },
      threads: 1,
    });
    expect(other.weights).not.toBe(GOLDEN.weights);
    const undropped = await runGolden({
      drowse: { ...drowse, dropout: (options) => drowse.dropout({ ...options, rate: 0 }) },
      threads: 1,
    });
    expect(undropped.weights).not.toBe(GOLDEN.weights);
  });
});
