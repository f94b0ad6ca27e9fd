import { dropoutSchedules, partsOf, rateScheduleOf } from "../study/dropout-schedules.ts";
import { decimal, type Reader } from "./option-values.ts";
import { UsageError } from "./usage-error.ts";

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
