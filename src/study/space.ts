import * as v from "valibot";
import { exp, log } from "../tensor/arithmetic.ts";
import { parse } from "./parse.ts";

// What a study may choose from. A point of the unit interval stands for each value, so that samplers need not know of units.

/** Numbers from `low` to `high`, both of them in it; with `log` the logarithm is uniform; with `step` only low, low + step, … */
export interface FloatRange {
  readonly kind: "float";
  readonly low: number;
  readonly high: number;
  readonly log?: boolean | undefined;
  readonly step?: number | undefined;
}

/** Whole numbers from `low` to `high`, both of them in it; with `log` the logarithm is uniform. */
export interface IntRange {
  readonly kind: "int";
  readonly low: number;
  readonly high: number;
  readonly log?: boolean | undefined;
}

/** One of some values, which have no order. */
export interface Choices {
  readonly kind: "categorical";
  readonly choices: readonly Value[];
}

/** What a setting is searched in. */
export type Distribution = FloatRange | IntRange | Choices;

/** A value of a setting. */
export type Value = number | string | boolean;

/** What is searched: a distribution for each setting, by its name. */
export type Space = Readonly<Record<string, Distribution>>;

/** Values of settings, by their names. */
export type Parameters = Readonly<Record<string, Value>>;

const finite = v.pipe(v.number("give a number"), v.finite("give a finite number"));

const isOrdered = ({ low, high, log = false }: { low: number; high: number; log?: boolean | undefined }) =>
  low <= high && (!log || low > 0);
const ORDERED = "give low <= high, and low > 0 with log";

const valueSchema = v.union([finite, v.string(), v.boolean()], "give a number, a text, true or false");

export const parametersSchema: v.GenericSchema<unknown, Parameters> = v.record(v.string(), valueSchema);

const distributionSchema: v.GenericSchema<unknown, Distribution> = v.variant(
  "kind",
  [
    v.pipe(
      v.strictObject({
        kind: v.literal("float"),
        low: finite,
        high: finite,
        log: v.optional(v.boolean()),
        step: v.optional(v.pipe(finite, v.gtValue(0, "give a step above 0"))),
      }),
      v.check((range) => isOrdered(range), ORDERED),
      v.check(({ log = false, step }) => !(log && step !== undefined), "give log or step, not both"),
    ),
    v.pipe(
      v.strictObject({ kind: v.literal("int"), low: finite, high: finite, log: v.optional(v.boolean()) }),
      v.check((range) => isOrdered(range), ORDERED),
      v.check(({ low, high }) => Number.isSafeInteger(low) && Number.isSafeInteger(high), "give whole numbers"),
    ),
    v.strictObject({
      kind: v.literal("categorical"),
      choices: v.pipe(
        v.array(valueSchema, "give an array of choices"),
        v.minLength(1, "give at least one choice"),
        v.check((choices) => new Set(choices).size === choices.length, "give each choice once"),
      ),
    }),
  ],
  'give { kind: "float", low, high }, { kind: "int", low, high } or { kind: "categorical", choices }',
);

export const spaceSchema: v.GenericSchema<unknown, Space> = v.record(v.string(), distributionSchema);

/** @throws {DrowseError} on anything but a distribution. */
export const checkDistribution = (operation: string, name: string, value: unknown): Distribution =>
  parse(operation, name, distributionSchema, value);

/** How many values there are; undefined where they are not counted. */
export function countValues(distribution: Distribution): number | undefined {
  if (distribution.kind === "categorical") return distribution.choices.length;
  const { low, high } = distribution;
  if (distribution.kind === "int") return high - low + 1;
  if (low === high) return 1;
  // A little more than the last step, for 0.3 / 0.1 is less than 3.
  return distribution.step === undefined ? undefined : Math.floor((high - low) / distribution.step + 1e-9) + 1;
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** The value that a point from 0 to 1 stands for. Values that are counted have equal parts of the interval, but with `log`. */
export function valueAt(distribution: Distribution, point: number): Value {
  const count = countValues(distribution);
  const place = Math.min(Math.floor(point * (count ?? 1)), (count ?? 1) - 1);
  if (distribution.kind === "categorical") return distribution.choices[place];
  const { low, high, log: isLog = false } = distribution;
  if (distribution.kind === "int") {
    if (!isLog) return low + place;
    const [from, to] = [log(low - 0.5), log(high + 0.5)];
    return clamp(Math.round(exp(from + point * (to - from))), low, high);
  }
  if (distribution.step !== undefined) return clamp(low + place * distribution.step, low, high);
  if (!isLog) return clamp(low + point * (high - low), low, high);
  return clamp(exp(log(low) + point * (log(high) - log(low))), low, high);
}

/** A point that stands for a value, the middle of its part where values are counted. */
export function pointOf(distribution: Distribution, value: Value): number {
  const count = countValues(distribution);
  if (distribution.kind === "categorical") return (distribution.choices.indexOf(value) + 0.5) / distribution.choices.length;
  const { low, high, log: isLog = false } = distribution;
  const number = Number(value);
  if (distribution.kind === "int") {
    if (!isLog) return (number - low + 0.5) / (high - low + 1);
    const [from, to] = [log(low - 0.5), log(high + 0.5)];
    return (log(number) - from) / (to - from);
  }
  if (count === 1) return 0.5;
  if (distribution.step !== undefined) return (Math.round((number - low) / distribution.step) + 0.5) / (count ?? 1);
  return isLog ? (log(number) - log(low)) / (log(high) - log(low)) : (number - low) / (high - low);
}
