import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes, images, line } from "../../test/tasks.ts";
import type { BatchSource } from "../data/source.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { relu } from "../layers/relu.ts";
import { accuracy, argmax, topKAccuracy } from "../metrics/accuracy.ts";
import { auroc } from "../metrics/auroc.ts";
import { f1, precision, recall } from "../metrics/precision-recall.ts";
import { mae, r2, rmse } from "../metrics/regression.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { EpochControl } from "./epoch-control.ts";
import type { FitEvent } from "./fit-events.ts";
import type { FitOptions } from "./fit-options.ts";
import { sequential } from "./sequential.ts";

const ROWS = 60;
const data = classes({ rows: ROWS });
const build = () =>
  sequential({ input: [8], seed: 3 }, [dropout({ rate: 0.2 }), dense(20), relu(), dropout({ rate: 0 }), dense(3)]);
const optimizer = sgd({ learningRate: 0.1, momentum: 0.8 });
const options: FitOptions = { loss: "crossEntropy", optimizer, batchSize: 16, threads: 1 };

/** The data as a source that keeps the rows that it was asked for. */
function recorded(asked: number[][]): BatchSource {
  return {
    ...{ count: ROWS, inputShape: [8], inputType: "f32", inputScale: 1, targetType: "classes", targetSize: 1 },
    gather(rows, { x, y }) {
      asked.push([...rows]);
      for (const [i, row] of rows.entries()) {
        x.set(data.x.subarray(row * 8, row * 8 + 8), i * 8);
        if (y) y[i] = data.y[row];
      }
    },
  };
}

describe("onEpoch", () => {
  it("changes rates and the factor of the learning rate, to the bits of trainers glued together", async () => {
    const events: FitEvent[] = [];
    const model = build();
    const history = await model.fit(data, {
      ...options,
      epochs: 6,
      onEvent: (event) => void events.push(event),
      onEpoch({ epoch }, control) {
        if (epoch === 2) control.setRate("dropout2", 0.3);
        if (epoch === 3) control.learningRateFactor = 0.5;
        if (epoch === 4) control.setRate("dropout2", 0);
        // Too late for any step.
        if (epoch === 6) control.setRate("dropout1", 0.9);
      },
    });
    const twin = build();
    const trainer = await twin.trainer(data, options);
    await trainer.run(8);
    trainer.setRate("dropout2", 0.3);
    await trainer.run(4);
    trainer.learningRateFactor = 0.5;
    await trainer.run(4);
    trainer.setRate("dropout2", 0);
    await trainer.run(8);
    await trainer.commit();
    trainer.close();
    expect(bitsOf(model.weights)).toBe(bitsOf(twin.weights));
    expect(model.summary()).toBe(twin.summary());
    expect(history.learningRate).toEqual([0.1, 0.1, 0.1, 0.05, 0.05, 0.05]);
    expect(events.filter(({ event }) => event === "rate" || event === "learningRate")).toEqual([
      { event: "rate", epoch: 2, layer: "dropout2", rate: 0.3 },
      { event: "learningRate", epoch: 3, cause: "callback", factor: 0.5 },
      { event: "rate", epoch: 4, layer: "dropout2", rate: 0 },
      { event: "rate", epoch: 6, layer: "dropout1", rate: 0.9 },
    ]);
  });

  it("sees rates and factor as they stand, and the model of its epoch", async () => {
    const seen: unknown[] = [];
    const model = build();
    await model.fit(data, {
      ...options,
      epochs: 2,
      async onEpoch({ epoch }, control) {
        seen.push([epoch, model.pass, control.rates, control.learningRateFactor]);
        await model.predict(data.x);
        control.setRate("dropout1", 0.4);
        control.learningRateFactor *= 0.5;
      },
    });
    expect(seen).toEqual([
      [1, 1, { dropout1: 0.2, dropout2: 0 }, 1],
      [2, 2, { dropout1: 0.4, dropout2: 0 }, 0.5],
    ]);
  });

  it("stops the run, also by a function taken out of the control", async () => {
    const onEpoch: FitOptions["onEpoch"] = ({ epoch }, { stop }) => {
      if (epoch === 2) stop();
    };
    const history = await build().fit(data, { ...options, epochs: 9, onEpoch });
    expect(history).toMatchObject({ stopReason: "callback", stopMessage: undefined, bestEpoch: undefined });
    expect(history.loss).toHaveLength(2);
  });

  it("has a control that ends with it, and refuses what a trainer refuses", async () => {
    let kept: EpochControl | undefined;
    const call = build().fit(data, {
      ...options,
      epochs: 3,
      onEpoch({ epoch }, control) {
        kept ??= control;
        if (epoch === 2) kept.setRate("dropout1", 0.5);
      },
    });
    await expect(call).rejects.toThrow("setRate: onEpoch of epoch 1 is over; use the control within onEpoch");
    expect(() => kept?.stop()).toThrow("stop: onEpoch of epoch 1 is over");
    const steered = (onEpoch: FitOptions["onEpoch"] & {}) => build().fit(data, { ...options, onEpoch });
    await expect(steered((_, control) => control.setRate("dense1", 0.5))).rejects.toThrow("setRate: dense1 is no dropout layer");
    await expect(steered((_, control) => control.setRate("dropout1", 1.5))).rejects.toThrow("the rate of dropout1 is 1.5");
    const negative = (_: unknown, control: EpochControl) => {
      control.learningRateFactor = -1;
    };
    await expect(steered(negative)).rejects.toThrow("learningRateFactor is -1; give a number above 0");
  });
});

describe("the events of a run", () => {
  it("begin, go through epochs and end, and are plain", async () => {
    const events: FitEvent[] = [];
    await build().fit(data, {
      ...options,
      epochs: 2,
      validation: 0.25,
      metrics: ["macroF1"],
      earlyStopping: { patience: 5 },
      onEvent: (event) => void events.push(event),
      onEpoch: (_, control) => control.setRate("dropout1", 0.1),
    });
    const kinds = events.filter(({ event }) => event !== "progress").map(({ event }) => event);
    expect(kinds).toEqual(["begin", "epoch", "rate", "epoch", "rate", "end"]);
    expect(events[0]).toEqual({
      ...{ event: "begin", epochs: 2, batches: 3, batchSize: 16, rows: 45, validationRows: 15, threads: 1 },
    });
    const end = events.at(-1);
    expect(end).toMatchObject({ event: "end", reason: "epochs", epochs: 2 });
    expect(Object.keys(end ?? {})).toEqual(["event", "reason", "epochs", "bestEpoch", "seconds"]);
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    expect(structuredClone(events)).toEqual(events);
  });

  it("reject the run where the last of them throws", async () => {
    const onEvent = ({ event }: FitEvent) => {
      if (event === "end") throw new Error("the disk is full");
    };
    await expect(build().fit(data, { ...options, onEvent })).rejects.toThrow("the disk is full");
  });
});

describe("a share held out for validation", () => {
  it("is the same rows in every run, is never trained on, and is what is evaluated", async () => {
    const asked: number[][] = [];
    const model = build();
    const source = recorded(asked);
    const history = await model.fit(source, { ...options, epochs: 1, validation: 0.25, batchSize: 100 });
    // One gather to see the classes, one step, one batch of validation.
    const [whole, training, held] = asked;
    expect([whole.length, training.length, held.length]).toEqual([60, 45, 15]);
    expect([...training, ...held].sort((a, b) => a - b)).toEqual(whole);
    const x = Float32Array.from(held.flatMap((row) => [...data.x.subarray(row * 8, row * 8 + 8)]));
    const evaluated = await model.evaluate({ x, y: held.map((row) => data.y[row]) });
    expect(history.validationLoss).toEqual([evaluated.loss]);
    asked.length = 0;
    await model.fit(source, { ...options, epochs: 2, validation: 0.25, batchSize: 100 });
    expect(asked.filter((rows) => rows.length === 15)).toEqual([held, held]);
    expect(asked.filter((rows) => rows.length === 45).map((rows) => [...rows].sort((a, b) => a - b))).toEqual(
      [training, training].map((rows) => [...rows].sort((a, b) => a - b)),
    );
    expect(new Set(asked.filter((rows) => rows.length === 45).map(String)).size).toBe(2);
  });

  it("leaves rows the masks of their index in the whole data", async () => {
    const asked: number[][] = [];
    const model = build();
    await model.fit(recorded(asked), { ...options, epochs: 1, validation: 0.25, batchSize: 100 });
    const step = { loss: "crossEntropy", optimizer, rows: asked[1], pass: 0 } as const;
    const { updated } = await build().trace(data, step);
    expect(bitsOf(model.weights)).toBe(bitsOf(updated));
    // Numbered anew, the rows would have had other masks.
    const x = Float32Array.from(asked[1].flatMap((row) => [...data.x.subarray(row * 8, row * 8 + 8)]));
    const other = await build().trace({ x, y: asked[1].map((row) => data.y[row]) }, { ...step, rows: [...asked[1].keys()] });
    expect(bitsOf(model.weights)).not.toBe(bitsOf(other.updated));
  });

  it("works for numbers and for bytes", async () => {
    const numbers = await sequential({ input: [8], seed: 1 }, [dense(2)]).fit(line({ rows: 40 }), {
      ...{ loss: "meanSquaredError", optimizer: sgd({ learningRate: 0.05 }), epochs: 2, validation: 0.2, metrics: ["r2"] },
    });
    expect(numbers.validationR2).toHaveLength(2);
    const bytes = await sequential({ input: [784], seed: 1 }, [dense(4)]).fit(images({ rows: 40 }), {
      ...{ loss: "crossEntropy", optimizer, epochs: 2, validation: 0.2, metrics: ["top2Accuracy"] },
    });
    expect(bytes.validationTop2Accuracy).toHaveLength(2);
    expect(bytes.validationLoss.every((loss) => loss > 0)).toBe(true);
  });
});

describe("shuffle: false", () => {
  it("takes the rows as they lie, in every pass", async () => {
    const asked: number[][] = [];
    const model = build();
    await model.fit(recorded(asked), { ...options, epochs: 2, batchSize: 25, shuffle: false });
    const rows = Array.from({ length: ROWS }, (_, row) => row);
    const parts = [rows.slice(0, 25), rows.slice(25, 50), rows.slice(50)];
    expect(asked).toEqual([...parts, ...parts]);
    asked.length = 0;
    await build().fit(recorded(asked), { ...options, batchSize: 100 });
    expect(asked[0]).not.toEqual(rows);
  });
});

describe("metrics", () => {
  it("of classes are, after each epoch and in evaluate, those of the model's predictions", async () => {
    const validation = classes({ rows: 31, seed: 1 });
    const names = ["accuracy", "top2Accuracy", "macroPrecision", "macroRecall", "macroF1", "auroc"] as const;
    const model = build();
    const expected: object[] = [];
    const events: FitEvent[] = [];
    await model.fit(data, {
      ...options,
      ...{ epochs: 3, validation, metrics: names },
      onEvent: (event) => void events.push(event),
      async onEpoch() {
        const scores = await model.predict(validation.x);
        const predicted = argmax(scores);
        const average = { average: "macro" } as const;
        expected.push({
          validationAccuracy: accuracy(validation.y, predicted),
          validationTop2Accuracy: topKAccuracy(validation.y, scores, { k: 2 }),
          validationMacroPrecision: precision(validation.y, predicted, average),
          validationMacroRecall: recall(validation.y, predicted, average),
          validationMacroF1: f1(validation.y, predicted, average),
          validationAuroc: auroc(validation.y, scores),
        });
      },
    });
    expect(events.filter(({ event }) => event === "epoch")).toMatchObject(expected);
    const measured = await model.evaluate(validation, { metrics: names });
    const [last] = expected.slice(-1) as [Record<string, number>];
    for (const name of names) expect(measured[name]).toBe(last[`validation${name[0].toUpperCase()}${name.slice(1)}`]);
    const { loss, accuracy: share, rows } = await model.evaluate(validation);
    expect(measured).toMatchObject({ loss, accuracy: share, rows });
    expect(await model.evaluate(validation, { metrics: names, threads: 3 })).toEqual(measured);
    const trainer = await model.trainer(data, { ...options, threads: 2 });
    expect(await trainer.evaluate(validation, { metrics: ["auroc"] })).toMatchObject({ loss, auroc: measured.auroc });
    trainer.close();
  });

  it("of two classes are those of class 1", async () => {
    const two = classes({ rows: 50, outputs: 2 });
    const model = sequential({ input: [8], seed: 2 }, [dense(2)]);
    const { validationF1 } = await model.fit(two, { ...options, validation: two, metrics: ["f1"] });
    const measured = await model.evaluate(two, { metrics: ["precision", "recall", "f1", "auroc"] });
    const scores = await model.predict(two.x);
    const predicted = argmax(scores);
    expect(measured).toMatchObject({
      precision: precision(two.y, predicted),
      recall: recall(two.y, predicted),
      f1: f1(two.y, predicted),
      auroc: auroc(
        two.y,
        Array.from(two.y, (_, row) => scores.data[2 * row + 1]),
      ),
    });
    expect(validationF1).toEqual([measured.f1]);
  });

  it("of numbers are those of the model's predictions", async () => {
    const points = line({ rows: 30 });
    const model = sequential({ input: [8], seed: 2 }, [dense(2)]);
    const fitted = { loss: "meanSquaredError", optimizer: sgd({ learningRate: 0.05 }), validation: points } as const;
    const history = await model.fit(points, { ...fitted, metrics: ["rmse", "mae", "r2"] });
    const targets = { data: points.y, shape: [30, 2] };
    const predictions = await model.predict(points.x);
    const expected = { rmse: rmse(targets, predictions), mae: mae(targets, predictions), r2: r2(targets, predictions) };
    expect(await model.evaluate(points, { metrics: ["rmse", "mae", "r2"] })).toMatchObject(expected);
    expect([history.validationRmse, history.validationMae, history.validationR2]).toEqual(
      [expected.rmse, expected.mae, expected.r2].map((value) => [value]),
    );
  });

  it("do not change the training", async () => {
    const [plain, measured] = [build(), build()];
    await plain.fit(data, { ...options, epochs: 3 });
    await measured.fit(data, { ...options, epochs: 3, validation: data, metrics: ["auroc"] });
    expect(bitsOf(measured.weights)).toBe(bitsOf(plain.weights));
  });

  it("are refused where they do not fit, before the first step", async () => {
    const one = { x: data.x, y: new Int32Array(ROWS) };
    const cases: [Partial<FitOptions>, string][] = [
      [{ metrics: ["acc" as never] }, 'fit: the metric is "acc"; the metrics are accuracy, precision, recall, f1, '],
      [{ metrics: ["toString" as never] }, 'fit: the metric is "toString"'],
      [{ metrics: ["rmse"] }, "fit: the metric rmse is one of numbers, and the loss is one of classes; give accuracy, "],
      [{ metrics: ["f1"] }, 'fit: the metric f1 is one of two classes, and there are 3 outputs; give "macroF1"'],
      [{ metrics: ["top3Accuracy"] }, "fit: the metric top3Accuracy is always 1 of 3 classes; give a k below 3"],
      [{ metrics: ["auroc", "auroc"] }, 'fit: the metric "auroc" is given twice'],
      [{ metrics: ["auroc"], validation: one }, "auroc: all rows are of class 0; give rows of every class"],
    ];
    for (const [changes, message] of cases) {
      const events: FitEvent[] = [];
      const onEvent = (event: FitEvent) => void events.push(event);
      await expect(build().fit(data, { ...options, validation: data, onEvent, ...changes })).rejects.toThrow(message);
      expect(events).toEqual([]);
    }
    const none = build().fit(data, { ...options, metrics: ["auroc"] });
    await expect(none).rejects.toThrow("fit: metrics are given, but no data to measure them on; give validation");
    const numbers = sequential({ input: [8], seed: 2 }, [dense(2)]).evaluate(line(), {
      ...{ loss: "meanSquaredError", metrics: ["auroc"] },
    });
    await expect(numbers).rejects.toThrow(
      "evaluate: the metric auroc is one of classes, and the loss is one of numbers; give rmse",
    );
  });
});

describe("a signal", () => {
  it("ends evaluate and predict, and a fit that evaluates", async () => {
    const reason = new Error("enough");
    const many = classes({ rows: 20_000 });
    const model = build();
    const slow = (abort: AbortController): BatchSource => ({
      ...{ count: 20_000, inputShape: [8], inputType: "f32", inputScale: 1, targetType: "classes", targetSize: 1 },
      gather(rows, { x, y }) {
        if (rows[0] >= 256) abort.abort(reason);
        x.fill(0);
        y?.fill(1);
      },
    });
    for (const call of [
      (abort: AbortController) => model.evaluate(slow(abort), { loss: "crossEntropy", signal: abort.signal }),
      (abort: AbortController) => model.predict(slow(abort), { signal: abort.signal }),
      (abort: AbortController) => model.fit(data, { ...options, validation: slow(abort), signal: abort.signal }),
    ]) {
      await expect(call(new AbortController())).rejects.toBe(reason);
      const before = new AbortController();
      before.abort(reason);
      await expect(call(before)).rejects.toBe(reason);
    }
    expect(model.pass).toBe(0);
    expect(await model.evaluate(many, { loss: "crossEntropy" })).toMatchObject({ rows: 20_000 });
  });
});
