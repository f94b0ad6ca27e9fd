import { Command, InvalidArgumentError } from "commander";
import { suites } from "./suites.ts";

export interface Options {
  readonly only: readonly string[];
  readonly json: boolean;
  readonly threads: number;
  readonly seconds: number;
  readonly epochs: number;
  readonly python: readonly string[];
  readonly check: boolean;
  readonly readme: boolean;
  readonly figures: boolean;
}

function atLeast(least: number, whole: boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`Give a ${whole ? "whole " : ""}number of at least ${least}.`);
  };
}

function suiteNames(text: string, before: readonly string[] = []): string[] {
  const names = text.split(",");
  if (!names.every((name) => Object.hasOwn(suites, name))) {
    throw new InvalidArgumentError(`Suites are ${Object.keys(suites).join(", ")}.`);
  }
  return [...before, ...names];
}

/** The arguments of `npm run bench --`. Ends the process, with a message, on wrong ones. */
export function parseOptions(args: readonly string[]): Options {
  const names = Object.keys(suites);
  const options = new Command("npm run bench --")
    .description("Checks the engine against the reference, then times it and its peers by turns.")
    .option("--only <suites>", `comma separated or repeated, of ${names.join(", ")}; default all`, suiteNames)
    .option("--threads <count>", "threads of every contestant", atLeast(1, true), 2)
    .option("--seconds <budget>", "to measure each suite, beside starting and warming up", atLeast(0.1, false), 40)
    .option("--epochs <count>", "of MNIST before a network counts as trained", atLeast(1, true), 10)
    .option("--python <path>", "a Python to look for peers in; repeatable", (path, before: string[]) => [...before, path], [])
    .option("--no-check", "skip the comparison with the reference")
    .option("--json", "one event per line, for programs", false)
    .option("--readme", "copy the saved results into README.md and end", false)
    .option("--figures", "draw the saved results into docs/figures/ and end", false)
    .parse([...args], { from: "user" })
    .opts();
  return { ...options, only: options.only ?? names } as Options;
}
