import { type RateSchedule, rateSchedule } from "../layers/dropout/rate-schedules.ts";

// Schedules of rates as settings have them: a name, and a number where it is not the usual one.

/** A schedule by its name, and what its number may be: `early:0.3`. */
interface NamedSchedule {
  readonly make: (number?: number) => RateSchedule;
  readonly accepts: (value: number) => boolean;
  readonly remedy: string;
}

const share = { accepts: (value: number) => value >= 0 && value <= 1 };

/** The schedules of rates that have a name. */
export const dropoutSchedules: Readonly<Record<string, NamedSchedule>> = {
  early: {
    make: (until) => rateSchedule.early(until === undefined ? {} : { until }),
    ...share,
    remedy: "give the share of the run until which units sleep, such as early:0.3",
  },
  late: {
    make: (from) => rateSchedule.late(from === undefined ? {} : { from }),
    ...share,
    remedy: "give the share of the run from which units sleep, such as late:0.5",
  },
  curriculum: {
    make: (gamma) => rateSchedule.curriculum(gamma === undefined ? {} : { gamma }),
    accepts: (value) => value > 0,
    remedy: "give how fast the rates rise, above 0, such as curriculum:10",
  },
  linear: {
    make: (from) => rateSchedule.linear(from === undefined ? {} : { from }),
    ...share,
    remedy: "give the rate of the first step, such as linear:0",
  },
  "front-loaded": {
    make: (peak) => rateSchedule.frontLoaded(peak === undefined ? {} : { peak }),
    accepts: (value) => value >= 1 && value <= 2,
    remedy: "give how many times the rate the first one is, from 1 to 2, such as front-loaded:1.5",
  },
};

/** The parts of `early:0.3`, or of `early`. */
export function partsOf(text: string): { name: string; number: string | undefined } {
  const [name, ...rest] = text.split(":");
  return { name, number: rest.length === 0 ? undefined : rest.join(":") };
}

/** The schedule that a setting names. */
export function rateScheduleOf(setting: string): RateSchedule {
  const { name, number } = partsOf(setting);
  return dropoutSchedules[name].make(number === undefined ? undefined : Number(number));
}

/** Whether a text names a schedule, with a number that it takes. */
export function isDropoutSchedule(text: string): boolean {
  const { name, number } = partsOf(text);
  if (!Object.hasOwn(dropoutSchedules, name)) return false;
  return (
    number === undefined ||
    (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(number) && dropoutSchedules[name].accepts(Number(number)))
  );
}
