import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "../../../test/draws.ts";
import { dropoutMask } from "../../model/mask-of-layer.ts";
import { sequential } from "../../model/sequential.ts";
import { sgd } from "../../optimizers/sgd.ts";
import { dense } from "../dense.ts";
import { relu } from "../relu.ts";
import { standout } from "./standout.ts";

const [ROWS, UNITS] = [400, 30];
const x = new Draws(6).floats(ROWS * UNITS, 1, 3);
const data = { x, y: Int32Array.from({ length: ROWS }, (_, row) => row % 3) };
const sigmoid = (t: number) => 1 / (1 + Math.exp(-t));

describe("a standout layer", () => {
  it("keeps a unit with probability sigmoid(alpha a + beta), and then passes f(a) as it is", async () => {
    const [alpha, beta] = [0.8, -0.5];
    const model = sequential({ input: [UNITS], seed: 2 }, [standout({ alpha, beta, activation: "tanh" }), dense(3)]);
    const { layers } = await model.trace(data, { loss: "crossEntropy" });
    const y = layers.get("standout1")?.output.data ?? [];
    // by tenths of the probability: how many are kept, in standard deviations from what is expected
    const bins = Array.from({ length: 10 }, () => ({ kept: 0, expected: 0, variance: 0 }));
    for (const [i, a] of x.entries()) {
      const keep = sigmoid(alpha * a + beta);
      const bin = bins[Math.floor(keep * 10)];
      if (y[i] !== 0) expect(y[i]).toBeCloseTo(Math.tanh(a), 6);
      bin.kept += y[i] !== 0 ? 1 : 0;
      bin.expected += keep;
      bin.variance += keep * (1 - keep);
    }
    for (const { kept, expected, variance } of bins) {
      if (variance > 5) expect(Math.abs(kept - expected) / Math.sqrt(variance)).toBeLessThan(4);
    }
    expect(bins.filter(({ variance }) => variance > 5).length).toBeGreaterThan(6);
  });

  it("predicts the expectation, P(keep) f(a)", async () => {
    const model = sequential({ input: [1], seed: 2 }, [standout({ alpha: 2, beta: 0.5 }), dense(1, { initializer: [[1]] })]);
    const a = [-3, -0.1, 0, 0.2, 1, 4];
    const { data: y } = await model.predict(
      a.map((value) => [value]),
      { output: "logits" },
    );
    for (const [i, value] of y.entries()) expect(value).toBeCloseTo(Math.max(0, a[i]) * sigmoid(2 * a[i] + 0.5), 6);
  });

  it("at rate 0 is its activation, and at rate 1 gives zeros", async () => {
    const outputs = async (layer: ReturnType<typeof relu>) => {
      const model = sequential({ input: [UNITS], seed: 2 }, [layer, dense(3)]);
      const { layers } = await model.trace(data, { loss: "crossEntropy" });
      return [layers.get(model.graph.nodes[0].name)?.output.data, (await model.predict(x)).data];
    };
    expect(await outputs(standout({ rate: 0 }))).toEqual(await outputs(relu()));
    const [training, prediction] = await outputs(standout({ rate: 1 }));
    expect(training?.every((value) => value === 0)).toBe(true);
    expect(prediction?.every((value) => value === prediction[0])).toBe(true);
  });

  it("has beta = log((1 - rate) / rate), whichever is given", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (rate) => {
        const layer = standout({ rate });
        expect(layer.record.scale).toBeCloseTo(Math.log((1 - rate) / rate), 8);
        expect(standout({ beta: layer.record.scale }).rate).toBeCloseTo(rate, 8);
        expect(standout({ beta: 7, alpha: 3 }).withRate(rate)).toMatchObject({ rate, config: { alpha: 3, rate } });
      }),
    );
    expect(standout()).toMatchObject({ rate: 0.5, record: { scale: 0 }, config: { alpha: 1, beta: 0, activation: "relu" } });
    expect([standout({ rate: 0 }).record.scale, standout({ rate: 1 }).record.scale]).toEqual([Infinity, -Infinity]);
  });

  it("predicts by its rate after it was changed while training", async () => {
    const build = (rate: number) => sequential({ input: [UNITS], seed: 2 }, [dense(9), standout({ rate }), dense(3)]);
    const model = build(0.2);
    const trainer = await model.trainer(data, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), threads: 1 });
    try {
      await trainer.run(2);
      trainer.setRate("standout1", 0.7);
      const evaluation = await trainer.evaluate(data);
      await trainer.commit();
      const other = build(0.7);
      other.setWeights(Object.fromEntries(model.weights));
      expect(await other.evaluate(data, { loss: "crossEntropy" })).toEqual(evaluation);
      const logits = { output: "logits" } as const;
      expect(await other.predict(x, logits)).toEqual(await model.predict(x, logits));
    } finally {
      trainer.close();
    }
  });

  it("refuses what has no meaning, and says that its masks depend on the data", () => {
    expect(() => standout({ alpha: NaN })).toThrow("standout: alpha is NaN; give a finite number");
    expect(() => standout({ beta: Infinity })).toThrow("standout: beta is Infinity; give a finite number");
    expect(() => standout({ rate: 2 })).toThrow("standout: rate is 2; give a number from 0");
    expect(() => standout({ rate: 0.5, beta: 0 })).toThrow("standout: both rate 0.5 and beta 0 are given; give one of them");
    expect(() => standout({ activation: "softplus" as never })).toThrow('standout: activation is "softplus"; give relu');
    const model = sequential({ input: [4], seed: 1 }, [standout(), dense(2)]);
    expect(() => dropoutMask(model, "standout1", { rows: [0] })).toThrow('dropoutMask: the layer is "standout1"');
  });

  it("as the last layer is refused before a loss that brings its own link", async () => {
    const model = sequential({ input: [UNITS], seed: 2 }, [dense(3), standout()]);
    const run = model.fit(data, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }) });
    await expect(run).rejects.toThrow("the last layer is standout1, and crossEntropy brings its own softmax");
  });
});
