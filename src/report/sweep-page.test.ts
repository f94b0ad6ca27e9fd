import { describe, expect, it } from "vitest";
import { quickExecutor, quickSweep } from "../../test/sweeps.ts";
import { chooseTrials } from "../study/choice.ts";
import { importances } from "../study/importance.ts";
import { type SweepRequest, sweep } from "../study/sweep.ts";
import { scatterSvg } from "./scatter.ts";
import { dropoutText, type SweepPage, settingText, sweepPage } from "./sweep-page.ts";

async function pageOf(changes: Partial<SweepRequest> = {}, more: Partial<SweepPage> = {}): Promise<string> {
  const request = quickSweep({ trials: 24, ...changes });
  const trials = await sweep(request, { executor: quickExecutor() });
  const choice = chooseTrials(trials);
  if (!choice) throw new Error("no trial is complete");
  const seconds = new Map(trials.map(({ number }) => [number, 1.5]));
  return sweepPage({
    name: "iris",
    request,
    trials,
    choice,
    importances: importances(request.space, trials),
    seconds,
    version: "1.0",
    ...more,
  });
}

describe("the page of a sweep", () => {
  it("is one file without a script, an address or anything that is loaded", async () => {
    const page = await pageOf();
    expect(page).not.toMatch(/<script|https?:|src=|url\(|@import/);
    expect(page.match(/<svg/g)).toHaveLength(3);
    for (const [open, close] of [
      ["<svg", "</svg>"],
      ["<table", "</table>"],
      ["<tr>", "</tr>"],
      ["<td", "</td>"],
    ] as const) {
      expect(page.split(open).length).toBe(page.split(close).length);
    }
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("has every trial in its table, the best first, and those that were given up as rings", async () => {
    const page = await pageOf();
    const [, all] = page.split("All trials");
    expect(all.match(/<tr>/g)).toHaveLength(25);
    expect(page).toMatch(/<circle class="open"/);
    expect(page.match(/<circle class="best"/g)).toHaveLength(3);
    expect(page).toMatch(/24 trials \(\d+ complete, \d+ pruned, \d+ failed\) by tpe, each on the same 3 folds; seed 4/);
  });

  it("lets no text of the data be more than text", async () => {
    expect(await pageOf({}, { name: "<script>alert(1)</script>" })).not.toContain("<script>");
  });

  it("says whether dropout helps, with the interval, and no more than that", () => {
    expect(dropoutText({ mean: -0.02, low: -0.03, high: -0.01 }, "loss")).toMatch(
      /^Dropout helps: validation loss −0.020 \(95% interval −0.030 to −0.010\)/,
    );
    expect(dropoutText({ mean: -0.02, low: -0.05, high: 0.01 }, "error")).toMatch(
      /^It is not certain that dropout helps here: validation error −0.020/,
    );
    expect(dropoutText({ mean: 0.02, low: 0.01, high: 0.03 }, "loss")).toMatch(
      /^Dropout does harm here: validation loss \+0.020/,
    );
    expect(dropoutText(undefined, "loss")).toBe("The best configuration has no dropout: it does not help here.");
    expect(["inputDropout", "dropout12", "maxNorm"].map(settingText)).toEqual(["input dropout", "dropout 12", "max norm"]);
  });
});

it("a drawing has its points where they are, and its axis by the logarithm where that is asked", () => {
  const points = [1, 10, 100].map((x) => ({ x, y: x, look: "full" as const, label: `${x} < 101` }));
  const places = (log: boolean) =>
    [...scatterSvg({ title: "t", across: "x", up: "y", points, from: 1, to: 100, log }).matchAll(/cx="([\d.]+)"/g)].map(([, x]) =>
      Number(x),
    );
  const [first, middle, last] = places(true);
  expect(middle - first).toBeCloseTo(last - middle, 0);
  const [a, b, c] = places(false);
  expect((b - a) / (c - a)).toBeCloseTo(9 / 99, 2);
  expect(scatterSvg({ title: "t", across: "x", up: "y", points, from: 1, to: 100 })).toContain("<title>1 &lt; 101</title>");
});
