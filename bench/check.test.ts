import { describe, expect, it } from "vitest";
import { type Checked, checkPaths, checkStep, checkThreads } from "./check.ts";

const classes: Checked = { layers: [20, 40, 30, 5], rates: [0.2, 0.5, 0.8], loss: "crossEntropy", rows: 17 };
const numbers: Checked = { layers: [13, 50, 1], rates: [0, 0.5], loss: "meanSquaredError", rows: 32 };

describe("the check before the bench", () => {
  it("finds the engine's step to be the reference's", async () => {
    for (const checked of [classes, numbers]) expect(await checkStep(checked)).toBeLessThan(1e-5);
  });

  it("is seen to fail where the reference has the masks of another pass", async () => {
    await expect(checkStep(classes, (pass) => pass + 1)).rejects.toThrow(/the loss differs from the reference by/);
  });

  it("finds the same bits by both paths, traced and fused, on one thread and on two", async () => {
    await checkPaths(classes);
    await checkThreads(classes, 5, [2]);
  });
});
