import { DrowseError, show } from "../../tensor/errors.ts";

/**
 * The rate of `{ rate }` or `{ keep }`: the probability to drop a unit.
 * @throws {DrowseError} when both or neither are given, or the value is not a number in [0, 1].
 */
export function resolveRate(operation: string, options: { rate?: unknown; keep?: unknown }): number {
  const { rate, keep } = options;
  if (rate !== undefined && keep !== undefined) {
    throw new DrowseError(
      operation,
      `both rate ${show(rate)} and keep ${show(keep)} are given`,
      "give one of them; keep is 1 - rate",
    );
  }
  if (rate === undefined && keep === undefined) {
    throw new DrowseError(operation, "no rate is given", "give { rate } (the probability to drop a unit) or { keep } (1 - rate)");
  }
  const name = rate !== undefined ? "rate" : "keep";
  const value = rate !== undefined ? rate : keep;
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
    const [none, all] = name === "rate" ? ["nothing", "everything"] : ["everything", "nothing"];
    throw new DrowseError(operation, `${name} is ${show(value)}`, `give a number from 0 (drop ${none}) to 1 (drop ${all})`);
  }
  return name === "rate" ? value : 1 - value;
}

/**
 * Refuses the rate at which a kind of dropout has no meaning.
 * @throws {DrowseError} where `isTooHigh`, saying why.
 */
export function checkBelow1(operation: string, rate: number, isTooHigh: boolean, why: string): void {
  if (isTooHigh) throw new DrowseError(operation, `the rate is ${rate}, where ${why}`, "give a rate from 0 to below 1");
}
