import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkEngine } from "./check.ts";
import { findField, usualPythons } from "./field.ts";
import { figuresOf } from "./figures.ts";
import { busyNote, thisMachine } from "./machine.ts";
import { measure } from "./measure.ts";
import { initialWeights, mnistRows, trainedWeights } from "./mnist.ts";
import { type Options, parseOptions } from "./options.ts";
import { benchMarkdown, replaceBetweenMarkers } from "./readme.ts";
import { reportCase } from "./report.ts";
import { type CaseResult, mergeResults, type Results } from "./results.ts";
import { randomRows } from "./rows.ts";
import { type Lab, suites } from "./suites.ts";

/** Rows of a data set without structure: enough that no cache holds them all. */
const ROWS = 8192;
const ROUNDS = 21;
const WARMUP = 0.5;
/** The suites whose tables the README has. */
const IN_README = ["step", "mnist"];

type Tell = (event: Readonly<Record<string, unknown>>, lines: readonly string[]) => void;

const root = process.argv[2];
const saved = join(root, ".cache/bench/results.json");

function savedResults(): Results | undefined {
  return existsSync(saved) ? JSON.parse(readFileSync(saved, "utf8")) : undefined;
}

/** Writes what the last runs found to where it is shown. */
function publish({ readme, figures }: Options): void {
  const results = savedResults();
  if (results === undefined) throw new Error("bench: there are no results yet; run npm run bench before");
  if (readme) {
    const path = join(root, "README.md");
    writeFileSync(path, replaceBetweenMarkers(readFileSync(path, "utf8"), benchMarkdown(results, IN_README)));
  }
  for (const [name, svg] of figures ? figuresOf(results) : []) {
    writeFileSync(join(root, "docs/figures", name), svg);
    console.log(`docs/figures/${name}`);
  }
}

async function run(options: Options, tell: Tell): Promise<void> {
  const { threads, epochs, seconds } = options;
  const machine = thisMachine();
  const { processor, cores, node, date } = machine;
  tell({ event: "start", ...machine }, [`${processor}, ${cores} cores, Node ${node}, ${date}`]);
  const busy = busyNote();
  if (busy !== undefined) tell({ event: "busy", note: busy }, [`busy: ${busy}`]);
  if (options.check) {
    const holds = await checkEngine(threads);
    tell({ event: "check", holds }, [`checked: ${holds}`]);
  }
  const field = await findField(root, [...options.python, ...usualPythons(root)]);
  const { missing } = field;
  for (const { peer, remedy } of missing) tell({ event: "missing", peer, remedy }, [`missing: ${peer}; to add it: ${remedy}`]);

  const data = join(root, ".cache/bench/data");
  const waiting = (what: string) => tell({ event: "waiting", what }, [what]);
  const lab: Lab = {
    field,
    threads,
    epochs,
    rows: (job) => randomRows(data, ROWS, job),
    images: () => mnistRows(data),
    initial: (job) => initialWeights(data, job),
    trained: (job) => trainedWeights(data, job, epochs, waiting),
  };
  for (const suite of options.only) {
    const cases = await suites[suite](lab);
    for (const one of cases) {
      if (process.stderr.isTTY) console.error(`… ${one.title}: ${one.entries.length} contestants`);
      const { rows, failures } = await measure(one, { seconds: seconds / cases.length, rounds: ROUNDS, warmup: WARMUP });
      for (const failure of failures) {
        tell({ event: "failure", suite, ...failure }, [`failed: ${failure.what}: ${failure.message}`]);
      }
      const { title, unit, at } = one;
      const result: CaseResult = { suite, title, unit, ...(at === undefined ? {} : { at }), rows };
      tell({ event: "case", ...result }, ["", ...reportCase(one, rows)]);
      save({ machine, missing, cases: [result] });
    }
  }
  tell({ event: "done" }, []);
}

function save(now: Results): void {
  mkdirSync(join(root, ".cache/bench"), { recursive: true });
  writeFileSync(saved, `${JSON.stringify(mergeResults(savedResults(), now), null, 2)}\n`);
}

try {
  const options = parseOptions(process.argv.slice(3));
  const tell: Tell = (event, lines) => {
    if (options.json) console.log(JSON.stringify(event));
    else for (const line of lines) console.log(line);
  };
  if (options.readme || options.figures) publish(options);
  else await run(options, tell);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
