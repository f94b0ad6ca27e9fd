// Concrete dropout's synthetic problem (Gal, Hron and Kendall 2017, and the authors' program): y = 2 x + 8 + noise of variance 1,
// learned with its noise from more and more rows, by networks that learn their own dropout rates. The more data, the less is
// left to be unsure of, and the rates fall.
//
//   node examples/concrete-dropout.ts [units, default 1024 as in the paper]
//
// Rates of the input and of the first two hidden layers, beside those that the authors' notebook prints (commit 0cb396d of its
// repository); it has a penalty of its own for each of two heads, which are one layer here, and other random numbers:
//
//      rows   steps   here                    published
//        10    2000   0.082  0.403  0.403     0.077  0.404  0.404
//      1000    1000   0.076  0.230  0.230     0.075  0.231  0.225
//     10000    1000   0.074  0.145  0.135     0.079  0.137  0.127
//
// Adam moves a logit by about its learning rate a step, here as there: from 0.1, rates above 0.4 and 0.23 are as far as 2000 and
// 1000 steps go, and would rise further.
import { fileURLToPath } from "node:url";
import { adam, concreteDropout, dense, gaussianNegativeLogLikelihood, relu, sequential } from "drowse";

/** Rows, and the steps of the published run, in batches of 20. */
export const RUNS = [
  { rows: 10, steps: 2000 },
  { rows: 100, steps: 1000 },
  { rows: 1000, steps: 1000 },
  { rows: 10000, steps: 1000 },
];
const BATCH = 20;

/** Pairs of normal numbers x and of y = 2 x + 8 + a normal number. */
export function drawLine(count: number, seed: number): { x: Float32Array; y: Float32Array } {
  let state = seed;
  const uniform = () => {
    state = (1103515245 * state + 12345) % 2 ** 31;
    return (state + 0.5) / 2 ** 31;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const x = Float32Array.from({ length: count }, normal);
  return { x, y: x.map((value) => 2 * value + 8 + normal()) };
}

/** What came of a run: the layers' rates, from the input up, and how far predictions and the noise that was told are from the truth. */
export interface Learned {
  readonly rates: readonly number[];
  readonly rmse: number;
  /** Root of the mean variance that the network tells; the truth is 1. */
  readonly noise: number;
}

/** Trains on so many rows for so many steps. */
export async function learnRates(
  rows: number,
  { units, steps, learningRate = 0.001 }: { units: number; steps: number; learningRate?: number },
): Promise<Learned> {
  // l^2 / 2 with the authors' length-scale l = 1e-4; the factor of the rates is 1, as the loss is a negative log-likelihood.
  const asleep = () => concreteDropout({ rate: 0.1, weightRegularizer: 0.5e-8 });
  const hidden = () => [asleep(), dense(units, { initializer: "glorot" }), relu()];
  const model = sequential({ input: [1], seed: 1 }, [
    ...hidden(),
    ...hidden(),
    ...hidden(),
    asleep(),
    dense(2, { initializer: "glorot" }),
  ]);
  const epochs = Math.ceil(steps / Math.ceil(rows / BATCH));
  const loss = gaussianNegativeLogLikelihood();
  await model.fit(drawLine(rows, 1), { loss, optimizer: adam({ learningRate }), epochs, batchSize: BATCH });

  const test = drawLine(1000, 2);
  const { data } = await model.predict(test.x);
  let [squared, variance] = [0, 0];
  for (const [row, y] of test.y.entries()) {
    squared += (data[2 * row] - y) ** 2 / test.y.length;
    variance += data[2 * row + 1] / test.y.length;
  }
  return { rates: Object.values(model.rates), rmse: Math.sqrt(squared), noise: Math.sqrt(variance) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const units = Number(process.argv[2] ?? 1024);
  console.log("   rows   RMSE  noise   rates of input, three hidden layers");
  for (const { rows, steps } of RUNS) {
    const { rates, rmse, noise } = await learnRates(rows, { units, steps });
    const numbers = [rmse.toFixed(2), noise.toFixed(2)].map((text) => text.padStart(6));
    console.log(`${String(rows).padStart(7)} ${numbers.join(" ")}   ${rates.map((rate) => rate.toFixed(3)).join("  ")}`);
  }
}
