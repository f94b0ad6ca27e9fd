import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitSegments, formatBar } from "./progress-line.ts";

const segments = fc.array(fc.record({ text: fc.stringMatching(/^[a-z]{0,12}$/), rank: fc.integer({ min: 0, max: 9 }) }), {
  minLength: 1,
});

describe("fitSegments", () => {
  it("never fills the last three columns, where a terminal writes ^C", () => {
    fc.assert(
      fc.property(segments, fc.integer({ min: 4, max: 120 }), (parts, columns) => {
        expect(fitSegments(parts, columns).length).toBeLessThanOrEqual(columns - 3);
      }),
    );
  });
  it("leaves nothing out where there is room", () => {
    fc.assert(
      fc.property(segments, (parts) => {
        const texts = parts.map(({ text }) => text).filter((text) => text !== "");
        expect(fitSegments(parts, Number.POSITIVE_INFINITY)).toBe(texts.join("  "));
      }),
    );
  });
  const parts = [
    { text: "epoch 1/2", rank: 3 },
    { text: "loss 0.1", rank: 2 },
    { text: "0:07 left", rank: 1 },
  ];
  it.each([
    [33, "epoch 1/2  loss 0.1  0:07 left"],
    [32, "epoch 1/2  loss 0.1"],
    [20, "epoch 1/2"],
    [8, "epoch"],
  ])("leaves out the lowest rank first: %d columns", (columns, line) => expect(fitSegments(parts, columns)).toBe(line));
  it("paints what it has measured without colour", () => {
    const paint = (text: string) => `<${text}>`;
    expect(fitSegments([{ text: "abc", rank: 1, paint }], 6)).toBe("<abc>");
  });
});

it.each([
  [0, "────"],
  [0.5, "━━──"],
  [1, "━━━━"],
  [-1, "────"],
  [2, "━━━━"],
])("the bar of %d", (share, bar) => {
  expect(formatBar(share, 4)).toBe(bar);
});
