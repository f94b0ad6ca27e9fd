import type { ClassMetricName } from "../metrics/metric.ts";
import { UsageError } from "./usage-error.ts";

// Option values as people type them, to numbers. Strict: "", "1e", "0x10" and "1 " are no numbers here.

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^\d{1,16}$/;

/** Reads the text of one option. */
export type Reader<Value> = (text: string) => Value;

function refuse(option: string, text: string, remedy: string): never {
  throw new UsageError("drowse", `${option} is ${JSON.stringify(text)}`, remedy);
}

/** A whole number from `least` to `most`. */
export function wholeNumber(option: string, least: number, most: number): Reader<number> {
  return (text) => {
    const value = WHOLE.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) refuse(option, text, `give a whole number from ${least} to ${most}`);
    return value;
  };
}

/** A number that `accepts` takes; `remedy` says which those are. */
export function decimal(option: string, accepts: (value: number) => boolean, remedy: string): Reader<number> {
  return (text) => {
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value) || !accepts(value)) refuse(option, text, remedy);
    return value;
  };
}

/** The probability to drop a unit. */
export function rate(option: string): Reader<number> {
  return decimal(option, (value) => value >= 0 && value <= 1, "give a number from 0 (drop nothing) to 1 (drop everything)");
}

/** Rates in ascending order, `0.1,0.3,0.5`, each above 0 and below 1 and once. */
export function rateList(option: string): Reader<readonly number[]> {
  const remedy = "give rates above 0 and below 1, each once, such as 0.1,0.3,0.5";
  return (text) => {
    const rates = text.split(",").map((part) => decimal(option, (value) => value > 0 && value < 1, remedy)(part));
    if (new Set(rates).size < rates.length) refuse(option, text, remedy);
    return rates.sort((a, b) => a - b);
  };
}

/** A value, or the word `none`. */
export function orNone<Value>(read: Reader<Value>): Reader<Value | "none"> {
  return (text) => (text === "none" ? text : read(text));
}

const MOST_LAYERS = 64;
const MOST_UNITS = 65_536;

/** Units of the hidden layers, `1024,1024`, or the word `none`. */
export function hiddenLayers(option: string): Reader<readonly number[]> {
  const remedy = `give the units of up to ${MOST_LAYERS} layers, such as 1024,1024, each from 1 to ${MOST_UNITS}, or none`;
  return (text) => {
    if (text === "none") return [];
    const parts = text.split(",");
    const units = parts.map((part) => (WHOLE.test(part) ? Number(part) : 0));
    if (parts.length > MOST_LAYERS || units.some((unit) => unit < 1 || unit > MOST_UNITS)) refuse(option, text, remedy);
    return units;
  };
}

/** Weights of classes, `1,2.5,1`, or the word `balanced`. How many there must be is found when the data is there. */
export function classWeights(option: string): Reader<"balanced" | readonly number[]> {
  const remedy = "give balanced, or a number of at least 0 for each class, such as 1,2.5,1";
  return (text) => {
    if (text === "balanced") return text;
    const atLeast0 = decimal(option, (value) => value >= 0, remedy);
    if (!text.split(",").every((part) => DECIMAL.test(part))) refuse(option, text, remedy);
    return text.split(",").map(atLeast0);
  };
}

/** First and last row of a range, both of them in it. */
export type RowRange = readonly [first: number, last: number];

/** Rows by their number from 0, as `0-9` or `0-9,20,30-39`. */
export function rowRanges(option: string): Reader<readonly RowRange[]> {
  return (text) =>
    text.split(",").map((part) => {
      const [, from, to = from] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(part) ?? [];
      const range = [Number(from), Number(to)] as const;
      if (!(range[0] <= range[1])) refuse(option, text, "give numbers of rows, counted from 0, such as 0-9 or 0-9,20,30-39");
      return range;
    });
}

/** Metrics by name; `topKAccuracy` is one for each k. */
export const classMetrics = [
  "accuracy",
  "precision",
  "recall",
  "f1",
  "macroPrecision",
  "macroRecall",
  "macroF1",
  "auroc",
] as const;

const isMetric = (name: string): name is ClassMetricName =>
  (classMetrics as readonly string[]).includes(name) || /^top[1-9]\d{0,5}Accuracy$/.test(name);

/** Names of metrics of classes, `auroc,macroF1`. Which of them fit the data is found when it is there. */
export function metricNames(option: string): Reader<readonly ClassMetricName[]> {
  return (text) => {
    const names = text.split(",");
    const known = names.filter(isMetric);
    const isOnce = new Set(names).size === names.length;
    if (known.length < names.length || !isOnce)
      refuse(option, text, `give one or more of ${classMetrics.join(", ")}, top5Accuracy, joined by commas`);
    return known;
  };
}

/** Names of layers and what they lead to, `fc1=dense1,fc2=dense2`. */
export function layerNames(option: string): Reader<Readonly<Record<string, string>>> {
  return (text) => {
    const pairs = text.split(",").map((pair) => pair.split("="));
    if (
      pairs.some(({ length }) => length !== 2) ||
      pairs.flat().includes("") ||
      new Set(pairs.map(([from]) => from)).size < pairs.length
    ) {
      refuse(option, text, "give pairs, each name of the file once, such as fc1=dense1,fc2=dense2");
    }
    return Object.fromEntries(pairs);
  };
}
