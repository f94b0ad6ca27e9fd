import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { findField } from "./field.ts";
import { thisMachine } from "./machine.ts";
import { measure } from "./measure.ts";
import { reportCase } from "./report.ts";
import { randomRows } from "./rows.ts";
import { type Lab, suites } from "./suites.ts";

/** Rows of a data set without structure: enough that no cache holds them all. */
const ROWS = 8192;
const WARMUP = 0.6;
const ROUNDS = 21;

interface Options {
  readonly only: readonly string[];
  readonly json: boolean;
  readonly threads: number;
  readonly seconds: number;
  readonly epochs: number;
  readonly python: readonly string[];
}

function number(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value >= least) || !Number.isFinite(value)) throw new InvalidArgumentError(`Give a number of at least ${least}.`);
    return value;
  };
}

function suiteNames(text: string, before: readonly string[] = []): string[] {
  const names = text.split(",");
  const unknown = names.find((name) => !Object.hasOwn(suites, name));
  if (unknown !== undefined) throw new InvalidArgumentError(`Suites are ${Object.keys(suites).join(", ")}.`);
  return [...before, ...names];
}

function parse(args: readonly string[]): Options {
  const command = new Command("npm run bench --")
    .description("Checks the engine against the reference, then times it beside its peers.")
    .option("--only <names>", `suites to run, of ${Object.keys(suites).join(", ")}; comma separated or repeated`, suiteNames)
    .option("--threads <count>", "threads of every contestant", number(1), 2)
    .option("--seconds <budget>", "seconds to measure each suite, without starting and warming up", number(0.1), 60)
    .option("--epochs <count>", "epochs of training on MNIST before its network counts as trained", number(1), 10)
    .option(
      "--python <path>",
      "a Python with peers, before the usual ones; repeatable",
      (path, before: string[]) => [...before, path],
      [],
    )
    .option("--json", "one event per line, for programs", false)
    .parse(args, { from: "user" });
  const options = command.opts<Options>();
  return { ...options, only: options.only ?? Object.keys(suites) };
}

async function main(root: string, args: readonly string[]): Promise<void> {
  const options = parse(args);
  const tell = (event: Record<string, unknown>, lines: readonly string[]) => {
    console.log(options.json ? JSON.stringify(event) : lines.join("\n"));
  };
  const machine = thisMachine();
  tell({ event: "start", ...machine }, [`${machine.processor}, ${machine.cores} cores, Node ${machine.node}, ${machine.date}`]);
  const field = await findField(root, options.python);
  for (const { peer, remedy } of field.missing) {
    tell({ event: "missing", peer, remedy }, [`missing: ${peer}; to add it: ${remedy}`]);
  }
  const lab: Lab = {
    field,
    threads: options.threads,
    epochs: options.epochs,
    rows: (job) => randomRows(join(root, ".cache/bench/data"), ROWS, job),
  };
  for (const suite of options.only) {
    const cases = await suites[suite](lab);
    for (const one of cases) {
      const { rows, failures } = await measure(one, { seconds: options.seconds / cases.length, rounds: ROUNDS, warmup: WARMUP });
      for (const failure of failures)
        tell({ event: "failure", suite, ...failure }, [`failed: ${failure.what}: ${failure.message}`]);
      for (const row of options.json ? rows : []) tell({ event: "row", suite, title: one.title, unit: one.unit, ...row }, []);
      if (!options.json) tell({}, ["", `${suite}: ${reportCase(one, rows).join("\n")}`]);
    }
  }
  tell({ event: "done" }, []);
}

await main(process.argv[2], process.argv.slice(3));
