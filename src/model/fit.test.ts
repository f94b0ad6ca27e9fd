import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes, line } from "../../test/tasks.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { relu } from "../layers/relu.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { EpochEvent, FitEvent } from "./fit-events.ts";
import type { FitOptions } from "./fit-options.ts";
import { sequential } from "./sequential.ts";

const data = classes({ rows: 100 });
const validation = classes({ rows: 40 });
const build = () => sequential({ input: [8], seed: 3 }, [dense(30), relu(), dropout({ rate: 0.5 }), dense(3)]);
const options: FitOptions = { loss: "crossEntropy", optimizer: sgd({ learningRate: (step) => 0.1 / (1 + step) }), batchSize: 16 };

describe("fit", () => {
  it("tells of epochs what it returns as history, and the model is at each as the event says", async () => {
    const model = build();
    const events: EpochEvent[] = [];
    const passes: number[] = [];
    const evaluated: Promise<{ loss: number; accuracy: number | undefined }>[] = [];
    const onEvent = (event: FitEvent) => {
      if (event.event !== "epoch") return;
      events.push(event);
      passes.push(model.pass);
      evaluated.push(model.evaluate(validation));
    };
    const history = await model.fit(data, { ...options, epochs: 4, validation, onEvent });
    expect(passes).toEqual([1, 2, 3, 4]);
    expect(events.map(({ epoch, epochs }) => [epoch, epochs])).toEqual([1, 2, 3, 4].map((epoch) => [epoch, 4]));
    expect(history).toEqual({
      loss: events.map(({ loss }) => loss),
      penalty: [],
      accuracy: events.map(({ accuracy }) => accuracy),
      skipped: events.map(({ skipped }) => skipped),
      validationLoss: (await Promise.all(evaluated)).map(({ loss }) => loss),
      validationAccuracy: (await Promise.all(evaluated)).map(({ accuracy }) => accuracy),
      learningRate: events.map(({ learningRate }) => learningRate),
      seconds: events.map(({ seconds }) => seconds),
      examplesPerSecond: events.map(({ examplesPerSecond }) => examplesPerSecond),
      bestEpoch: undefined,
      stopReason: "epochs",
      stopMessage: undefined,
    });
    // seven steps an epoch: the rate of its last step
    expect(events.map(({ learningRate }) => learningRate)).toEqual([7, 14, 21, 28].map((steps) => 0.1 / steps));
    expect(events.every(({ seconds, examplesPerSecond }) => seconds > 0 && examplesPerSecond > 0)).toBe(true);
  });

  it("has no accuracy for numbers, and no validation where none is given", async () => {
    const events: FitEvent[] = [];
    const model = sequential({ input: [8], seed: 3 }, [dense(2)]);
    const history = await model.fit(line({ rows: 20 }), {
      loss: "meanSquaredError",
      optimizer: sgd({ learningRate: 0.01 }),
      onEvent: (event) => void events.push(event),
    });
    expect(history).toMatchObject({ accuracy: [], validationLoss: [], validationAccuracy: [] });
    expect(history.loss).toHaveLength(1);
    const [event] = events.filter((one) => one.event === "epoch");
    expect(Object.keys(event)).toEqual([
      "event",
      "epoch",
      "epochs",
      "loss",
      "learningRate",
      "skipped",
      "seconds",
      "examplesPerSecond",
    ]);
  });

  it("tells of its progress within an epoch, never beyond its end", async () => {
    const many = classes({ rows: 4000 });
    const events: FitEvent[] = [];
    await build().fit(many, { ...options, batchSize: 4, epochs: 2, onEvent: (event) => void events.push(event) });
    const progress = events.filter((event) => event.event === "progress");
    expect(progress.length).toBeGreaterThan(0);
    let last = 0;
    for (const { epoch, epochs, batch, batches, loss, accuracy, skipped, examplesPerSecond, secondsLeft } of progress) {
      expect({ epochs, batches }).toEqual({ epochs: 2, batches: 1000 });
      expect(batch).toBeGreaterThan(0);
      expect(batch).toBeLessThan(1000);
      expect(epoch * 1000 + batch).toBeGreaterThan(last);
      last = epoch * 1000 + batch;
      expect(Number.isFinite(loss) && (accuracy ?? -1) >= 0).toBe(true);
      expect(skipped).toBeGreaterThan(0);
      expect(skipped).toBeLessThan(1);
      expect(examplesPerSecond).toBeGreaterThan(0);
      expect(secondsLeft).toBeGreaterThan(0);
    }
  });

  it("gives events of plain values", async () => {
    const events: FitEvent[] = [];
    await build().fit(data, { ...options, validation, onEvent: (event) => void events.push(event) });
    expect(JSON.parse(JSON.stringify(events))).toEqual(events);
    expect(structuredClone(events)).toEqual(events);
  });

  it("stops at a signal with its reason, and the model keeps the last finished epoch", async () => {
    const reason = new Error("enough");
    const [model, unbroken] = [build(), build()];
    const abort = new AbortController();
    const onEvent = (event: FitEvent) => {
      if (event.event === "epoch" && event.epoch === 3) abort.abort(reason);
    };
    await expect(model.fit(data, { ...options, epochs: 1000, signal: abort.signal, onEvent })).rejects.toBe(reason);
    await unbroken.fit(data, { ...options, epochs: 3 });
    expect(model.pass).toBe(3);
    expect(bitsOf(model.weights)).toBe(bitsOf(unbroken.weights));
    const before = bitsOf(model.weights);
    await expect(model.fit(data, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(bitsOf(model.weights)).toBe(before);
  });

  it("hears a timer abort on the calling thread too, where steps leave no thread free", async () => {
    const signal = AbortSignal.timeout(1);
    const fitting = build().fit(data, { ...options, epochs: 1_000_000, threads: 0, signal });
    await expect(fitting).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("passes on what onEvent throws, and the model keeps the last finished epoch", async () => {
    const model = build();
    const onEvent = (event: FitEvent) => {
      if (event.event === "epoch" && event.epoch === 2) throw new Error("the disk is full");
    };
    await expect(model.fit(data, { ...options, epochs: 5, onEvent })).rejects.toThrow("the disk is full");
    expect(model.pass).toBe(2);
    expect((await model.fit(data, options)).loss).toHaveLength(1);
  });

  it("learns: a class from its centre, a line from its points, XOR from four rows", async () => {
    const cases = [
      { x: data.x, y: data.y, model: build(), loss: "crossEntropy" },
      { ...line(), model: sequential({ input: [8], seed: 3 }, [dense(2)]), loss: "meanSquaredError" },
      {
        x: [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ],
        y: [0, 1, 1, 0],
        model: sequential({ input: [2], seed: 1 }, [dense(8), relu(), dense(2)]),
        loss: "crossEntropy",
      },
    ] as const;
    for (const { x, y, model, loss } of cases) {
      const fit = { loss, optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }), epochs: 100, batchSize: 20 } as const;
      await model.fit({ x, y }, fit);
      const { loss: left, accuracy } = await model.evaluate({ x, y });
      expect(left).toBeLessThan(0.05);
      expect(accuracy ?? 1).toBe(1);
    }
  });
});
