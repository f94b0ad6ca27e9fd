import { describe, expect, it } from "vitest";
import { rateScheduleOf } from "../study/dropout-schedules.ts";
import { dropoutSchedule } from "./dropout-schedule.ts";
import { UsageError } from "./usage-error.ts";

const read = dropoutSchedule("--dropout-schedule");
const rates = (setting: string, ...steps: number[]) =>
  steps.map((step) => rateScheduleOf(setting)(step, { steps: 100, rate: 0.5 }));
const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));

describe("--dropout-schedule", () => {
  it.each<[setting: string, at: readonly number[]]>([
    ["early", [0.5, 0, 0]],
    ["early:0.6", [0.5, 0.5, 0]],
    ["late", [0, 0.5, 0.5]],
    ["late:0.7", [0, 0, 0.5]],
    ["curriculum", [0, 0.5 * (1 - Math.exp(-5)), 0.5 * (1 - Math.exp(-10))]],
    ["curriculum:2", [0, 0.5 * (1 - Math.exp(-1)), 0.5 * (1 - Math.exp(-2))]],
    ["linear", [0, 0.25, 0.5]],
    ["linear:0.9", [0.9, 0.7, 0.5]],
    ["front-loaded", [0.75, 0.5, 0.25]],
    ["front-loaded:2", [1, 0.5, 0]],
  ])("%s", (setting, at) => {
    expect(read(setting)).toBe(setting);
    expect(rates(setting, 0, 50, 100)).toEqual(near(at));
  });

  it.each([
    ["", 'is ""; give early, late, curriculum, linear, front-loaded, each with a number of its own'],
    ["Early", 'is "Early"; give early, late'],
    ["toString", 'is "toString"; give early, late'],
    ["early:", ': the number of early is ""; give the share of the run until which units sleep, such as early:0.3'],
    ["early:1.1", ': the number of early is "1.1"; give the share'],
    ["late:x", ': the number of late is "x"; give the share of the run from which'],
    ["late:0.1:2", ': the number of late is "0.1:2"'],
    ["curriculum:0", ': the number of curriculum is "0"; give how fast the rates rise'],
    ["linear:-0.1", ': the number of linear is "-0.1"; give the rate of the first step'],
    ["front-loaded:3", ': the number of front-loaded is "3"; give how many times'],
  ])("refuses %j", (text, message) => {
    expect(() => read(text)).toThrow(UsageError);
    expect(() => read(text)).toThrow(`drowse: --dropout-schedule${message.startsWith(":") ? "" : " "}${message}`);
  });
});
