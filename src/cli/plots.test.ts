import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axisOver, wholeTicks } from "./axis.ts";
import { braillePlot } from "./braille-plot.ts";
import { curveSvg } from "./curve-svg.ts";

// Percentages of errors on up to 100,000 images.
const numbers = fc.array(
  fc.integer({ min: 0, max: 100_000 }).map((thousandths) => thousandths / 1000),
  { minLength: 1, maxLength: 20 },
);
const same = (text: string) => text;

describe("axes", () => {
  it("hold every value between their first and last tick, and tell the ticks apart", () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 2, max: 8 }), (values, count) => {
        const { from, to, ticks, digits } = axisOver(values, count);
        expect(from).toBeLessThanOrEqual(Math.min(...values) + 1e-6);
        expect(to).toBeGreaterThanOrEqual(Math.max(...values) - 1e-6);
        expect(new Set(ticks.map((tick) => tick.toFixed(digits))).size).toBe(ticks.length);
      }),
    );
  });
  it("are round", () => {
    expect(axisOver([1.24, 3.91], 5).ticks).toEqual([1, 2, 3, 4]);
    expect(axisOver([0.8, 1.4], 5)).toMatchObject({ ticks: [0.8, 1, 1.2, 1.4], digits: 1 });
  });
  it("count epochs up to the last one", () => {
    expect([wholeTicks(12, 12), wholeTicks(12, 4), wholeTicks(1, 5)]).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      [3, 6, 9, 12],
      [1],
    ]);
  });
});

describe("the plot of braille", () => {
  const format = (value: number) => `${value.toFixed(2)}%`;
  const common = { title: "test error, %", across: "epoch", format };
  const curves = (a: readonly number[], b: readonly number[]) => [
    { label: "without", values: a, stroke: "dashed" as const, paint: same },
    { label: "with", values: b, stroke: "solid" as const, paint: same },
  ];

  it("is this drawing", () => {
    const drawn = braillePlot({ ...common, curves: curves([3, 2, 1.8, 1.7], [4, 2.2, 1.5, 1.2]), columns: 50, rows: 6 });
    expect(`\n${drawn.join("\n")}`).toMatchInlineSnapshot(`
      "
      test error, %   ⠒ ⠒  without   ⠒⠒⠒⠒ with
      4 ┤⠑⠢⢄⡀
        │   ⠈⠑⠢⢄⡀
      3 ┤⠉⠂ ⠤⠄ ⣀⠈⠑⠢⢄⡀
      2 ┤       ⠁ ⠒⠂⠈⠵⡢⠤⣀⣀⣀
        │                  ⠉⠉⠑⠛⠓⠤⠶⠦⣀⣒⣂⣀⡒⠂ ⠒⠄ ⠤⠄ ⠤⠄ 1.70%
      1 ┤                              ⠈⠉⠉⠉⠉⠉⠉⠑⠒⠒⠒ 1.20%
        └┬────────────┬─────────────┬────────────┬
         1            2             3            4 epoch"
    `);
  });
  it("is as wide as it may be at most, for any curves", () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 40, max: 100 }), fc.integer({ min: 3, max: 16 }), (values, columns, rows) => {
        const drawn = braillePlot({ ...common, curves: curves(values, [...values].reverse()), columns, rows });
        const canvas = drawn.filter((line) => /[│┤]/.test(line));
        expect(canvas).toHaveLength(rows);
        for (const line of canvas) expect(line.length).toBeLessThanOrEqual(columns);
      }),
    );
  });
  it("names the last value of each curve, also where they end alike", () => {
    const text = braillePlot({ ...common, curves: curves([3, 2], [4, 2]), columns: 40, rows: 4 }).join("\n");
    expect(text.match(/2\.00%/g)).toHaveLength(2);
  });
  it("tells the strokes apart without colour", () => {
    const dots = (stroke: "solid" | "dashed") => {
      const curve = [{ label: "", values: [1, 2], stroke, paint: same }];
      return (
        braillePlot({ ...common, curves: curve, columns: 60, rows: 6 })
          .slice(1, 7)
          .join("")
          .match(/[\u2801-\u28ff]/g)?.length ?? 0
      );
    };
    expect(dots("dashed")).toBeGreaterThan(0);
    expect(dots("dashed")).toBeLessThan(0.8 * dots("solid"));
  });
});

describe("the SVG", () => {
  const draw = (a: readonly number[], b: readonly number[]) =>
    curveSvg({
      title: "a < b & c",
      description: "what is seen",
      across: "epoch",
      format: (value, digits) => value.toFixed(digits),
      curves: [
        { label: "without", values: a, colour: "#111111" },
        { label: "with", values: b, colour: "#222222" },
      ],
    });
  it("has a point per epoch, and text that is no markup", () => {
    const svg = draw([3, 2, 1.5], [4, 2, 1]);
    expect([...svg.matchAll(/points="([^"]*)"/g)].map(([, points]) => points.split(" ").length)).toEqual([3, 3]);
    expect(svg).toContain("<title>a &lt; b &amp; c</title>");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
  it("keeps the labels at the ends apart from each other and from what is below the axis", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const svg = draw(a, b);
        const heights = ["without", "with"].map((label) => Number(new RegExp(`y="([\\d.]+)"[^>]*>${label}<`).exec(svg)?.[1]));
        const unit = Number(/y="([\d.]+)"[^>]*>epoch</.exec(svg)?.[1]);
        expect(Math.abs(heights[0] - heights[1])).toBeGreaterThanOrEqual(43.8);
        expect(Math.max(...heights)).toBeLessThan(unit - 14);
      }),
    );
  });
});
