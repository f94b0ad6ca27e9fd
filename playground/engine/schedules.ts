import { type RateSchedule, rateSchedule } from "drowse";
import type { Settings } from "../state/settings.ts";

/** The schedules of rates by the names of the settings. */
const schedules: { readonly [Name in Settings["schedule"]]: (() => RateSchedule) | undefined } = {
  constant: undefined,
  early: () => rateSchedule.early({ until: 0.5 }),
  late: () => rateSchedule.late(),
  curriculum: () => rateSchedule.curriculum(),
  linear: () => rateSchedule.linear(),
  frontLoaded: () => rateSchedule.frontLoaded(),
};

/** The schedule of the settings, if the rates move at all. */
export function scheduleOf({ schedule }: Pick<Settings, "schedule">): RateSchedule | undefined {
  return schedules[schedule]?.();
}
