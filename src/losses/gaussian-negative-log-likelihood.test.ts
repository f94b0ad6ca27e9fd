import { describe, expect, it } from "vitest";
import { expectClose } from "../../test/closeness.ts";
import { Draws } from "../../test/draws.ts";
import { loadModel, saveModel } from "../formats/model-file.ts";
import { dense } from "../layers/dense.ts";
import { relu } from "../layers/relu.ts";
import { rmse } from "../metrics/regression.ts";
import { sequential } from "../model/sequential.ts";
import { adam } from "../optimizers/adam.ts";
import { gaussianNegativeLogLikelihood } from "./gaussian-negative-log-likelihood.ts";

/** y = 3 x with noise of deviation 0.1 where x is below 0, and 1 above. */
function noisy(count: number) {
  const draws = new Draws(3);
  const x = draws.floats(count);
  const normal = () => Array.from({ length: 12 }, () => draws.unit()).reduce((sum, u) => sum + u, -6);
  return { x, y: x.map((value) => 3 * value + (value < 0 ? 0.1 : 1) * normal()) };
}
const loss = gaussianNegativeLogLikelihood();

describe("the Gaussian negative log-likelihood", () => {
  it("learns where numbers are noisy; predictions are means and variances, also from a file", async () => {
    const data = noisy(2000);
    const model = sequential({ input: [1], seed: 5 }, [dense(32), relu(), dense(2)]);
    const { loss: losses } = await model.fit(data, { loss, optimizer: adam({ learningRate: 0.01 }), epochs: 30 });
    expect(losses.at(-1)).toBeLessThan(losses[0]);
    expect(model.link).toBe("gaussian");
    const x = Float32Array.of(-0.7, 0.7);
    const { data: told, shape } = await model.predict(x);
    expect(shape).toEqual([2, 2]);
    const [mean1, variance1, mean2, variance2] = told;
    expect(Math.abs(mean1 + 2.1)).toBeLessThan(0.15);
    expect(Math.abs(mean2 - 2.1)).toBeLessThan(0.4);
    expect(Math.sqrt(variance1)).toBeLessThan(0.3);
    expect(Math.sqrt(variance2)).toBeGreaterThan(0.7);
    expect(Math.sqrt(variance2)).toBeLessThan(1.3);
    const { data: logits } = await model.predict(x, { output: "logits" });
    expectClose(
      told,
      logits.map((value, i) => (i % 2 === 0 ? value : Math.exp(value))),
      "variances",
      1e-6,
    );
    const loaded = loadModel(saveModel(model));
    expect(loaded.link).toBe("gaussian");
    expect((await loaded.predict(x)).data).toEqual(told);
  });

  it("is minus the mean log-density, and metrics look at the means", async () => {
    const draws = new Draws(8);
    const rows = 40;
    const data = { x: draws.floats(rows * 3), y: { data: draws.floats(rows * 2), shape: [rows, 2] } };
    const model = sequential({ input: [3], seed: 2 }, [dense(4)]);
    await model.fit(data, { loss, optimizer: adam(), epochs: 2, validation: data, metrics: ["rmse"] });
    const { data: told } = await model.predict(data.x);
    const density = (t: number, mean: number, variance: number) =>
      Math.exp(-((t - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
    const means = new Float32Array(rows * 2);
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      for (let n = 0; n < 2; n++) {
        const [mean, variance] = [told[4 * row + n], told[4 * row + 2 + n]];
        means[2 * row + n] = mean;
        sum -= Math.log(density(data.y.data[2 * row + n], mean, variance));
      }
    }
    const measured = await model.evaluate(data, { loss, metrics: ["rmse"] });
    expectClose([measured.loss], [sum / (rows * 2)], "loss", 1e-5);
    expect(measured.accuracy).toBeUndefined();
    expectClose([measured.rmse], [rmse(data.y, { data: means, shape: [rows, 2] })], "rmse", 1e-6);
  });

  it("refuses an odd number of outputs, an activation at the end, options, and to be guessed from the link", async () => {
    const data = { x: [[1], [2]], y: [1, 2] };
    const trained = (layers: Parameters<typeof sequential>[1]) =>
      sequential({ input: [1], seed: 1 }, layers).fit(data, { loss, optimizer: adam() });
    await expect(trained([dense(3)])).rejects.toThrow(
      "fit: the model has 3 outputs, and gaussianNegativeLogLikelihood needs 2 per target; end in dense(2 n) for n targets per row",
    );
    await expect(trained([dense(2), relu()])).rejects.toThrow("leave relu1 out");
    expect(() => gaussianNegativeLogLikelihood({ full: true } as object)).toThrow('unknown option "full"');
    const model = sequential({ input: [1], seed: 1 }, [dense(2)]);
    await expect(model.evaluate(data, { loss: gaussianNegativeLogLikelihood() })).resolves.toMatchObject({ rows: 2 });
    await model.fit(data, { loss, optimizer: adam() });
    await expect(model.evaluate(data)).rejects.toThrow("give { loss: gaussianNegativeLogLikelihood() }");
    await expect(sequential({ input: [1], seed: 1 }, [dense(3)]).evaluate(data, { loss })).rejects.toThrow("needs 2 per target");
  });
});
