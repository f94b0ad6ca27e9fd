import { describe, expect, it } from "vitest";
import { decay } from "./defaults.ts";

describe("decay", () => {
  it("falls in a straight line to nearly 0", () => {
    const rate = decay(0.1, 4);
    expect([0, 1, 2, 3].map(rate)).toEqual([0.1, expect.closeTo(0.075), expect.closeTo(0.05), expect.closeTo(0.025)]);
    expect(rate(5), "past the end it stays at 0, and is never negative").toBe(0);
  });
});
