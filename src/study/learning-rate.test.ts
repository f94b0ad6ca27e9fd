import { describe, expect, it } from "vitest";
import { learningRateOf, polynomial, type ScheduleName, type ScheduleSettings } from "./learning-rate.ts";

describe("polynomial", () => {
  it("falls with the power 3/4 of what is left, to nearly 0", () => {
    const rate = polynomial(0.1, 4);
    const expected = [1, 0.75, 0.5, 0.25].map((left) => expect.closeTo(0.1 * left ** 0.75, 12));
    expect([0, 1, 2, 3].map(rate)).toEqual(expected);
    expect(rate(5), "past the end it stays at 0, and is never negative").toBe(0);
  });
});

/** The learning rates of chosen steps in a run of 300. */
function rates(settings: Partial<ScheduleSettings>, ...steps: number[]): number[] {
  const rate = learningRateOf({ schedule: "constant", learningRate: 0.5, warmup: 0, ...settings }, 300);
  return steps.map((step) => (typeof rate === "number" ? rate : rate(step)));
}
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 9));

describe("learningRateOf", () => {
  it.each<[schedule: ScheduleName, at: readonly number[]]>([
    ["constant", [0.5, 0.5, 0.5, 0.5]],
    ["linear", [0.5, 0.475, 0.25, 0]],
    ["polynomial", [0.5, 0.5 * 0.95 ** 0.75, 0.5 ** 1.75, 0]],
    ["cosine", [0.5, 0.25 * (1 + Math.cos(0.05 * Math.PI)), 0.25, 0]],
    ["step", [0.5, 0.5, 0.05, 0.0005]],
    ["exponential", [0.5, 0.5 * 0.01 ** 0.05, 0.05, 0.005]],
    ["inverse-time", [0.5, 0.5 / 1.5, 0.5 / 6, 0.5 / 11]],
  ])("%s over the whole run", (schedule, at) => {
    expect(rates({ schedule }, 0, 15, 150, 300)).toEqual(near(at));
  });

  it("takes steps and factor of the decay", () => {
    expect(rates({ schedule: "step", decaySteps: 20, decayFactor: 0.5 }, 19, 20, 40)).toEqual(near([0.5, 0.25, 0.125]));
    expect(rates({ schedule: "exponential", decaySteps: 20, decayFactor: 0.5 }, 20, 40)).toEqual(near([0.25, 0.125]));
    expect(rates({ schedule: "inverse-time", decaySteps: 20 }, 20, 40)).toEqual(near([0.25, 0.5 / 3]));
  });

  it("warms up from 0, and the schedule has the steps that are left", () => {
    expect(rates({ schedule: "linear", warmup: 100 }, 0, 50, 100, 200, 300)).toEqual(near([0, 0.25, 0.5, 0.25, 0]));
    expect(() => rates({ warmup: 300 }, 0)).toThrow("training: warmup is 300, and there are 300 steps; give fewer");
  });
});
