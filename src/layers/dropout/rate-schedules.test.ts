import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RateSchedule, rateSchedule } from "./rate-schedules.ts";

const at = (schedule: RateSchedule, steps: number, rate: number, ...of: number[]) =>
  of.map((step) => expect.closeTo(schedule(step, { steps, rate }), 12));
const rates = (schedule: RateSchedule, ...of: number[]) => of.map((step) => schedule(step, { steps: 100, rate: 0.4 }));

describe("rateSchedule", () => {
  it("early drops until a share of the steps, constant or in a straight line to 0", () => {
    expect(rates(rateSchedule.early(), 0, 19, 20, 99)).toEqual([0.4, 0.4, 0, 0]);
    expect(rates(rateSchedule.early({ until: 0.5, shape: "linear" }), 0, 25, 50, 99)).toEqual([0.4, 0.2, 0, 0]);
    expect(rates(rateSchedule.early({ until: 0 }), 0)).toEqual([0]);
    expect(rates(rateSchedule.early({ until: 1 }), 99)).toEqual([0.4]);
  });

  it("late drops from a share of the steps", () => {
    expect(rates(rateSchedule.late(), 0, 49, 50, 99)).toEqual([0, 0, 0.4, 0.4]);
    expect(rates(rateSchedule.late({ from: 1 }), 99)).toEqual([0]);
  });

  it("curriculum keeps (1 - k) exp(-g t) + k", () => {
    const keep = (t: number, gamma: number) => (1 - 0.6) * Math.exp((-gamma * t) / 100) + 0.6;
    expect([0, 1, 50, 100].map((t) => 1 - keep(t, 10))).toEqual(at(rateSchedule.curriculum(), 100, 0.4, 0, 1, 50, 100));
    expect([7].map((t) => 1 - keep(t, 3))).toEqual(at(rateSchedule.curriculum({ gamma: 3 }), 100, 0.4, 7));
  });

  it("linear goes from one rate to another, by default from 0 to the layer's", () => {
    expect(rates(rateSchedule.linear(), 0, 25, 100, 200)).toEqual([0, 0.1, 0.4, 0.4]);
    expect([0.8, 0.45]).toEqual(at(rateSchedule.linear({ from: 0.8, to: 0.1 }), 100, 0.4, 0, 50));
  });

  it("frontLoaded has the layer's rate on average", () => {
    const schedule = rateSchedule.frontLoaded();
    expect([0.6, 0.4, 0.2]).toEqual(at(schedule, 100, 0.4, 0, 50, 100));
    const mean =
      Array.from({ length: 101 }, (_, step) => schedule(step, { steps: 100, rate: 0.4 })).reduce((a, b) => a + b) / 101;
    expect(mean).toBeCloseTo(0.4, 12);
    expect(rates(rateSchedule.frontLoaded({ peak: 1 }), 0, 99)).toEqual([0.4, 0.4]);
  });

  it("stays in [0, 1] for every rate, and is the layer's rate at rate 0", () => {
    const makers = [rateSchedule.early(), rateSchedule.late(), rateSchedule.curriculum(), rateSchedule.linear()];
    fc.assert(
      fc.property(
        fc.constantFrom(...makers),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.nat(2e6),
        (schedule, rate, steps, step) => {
          const value = schedule(step, { steps, rate });
          expect(value >= 0 && value <= 1).toBe(true);
          expect(schedule(step, { steps, rate: 0 })).toBe(0);
        },
      ),
    );
  });

  it("refuses values out of range and options of others", () => {
    expect(() => rateSchedule.early({ until: 1.5 })).toThrow("early: until is 1.5; give a number from 0 to 1");
    expect(() => rateSchedule.early({ shape: "cosine" as "linear" })).toThrow(
      'early: shape is "cosine"; give "constant" or "linear"',
    );
    expect(() => rateSchedule.late({ from: Number.NaN })).toThrow("late: from is NaN");
    expect(() => rateSchedule.late({ until: 0.5 } as object)).toThrow("until is an option of early");
    expect(() => rateSchedule.curriculum({ gamma: 0 })).toThrow("curriculum: gamma is 0; give a number above 0");
    expect(() => rateSchedule.linear({ to: 1.1 })).toThrow("linear: to is 1.1");
    expect(() => rateSchedule.linear({ from: -0.1 })).toThrow("linear: from is -0.1");
    expect(() => rateSchedule.frontLoaded({ peak: 3 })).toThrow("frontLoaded: peak is 3; give a number from 1 to 2");
  });
});
