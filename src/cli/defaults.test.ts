import { describe, expect, it } from "vitest";
import { decay } from "./defaults.ts";

describe("decay", () => {
  it("falls with the power 3/4 of what is left, to nearly 0", () => {
    const rate = decay(0.1, 4);
    const expected = [1, 0.75, 0.5, 0.25].map((left) => expect.closeTo(0.1 * left ** 0.75, 12));
    expect([0, 1, 2, 3].map(rate)).toEqual(expected);
    expect(rate(5), "past the end it stays at 0, and is never negative").toBe(0);
  });
});
