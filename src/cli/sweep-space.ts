import { grid } from "../study/samplers/grid.ts";
import { random } from "../study/samplers/random.ts";
import { sobol } from "../study/samplers/sobol.ts";
import { tpe } from "../study/samplers/tpe.ts";
import { checkDistribution, type Distribution, type Space, type Value } from "../study/space.ts";
import type { Objective, Pruning } from "../study/sweep.ts";
import { DrowseError } from "../tensor/errors.ts";
import { UsageError } from "./usage-error.ts";

/** Samplers, as the command names them. */
export const samplers = { tpe, random, sobol, grid };

/** How trials are given up, as the command names it. */
export const prunings = {
  median: "median",
  halving: "halving",
  "asynchronous-halving": "asynchronousHalving",
  none: "none",
} as const satisfies Record<string, Pruning>;

/** What is to be small, as the command names it. */
export const objectives = {
  loss: "loss",
  error: "error",
  "log-likelihood": "negativeLogLikelihood",
  calibration: "calibrationError",
} as const satisfies Record<string, Objective>;

/** Settings that are whole numbers. */
const WHOLE = new Set(["batchSize", "epochs", "patience"]);

const REMEDY =
  "give name=low..high, with :log or a step behind it, or name=a|b|c, such as dropout=0..0.8 or hidden=64-64|128-128";
const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** `input-dropout` as `inputDropout`. */
const camelOf = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A value of a list, a number where it looks like one. */
const choiceOf = (text: string): Value => (NUMBER.test(text) ? Number(text) : text);

/**
 * Reads `--search name=…` and adds it to those before.
 * @throws {UsageError} on anything else, and a name given twice.
 */
export function searchOption(text: string, before: Space = {}): Space {
  const refuse = (received: string, remedy = REMEDY): never => {
    throw new UsageError("drowse", `--search is ${JSON.stringify(text)}${received}`, remedy);
  };
  const [, name = "", range = ""] = /^([a-z][a-z\d-]*)=(.+)$/.exec(text) ?? [];
  if (name === "") return refuse("");
  const setting = camelOf(name);
  if (Object.hasOwn(before, setting)) return refuse(`, and ${name} is searched already`, "give each setting once");
  try {
    return { ...before, [setting]: checkDistribution("drowse", name, distributionOf(setting, range) ?? refuse("")) };
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof DrowseError)) throw error;
    return refuse("", error.remedy);
  }
}

function distributionOf(setting: string, range: string): Distribution | undefined {
  const [, low = "", high = "", , more] = /^([^.|]*\.?[^.|]+)\.\.([^:|]+)(:(.+))?$/.exec(range) ?? [];
  if (!NUMBER.test(low) || !NUMBER.test(high)) {
    return range.includes("..") ? undefined : { kind: "categorical", choices: range.split("|").map(choiceOf) };
  }
  const ends = { low: Number(low), high: Number(high) };
  const scale = more === "log" ? { log: true } : {};
  if (more !== undefined && more !== "log" && !NUMBER.test(more)) return undefined;
  if (WHOLE.has(setting)) return more === undefined || more === "log" ? { kind: "int", ...ends, ...scale } : undefined;
  return { kind: "float", ...ends, ...scale, ...(more !== undefined && more !== "log" ? { step: Number(more) } : {}) };
}
