import { lineY } from "@observablehq/plot";
import { expect, it } from "vitest";
import { chart, epochAxis } from "./chart.ts";

it("has ticks at whole epochs alone, each with its number, however few there are", () => {
  for (const last of [1, 2, 3, 4, 5, 6, 7, 9, 15, 24, 200, 10_000]) {
    const points = [1, last].map((epoch) => ({ epoch, loss: 1 / epoch }));
    const drawn = chart({ description: "a", x: epochAxis(last), marks: [lineY(points, { x: "epoch", y: "loss" })] }).text;
    const ticks =
      /<g fill="none" stroke="currentColor">(.*?)<\/g><g font-variant="tabular-nums" transform="translate\(0,9\)">(.*?)<\/g>/;
    const [, marks, texts] = ticks.exec(drawn) ?? ["", "", ""];
    const labels = [...texts.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => Number(text));
    expect(labels.length, `${last} epochs`).toBeGreaterThanOrEqual(2);
    expect(labels.length).toBeLessThanOrEqual(10);
    expect(labels.every((label) => Number.isInteger(label) && label >= 1)).toBe(true);
    expect(marks.match(/<path/g)).toHaveLength(labels.length);
  }
});
