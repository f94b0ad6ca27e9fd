import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { accuracy, argmax, expectedCalibrationError, negativeLogLikelihood } from "../dist/index.js";
import { configuration, ensemble, pairedDifference, threadExecutor, trainEnsemble } from "../dist/study.js";
import { prepareRows, readTable, splitTable, tableTask } from "../dist/tables.js";

// Whether an ensemble of dropout networks is worth more than one of them, on tables of classes:
//
//     node scripts/compare-ensembles.mjs TABLE ...
//
// With dropout as `drowse train` takes it and without, on ten splits of the rows: one network, its mean over Monte Carlo samples, and the
// ensemble of five. Told is the mean over the splits of the negative log-likelihood, the share of errors and the expected calibration
// error (15 bins) of the rows to test on, and the mean difference from one network in the same split with its 95% interval, corrected for splits
// that share rows (`pairedDifference`). `npm run build` comes before it.

const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);
const MEMBERS = 5;
const SAMPLES = 50;
/** Share of the rows to test on. */
const TEST = 0.3;

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What predictions are worth on rows. */
function measure(targets, table) {
  return {
    likelihood: negativeLogLikelihood(targets, table),
    error: 1 - accuracy(targets, argmax(table)),
    calibration: expectedCalibrationError(targets, table),
  };
}

async function ofSplit(task, dropout, seed) {
  const common = { validation: 0.15, test: TEST, refit: true, seed };
  const executor = threadExecutor({ kind: "table", task });
  const settings = { dropout: [dropout, dropout], epochs: 200, patience: 20 };
  const request = { configuration: configuration(settings), members: MEMBERS, ...common };
  const { ensemble: whole, preparation } = await trainEnsemble(request, { executor });
  await executor.close();
  const { test } = splitTable(task, { validation: common.validation, test: common.test, seed });
  const { x, y } = prepareRows(preparation, task, test);
  const alone = [];
  for (const member of whole.members) alone.push(measure(y, await member.predict(x)));
  // Of a member as good as any: all of them are looked at.
  const sampled = [];
  for (const member of dropout > 0 ? whole.members : []) {
    sampled.push(measure(y, (await ensemble([member]).predictUncertain(x, { samples: SAMPLES })).mean));
  }
  const averaged = (all) => Object.fromEntries(Object.keys(all[0]).map((name) => [name, mean(all.map((one) => one[name]))]));
  return {
    "one network": averaged(alone),
    ...(dropout > 0 ? { [`one network, ${SAMPLES} masks`]: averaged(sampled) } : {}),
    [`ensemble of ${MEMBERS}`]: measure(y, await whole.predict(x)),
    ...(dropout > 0
      ? {
          [`ensemble of ${MEMBERS}, ${SAMPLES} masks each`]: measure(
            y,
            (await whole.predictUncertain(x, { samples: SAMPLES })).mean,
          ),
        }
      : {}),
  };
}

for (const path of process.argv.slice(2)) {
  const task = tableTask(await readTable(await openAsBlob(path)));
  console.log(`\n${basename(path)}: ${task.rows.length} rows, ${task.classes.length} classes`);
  console.log("| dropout | what predicts | negative log-likelihood | wrong | calibration error |\n|--:|---|--:|--:|--:|");
  for (const dropout of [0, 0.5]) {
    const splits = [];
    for (const seed of SEEDS) splits.push(await ofSplit(task, dropout, seed));
    for (const name of Object.keys(splits[0])) {
      const told = (measured, digits, factor = 1) => {
        const unit = factor === 1 ? "" : "%";
        const values = splits.map((split) => factor * split[name][measured]);
        if (name === "one network") return `${mean(values).toFixed(digits)}${unit}`;
        const one = splits.map((split) => factor * split["one network"][measured]);
        const difference = pairedDifference(values, one, TEST / (1 - TEST));
        const [middle, low, high] = [difference.mean, difference.low, difference.high].map((value) => value.toFixed(digits));
        return `${mean(values).toFixed(digits)}${unit} (${middle}: ${low} to ${high})`;
      };
      console.log(
        `| ${dropout} | ${name} | ${told("likelihood", 3)} | ${told("error", 2, 100)} | ${told("calibration", 2, 100)} |`,
      );
    }
  }
}
