import { describe, expect, it } from "vitest";
import { expectClose } from "../../test/closeness.ts";
import { line } from "../../test/tasks.ts";
import { loadModel, saveModel } from "../formats/model-file.ts";
import { dense } from "../layers/dense.ts";
import { tanh } from "../layers/tanh.ts";
import { sequential } from "../model/sequential.ts";
import { sgd } from "../optimizers/sgd.ts";
import { softmaxCrossEntropy } from "../reference/softmax-cross-entropy.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { huber } from "./huber.ts";

describe("binary cross-entropy", () => {
  const xor = { x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), y: [0, 1, 1, 0] };

  it("learns XOR with one output, predicts by the sigmoid, also from a file, and evaluates itself by its link", async () => {
    const model = sequential({ input: [2], seed: 4 }, [dense(16), tanh(), dense(1)]);
    const options = { loss: "binaryCrossEntropy", optimizer: sgd({ learningRate: 0.5, momentum: 0.9 }), epochs: 300 } as const;
    const { accuracy } = await model.fit(xor, options);
    expect(accuracy.at(-1)).toBe(1);
    expect(model.link).toBe("sigmoid");
    const { data: probabilities, shape } = await model.predict(xor.x);
    expect(shape).toEqual([4, 1]);
    expect([...probabilities].map(Math.round)).toEqual(xor.y);
    const { data: logits } = await model.predict(xor.x, { output: "logits" });
    expectClose(
      probabilities,
      logits.map((z) => 1 / (1 + Math.exp(-z))),
      "probabilities",
      1e-6,
    );
    const { loss, accuracy: share } = await model.evaluate(xor);
    expect(share).toBe(1);
    const minusLog = xor.y.map((t, i) => -Math.log(t === 1 ? probabilities[i] : 1 - probabilities[i]));
    expectClose([loss], [minusLog.reduce((sum, value) => sum + value, 0) / 4], "loss", 1e-4);
    const loaded = loadModel(saveModel(model));
    expect(loaded.link).toBe("sigmoid");
    expect((await loaded.predict(xor.x)).data).toEqual(probabilities);
  });

  it("has as its accuracy the share of outputs on the right side", async () => {
    const model = sequential({ input: [1], seed: 1 }, [dense(4, { initializer: [[1], [-1], [1], [-1]], bias: false })]);
    const data = {
      x: [[1], [2]],
      y: [
        [1, 0, 1, 1],
        [1, 0, 0, 1],
      ],
    };
    expect((await model.evaluate(data, { loss: "binaryCrossEntropy" })).accuracy).toBe(5 / 8);
    const trainer = await model.trainer(data, {
      loss: "binaryCrossEntropy",
      optimizer: sgd({ learningRate: 1e-6 }),
      batchSize: 2,
    });
    await trainer.run(1);
    expect(trainer.progress.accuracy).toBe(5 / 8);
    trainer.close();
  });
});

describe("settings of a loss", () => {
  it("are those of each call, though its predictor is kept", async () => {
    const model = sequential({ input: [8], seed: 1 }, [dense(2)]);
    const data = line({ rows: 20 });
    const small = await model.evaluate(data, { loss: huber({ delta: 0.01 }) });
    const large = await model.evaluate(data, { loss: huber({ delta: 100 }) });
    const squared = await model.evaluate(data, { loss: "meanSquaredError" });
    expectClose([large.loss], [squared.loss / 2], "quadratic", 1e-6);
    expect(small.loss).toBeLessThan(large.loss);
    expect(small.accuracy).toBeUndefined();
  });

  it("reach the training step: label smoothing", async () => {
    const model = sequential({ input: [8], seed: 1 }, [dense(3)]);
    const x = line({ rows: 20 }).x;
    const y = Int32Array.from({ length: 20 }, (_, row) => row % 3);
    const trace = await model.trace({ x, y }, { loss: crossEntropy({ labelSmoothing: 0.3 }) });
    const { output, gradient } = trace.layers.get("dense1") ?? {};
    const expected = softmaxCrossEntropy(output?.data ?? [], y, 3, 0.3);
    expectClose(gradient?.data ?? [], expected.gradient, "gradient");
    expectClose([trace.loss], [expected.losses.reduce((sum, loss) => sum + loss, 0) / 20], "loss");
  });

  it("leave absolute error and Huber loss to learn a line in spite of a wild target", async () => {
    const data = line({ rows: 60, outputs: 1 });
    const wild = { ...data, y: data.y.with(7, 1000) };
    for (const loss of ["meanAbsoluteError", "huber"] as const) {
      const model = sequential({ input: [8], seed: 1 }, [dense(1)]);
      await model.fit(wild, { loss, optimizer: sgd({ learningRate: 0.05 }), epochs: 300 });
      expect(model.link).toBe("identity");
      expect((await model.evaluate(data, { loss: "meanAbsoluteError" })).loss).toBeLessThan(0.15);
    }
  });
});
