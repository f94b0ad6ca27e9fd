import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatClock, formatCount, formatFloat, formatPercent, formatSeconds, wrapWords } from "./format.ts";

it.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [60_000, "60,000"],
  [1_863_690, "1,863,690"],
])("counts %d as %s", (value, text) => {
  expect(formatCount(value)).toBe(text);
});

it.each([
  [0, "0.00%"],
  [0.0152, "1.52%"],
  [1, "100.00%"],
])("the share %d is %s", (share, text) => {
  expect(formatPercent(share)).toBe(text);
});

describe("times", () => {
  it.each([
    [0.416, "0.42 s"],
    [9.996, "10.0 s"],
    [52.14, "52.1 s"],
    [125, "2 min 5 s"],
    [3599.6, "1 h 0 min"],
  ])("%d took %s", (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
  it.each([
    [-1, "0:00"],
    [6.2, "0:07"],
    [59.5, "1:00"],
    [725, "12:05"],
    [3725, "1:02:05"],
  ])("%d are left as %s", (seconds, text) => {
    expect(formatClock(seconds)).toBe(text);
  });
});

it("formatFloat gives back every 32-bit number", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Math.fround(Number(formatFloat(value)))).toBe(value + 0 || 0);
    }),
  );
  expect(formatFloat(Math.fround(0.1))).toBe("0.1");
});

it("wrapWords keeps all words in lines that are short enough, and fills them", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(words, fc.integer({ min: 12, max: 40 }), (given, columns) => {
      const lines = wrapWords(given.join(" "), columns);
      expect(lines.join(" ")).toBe(given.join(" "));
      for (const [index, line] of lines.entries()) {
        expect(line.length).toBeLessThanOrEqual(columns);
        const [next] = lines[index + 1]?.split(" ") ?? [];
        if (next !== undefined) expect(line.length + 1 + next.length).toBeGreaterThan(columns);
      }
    }),
  );
});
