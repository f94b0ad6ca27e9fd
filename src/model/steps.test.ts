import { describe, expect, it } from "vitest";
import { Pace } from "./steps.ts";

describe("the pace of a run", () => {
  it("begins with one step, so that a slow one is told of soon", () => {
    expect(new Pace().steps(1024)).toBe(1);
  });

  it("grows at most eightfold at a time, up to the steps of 50 ms and of the slot", () => {
    const pace = new Pace();
    for (const steps of [8, 64, 500, 500]) {
      pace.measured(pace.steps(1024), pace.steps(1024) * 0.1);
      expect(pace.steps(1024)).toBe(steps);
    }
    expect(pace.steps(100)).toBe(100);
  });

  it("falls at once where steps become slower, and never below one", () => {
    const pace = new Pace();
    for (let chunk = 0; chunk < 5; chunk++) pace.measured(pace.steps(1024), 0);
    expect(pace.steps(1024)).toBe(1024);
    pace.measured(1024, 1024 * 5);
    expect(pace.steps(1024)).toBe(10);
    pace.measured(10, 10_000);
    expect(pace.steps(1024)).toBe(1);
  });
});
