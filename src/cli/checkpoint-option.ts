import { Option } from "commander";
import type { CheckpointOptions } from "../model/checkpoints.ts";
import { UsageError } from "./usage-error.ts";

/** When checkpoints are written: after so many seconds, steps or epochs, whichever are over first; null: when the run is stopped, alone. */
export type CheckpointTimes = Omit<CheckpointOptions, "save"> | null;

const UNITS: Readonly<Record<string, readonly [name: "seconds" | "steps" | "epochs", factor: number]>> = {
  ms: ["seconds", 1e-3],
  s: ["seconds", 1],
  m: ["seconds", 60],
  h: ["seconds", 3600],
  step: ["steps", 1],
  steps: ["steps", 1],
  epoch: ["epochs", 1],
  epochs: ["epochs", 1],
};

/** Reads `60s`, `5m,1epoch`, `100steps` or `never`. */
export function checkpointTimes(text: string): CheckpointTimes {
  if (text === "never") return null;
  const times: { -readonly [name in "seconds" | "steps" | "epochs"]?: number } = {};
  for (const part of text.split(",")) {
    const [, number, unit] = /^(\d{1,9})([a-z]+)$/.exec(part) ?? [];
    const [name, factor] = Object.hasOwn(UNITS, unit ?? "") ? UNITS[unit] : [];
    if (name === undefined || factor === undefined || times[name] !== undefined || Number(number) === 0) {
      const remedy = "give a time, steps or epochs, such as 60s, 5m, 1h, 100steps or 1epoch, or two as 60s,1epoch, or never";
      throw new UsageError("drowse", `--checkpoint-every is ${JSON.stringify(text)}`, remedy);
    }
    times[name] = Number(number) * factor;
  }
  return times;
}

export const checkpointOption = () =>
  new Option("--checkpoint-every <times>", "keep what --resume goes on from: 60s, 5m, 100steps, 1epoch, or never")
    .argParser(checkpointTimes)
    .default({ seconds: 60 } satisfies CheckpointTimes, "60s");
