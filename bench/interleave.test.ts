import { describe, expect, it } from "vitest";
import { interleave, type Runner } from "./interleave.ts";

/** A contestant of whom each unit takes so many seconds of a clock that nobody waits for. */
function pretended(name: string, seconds: number, log: string[]): Runner & { units: number } {
  const runner = {
    units: 0,
    async run(units: number) {
      log.push(name);
      runner.units += units;
      return units * seconds;
    },
    async rest() {
      log.push("rest");
    },
  };
  return runner;
}

describe("interleave", () => {
  it("warms up, then runs A B A B, each after the one before has come to rest", async () => {
    const log: string[] = [];
    const runners = [pretended("A", 0.001, log), pretended("B", 0.003, log)];
    const times = await interleave(runners, { seconds: 1, rounds: 5, warmup: 0.2 });
    expect(times.map((rounds) => rounds.length)).toEqual([5, 5]);
    for (const [index, seconds] of [0.001, 0.003].entries()) {
      for (const time of times[index]) expect(time).toBeCloseTo(seconds, 9);
    }
    expect(log.slice(-20)).toEqual(Array.from({ length: 5 }, () => ["A", "rest", "B", "rest"]).flat());
  });

  it("fills the budget, each contestant with its share", async () => {
    const log: string[] = [];
    const runners = [pretended("A", 0.001, log), pretended("B", 0.007, log)];
    await interleave(runners, { seconds: 2, rounds: 10, warmup: 0 });
    // One unit each was the warm-up.
    expect((runners[0].units - 1) * 0.001).toBeCloseTo(1, 1);
    expect((runners[1].units - 1) * 0.007).toBeCloseTo(1, 1);
  });

  it("lets one whose unit is longer than its slice sit rounds out, but not all", async () => {
    const times = await interleave([pretended("A", 0.01, []), pretended("slow", 1, [])], {
      seconds: 2,
      rounds: 9,
      warmup: 0,
    });
    expect(times[0].filter((time) => time === undefined)).toEqual([]);
    expect(times[1].map((time) => time !== undefined)).toEqual([true, false, false, true, false, false, true, false, false]);
  });
});
