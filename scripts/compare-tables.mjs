import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { isProgram, root } from "./root.mjs";

// `drowse train` with its defaults beside scikit-learn's MLPClassifier with its own, on the same folds of tables:
//
//   node scripts/compare-tables.mjs [--python python3] [--repeats 2] [--write] FOLDER_OR_FILE... [-- options of drowse train]
//
// The network of scikit-learn gets the inputs that drowse prepares, fitted on all rows of its fold. drowse holds some of them out, to
// stop by. --write puts the table of the results into the guide.

const run = promisify(execFile);
const GUIDE = join(root, "docs/guide/your-own-data.md");
const MARKERS = ["<!-- sklearn:begin -->", "<!-- sklearn:end -->"];
/** Lines that stand before the first row of some tables, by the file's name. */
const SKIPPED = { "sklearn-iris.csv": 1, "sklearn-breast_cancer.csv": 1 };
const FOLDS = 5;
/** 0.975 quantiles of Student's t with n - 1 degrees of freedom, by n = folds * repeats. */
const QUANTILES = { 5: 2.776, 10: 2.262, 15: 2.145, 20: 2.093, 25: 2.064, 50: 2.01 };

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Mean difference over the folds and half its 95% interval. Folds share rows to train on, for which the variance is corrected
 * (Nadeau and Bengio 2003): t = mean / sqrt((1/J + tested/trained) variance).
 */
export function pairedDifference(ours, theirs) {
  const differences = ours.map((value, fold) => value - theirs[fold]);
  const J = differences.length;
  const middle = mean(differences);
  const variance = differences.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (J - 1);
  return { mean: middle, half: QUANTILES[J] * Math.sqrt((1 / J + 1 / (FOLDS - 1)) * variance) };
}

/** Share of right answers of `drowse train` on a fold. */
async function drowseAccuracy(folder, options) {
  const cli = (...args) => run(process.execPath, [join(root, "dist/cli.js"), ...args], { maxBuffer: 2 ** 28 });
  const { seed } = JSON.parse(await readFile(join(folder, "fold.json"), "utf8"));
  const out = join(folder, "run");
  const settings = ["--header", "--test", "0", "--seed", String(seed), "--threads", "1", "--json", "--out", out];
  await cli("train", join(folder, "train.csv"), ...settings, ...options);
  const { stdout } = await cli("evaluate", out, join(folder, "test.csv"), "--json");
  await rm(out, { recursive: true });
  return 1 - JSON.parse(stdout).error;
}

/** Some at a time, as many as there are cores. */
async function inParallel(items, work) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}

async function sklearnAccuracies(python, folders) {
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
  const { stdout } = await run(python, [join(root, "scripts/mlp_classifier.py"), ...folders], { env, maxBuffer: 2 ** 24 });
  return JSON.parse(stdout);
}

/** The table of the guide. */
export function comparisonTable(results, { versions, date, repeats }) {
  const percent = (value) => `${(100 * value).toFixed(1)}%`;
  const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(100 * value).toFixed(1)}`;
  const lines = results.map(({ name, rows, ours, theirs }) => {
    const { mean: middle, half } = pairedDifference(ours, theirs);
    const interval = `${signed(middle - half)} to ${signed(middle + half)}`;
    return `| ${name} | ${rows} | ${percent(mean(ours))} | ${percent(mean(theirs))} | ${signed(middle)} (${interval}) |`;
  });
  const [ours, theirs] = ["ours", "theirs"].map((who) => mean(results.map((result) => mean(result[who]))));
  return [
    "| table | rows | `drowse train` | `MLPClassifier` | difference in points (95%) |",
    "|---|--:|--:|--:|--:|",
    ...lines,
    `| mean | | ${percent(ours)} | ${percent(theirs)} | ${signed(ours - theirs)} |`,
    "",
    `Accuracy on rows that were not trained on, ${repeats} × ${FOLDS} folds, the same for both, ${date}: ${versions}.`,
  ].join("\n");
}

async function main() {
  const at = process.argv.indexOf("--", 2);
  const [own, options] = at < 0 ? [process.argv.slice(2), []] : [process.argv.slice(2, at), process.argv.slice(at + 1)];
  const flags = {
    python: { type: "string", default: "python3" },
    repeats: { type: "string", default: "2" },
    write: { type: "boolean" },
  };
  const { values, positionals: tables } = parseArgs({ args: own, options: flags, allowPositionals: true });
  const repeats = Number(values.repeats);
  if (!(FOLDS * repeats in QUANTILES)) throw new Error(`compare: --repeats is ${values.repeats}; give 1, 2, 3, 4, 5 or 10`);
  if (tables.length === 0)
    throw new Error("compare: no table is named; give files of tables of classes, the last column the class");
  await run(values.python, ["-c", "import sklearn"]).catch(() => {
    throw new Error(`compare: ${values.python} has no scikit-learn; pip install scikit-learn, or name another with --python`);
  });
  if (!existsSync(join(root, "dist/cli.js"))) throw new Error("compare: there is no dist; npm run build");
  const { writeFolds, foldOf } = await import("./table-folds.mjs");
  const folder = await mkdtemp(join(tmpdir(), "drowse-compare-"));
  const results = [];
  let versions = "";
  try {
    for (const path of tables) {
      const name = basename(path);
      const reading = { skipLines: SKIPPED[name] ?? 0 };
      const folders = [];
      for (let seed = 1; seed <= repeats; seed++)
        folders.push(...(await writeFolds(path, { reading, count: FOLDS, seed, folder: join(folder, name) })));
      const theirs = await sklearnAccuracies(values.python, folders);
      const ours = await inParallel(folders, (fold) => drowseAccuracy(fold, options));
      versions = theirs.versions;
      const { rows } = await foldOf(folders[0]);
      results.push({ name: name.replace(/\..*/, ""), rows, ours, theirs: theirs.accuracies });
      console.error(`${name}: ${mean(ours).toFixed(4)} and ${mean(theirs.accuracies).toFixed(4)}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const date = new Date().toISOString().slice(0, 10);
  const table = comparisonTable(results, { versions: `drowse ${version}, ${versions}`, date, repeats });
  console.log(table);
  if (!values.write) return;
  const guide = await readFile(GUIDE, "utf8");
  const [begin, end] = MARKERS.map((marker) => guide.indexOf(marker));
  if (begin < 0 || end < begin) throw new Error(`compare: the guide has no ${MARKERS.join(" and ")}`);
  await writeFile(GUIDE, `${guide.slice(0, begin + MARKERS[0].length)}\n\n${table}\n\n${guide.slice(end)}`);
}

if (isProgram(import.meta.url)) {
  try {
    await main();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
