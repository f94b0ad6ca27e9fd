import { type RateSchedule, rateSchedule } from "../layers/dropout/rate-schedules.ts";
import { decimal, type Reader } from "./option-values.ts";
import { UsageError } from "./usage-error.ts";

/** A schedule by its name, and what its number may be: `early:0.3`. */
interface DropoutSchedules {
  readonly make: (number?: number) => RateSchedule;
  readonly accepts: (value: number) => boolean;
  readonly remedy: string;
}

const share = { accepts: (value: number) => value >= 0 && value <= 1 };

/** The schedules of rates that the command knows. */
export const dropoutSchedules: Readonly<Record<string, DropoutSchedules>> = {
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
function partsOf(text: string): { name: string; number: string | undefined } {
  const [name, ...rest] = text.split(":");
  return { name, number: rest.length === 0 ? undefined : rest.join(":") };
}

/** Looks at a schedule such as `early:0.3`, and gives it back as it stands in config.json. */
export function dropoutSchedule(option: string): Reader<string> {
  return (text) => {
    const { name, number } = partsOf(text);
    const known = Object.hasOwn(dropoutSchedules, name) ? dropoutSchedules[name] : undefined;
    if (!known) {
      const remedy = `give ${Object.keys(dropoutSchedules).join(", ")}, each with a number of its own if you like, as early:0.3`;
      throw new UsageError("drowse", `${option} is ${JSON.stringify(text)}`, remedy);
    }
    if (number !== undefined) decimal(`${option}: the number of ${name}`, known.accepts, known.remedy)(number);
    return text;
  };
}

/** The schedule that a setting names. */
export function rateScheduleOf(setting: string): RateSchedule {
  const { name, number } = partsOf(setting);
  return dropoutSchedules[name].make(number === undefined ? undefined : Number(number));
}

/**
 * Refuses a schedule of nothing, and one whose first rate is no rate.
 * @throws {UsageError} naming both options.
 */
export function checkDropoutSchedule({
  dropoutSchedule: setting,
  dropout,
  inputDropout,
}: {
  readonly dropoutSchedule?: string | undefined;
  readonly dropout: number;
  readonly inputDropout: number;
}): void {
  if (setting === undefined) return;
  const given = `is given with --dropout-schedule ${setting}`;
  if (dropout === 0 && inputDropout === 0)
    throw new UsageError("drowse", `--dropout 0 --input-dropout 0 ${given}`, "give rates above 0, or leave the schedule out");
  const schedule = rateScheduleOf(setting);
  for (const [option, rate] of Object.entries({ "--dropout": dropout, "--input-dropout": inputDropout })) {
    const first = schedule(0, { steps: 1, rate });
    if (first > 1)
      throw new UsageError("drowse", `${option} ${rate} ${given}`, `its first rate would be ${first}: give less of one`);
  }
}
