import { beforeEach, describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { PAIRED } from "../../test/optimizers.ts";
import { classes, images } from "../../test/tasks.ts";
import type { BatchBuffers, BatchSource } from "../data/source.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { relu } from "../layers/relu.ts";
import { adam, adamW } from "../optimizers/adam.ts";
import { inverseTime } from "../optimizers/schedules.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { TrainingOptions } from "./create-trainer.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";
import type { StepReport } from "./step-report.ts";
import type { Trainer } from "./trainer.ts";
import type { TrainerState } from "./trainer-state.ts";

// 45 rows in batches of 10: five steps a pass, the last of them smaller.
const ROWS = 45;
const STEPS = 5;
const data = classes({ rows: ROWS });
const optimizer = sgd({
  learningRate: (step) => 0.2 / (1 + 0.1 * step),
  momentum: (step) => Math.min(0.9, 0.5 + 0.05 * step),
  l2: 0.01,
  maxNorm: 1.5,
});
const options: TrainingOptions = { loss: "crossEntropy", optimizer, batchSize: 10, threads: 1 };

function build(seed = 9): Model {
  const hidden = [dense(30), relu(), dropout({ rate: 0.5 })];
  return sequential({ input: [8], seed }, [dropout({ rate: 0.2 }), ...hidden, dense(3)]);
}

function wholeState({ values, slots, ...rest }: TrainerState): string {
  return JSON.stringify([bitsOf(values), Object.entries(slots).map(([name, numbers]) => [name, bitsOf(numbers)]), rest]);
}

/** Everything about a trainer that later steps depend on, as one text. */
async function whole(trainer: Trainer): Promise<string> {
  return wholeState(await trainer.state());
}

/** A state as it comes out of JSON: plain arrays, whose numbers lose nothing, being written in full. */
function throughJson(state: TrainerState): TrainerState {
  const plain = (numbers: TrainerState["values"]) =>
    Object.fromEntries(Object.entries(numbers).map(([name, values]) => [name, [...values]]));
  const slots = Object.fromEntries(Object.entries(state.slots).map(([name, numbers]) => [name, plain(numbers)]));
  return JSON.parse(JSON.stringify({ ...state, values: plain(state.values), slots }));
}

/** A source that tells which rows it was asked for. */
function recorded(rows: number[][], failAt = Number.POSITIVE_INFINITY): BatchSource {
  return {
    ...{ count: ROWS, inputShape: [8], inputType: "f32", inputScale: 1, targetType: "classes", targetSize: 1 },
    async gather(wanted: Uint32Array, { x, y }: BatchBuffers) {
      if (rows.length === failAt) throw new Error("the disk is gone");
      rows.push([...wanted]);
      for (const [i, row] of wanted.entries()) {
        x.set(data.x.subarray(row * 8, row * 8 + 8), i * 8);
        if (y) y[i] = data.y[row];
      }
    },
  };
}

let trainers: Trainer[] = [];
async function open(model = build(), source: Parameters<Model["trainer"]>[0] = data, changes: Partial<TrainingOptions> = {}) {
  const trainer = await model.trainer(source, { ...options, ...changes });
  trainers.push(trainer);
  return trainer;
}
beforeEach(() => {
  trainers = [];
  return () => {
    for (const trainer of trainers) trainer.close();
  };
});

describe("a trainer stopped at any of 40 steps", () => {
  it("goes on, from its state through structuredClone or JSON, with the bits of never having stopped", async () => {
    const order: number[][] = [];
    const unbroken = await open(build(), recorded(order));
    const reports = await unbroken.run(40);
    const end = await whole(unbroken);
    for (let stop = 0; stop <= 40; stop++) {
      const before: number[][] = [];
      const first = await open(build(), recorded(before));
      const told = stop > 0 ? await first.run(stop) : [];
      const state = await first.state();
      first.close();
      const after: number[][] = [];
      const second = await open(build(), recorded(after), { threads: 1 + (stop % 2) });
      second.restore(stop % 2 === 0 ? structuredClone(state) : throughJson(state));
      expect(await whole(second)).toBe(wholeState(state));
      if (stop < 40) told.push(...(await second.run(40 - stop)));
      expect(told, `stopped at ${stop}`).toEqual(reports);
      expect([...before, ...after], `rows, stopped at ${stop}`).toEqual(order);
      expect(await whole(second), `stopped at ${stop}`).toBe(end);
      second.close();
    }
  });

  const others = [
    ...PAIRED,
    {
      name: "adamW, its gradient limited and its schedules moving",
      optimizer: adamW({ learningRate: inverseTime({ initial: 0.01, steps: 5 }), clipNorm: 0.1 }),
    },
  ];
  it.each(others)("goes on with the bits of never having stopped: $name", async ({ optimizer }) => {
    const unbroken = await open(build(), data, { optimizer });
    await unbroken.run(12);
    const end = await whole(unbroken);
    for (const stop of [0, 1, 7]) {
      const first = await open(build(), data, { optimizer });
      if (stop > 0) await first.run(stop);
      const state = await first.state();
      const second = await open(build(), data, { optimizer, threads: 2 });
      second.restore(stop === 1 ? throughJson(state) : structuredClone(state));
      await second.run(12 - stop);
      expect(await whole(second), `stopped at ${stop}`).toBe(end);
    }
  });

  it("has a state that later steps do not change", async () => {
    const trainer = await open();
    await trainer.run(3);
    const state = await trainer.state();
    const copy = structuredClone(state);
    await trainer.run(3);
    expect(state).toEqual(copy);
  });

  it("ends as fit does, where it stops at the end of an epoch and commits", async () => {
    const [fitted, stepped] = [build(), build()];
    await fitted.fit(data, { ...options, epochs: 3 });
    const trainer = await open(stepped);
    await trainer.run(3 * STEPS);
    await trainer.commit();
    expect(bitsOf(stepped.weights)).toBe(bitsOf(fitted.weights));
    expect(stepped).toMatchObject({ pass: 3, link: "softmax" });
  });
});

describe("a trainer's steps", () => {
  it("are the same in one run of 23 as in 23 runs of one, and in any between", async () => {
    const trainer = await open();
    const reports = await trainer.run(23);
    const end = await whole(trainer);
    for (const parts of [Array<number>(23).fill(1), [2, 3, 5, 13], [22, 1]]) {
      const other = await open();
      const told: StepReport[] = [];
      for (const count of parts) told.push(...(await other.run(count)));
      expect(told).toEqual(reports);
      expect(await whole(other)).toBe(end);
    }
  });

  it("are told of in order, with their pass, batch and rows", async () => {
    const trainer = await open();
    const chunks: StepReport[][] = [];
    const reports = await trainer.run(2 * STEPS + 2, { onSteps: (steps) => void chunks.push(steps) });
    expect(chunks.flat()).toEqual(reports);
    expect(reports.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, step) => step));
    expect(reports.map(({ pass }) => pass)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2]);
    expect(reports.map(({ batch }) => batch)).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]);
    expect(reports.map(({ rows }) => rows)).toEqual([10, 10, 10, 10, 5, 10, 10, 10, 10, 5, 10, 10]);
    expect(trainer).toMatchObject({ step: 12, pass: 2, batch: 2, rows: ROWS, stepsPerEpoch: STEPS, batchSize: 10 });
    const { loss, accuracy, skipped } = trainer.progress;
    const pass = reports.slice(-2);
    expect(skipped).toBeCloseTo((pass[0].skipped + pass[1].skipped) / 2, 12);
    expect(loss).toBeCloseTo((pass[0].loss + pass[1].loss) / 2, 12);
    expect(accuracy).toBe((pass[0].right + pass[1].right) / 20);
  });

  it("sum up to the whole pass at its end", async () => {
    const trainer = await open();
    const reports = await trainer.run(STEPS);
    const { rows, loss, accuracy } = trainer.progress;
    expect(rows).toBe(ROWS);
    expect(loss).toBeCloseTo(reports.reduce((sum, step) => sum + step.loss * step.rows, 0) / ROWS, 12);
    expect(accuracy).toBe(reports.reduce((sum, step) => sum + step.right, 0) / ROWS);
  });

  it("may be larger than the data: then a pass is one step of all rows", async () => {
    const trainer = await open(build(), data, { batchSize: 1000 });
    expect(trainer).toMatchObject({ batchSize: ROWS, stepsPerEpoch: 1 });
    expect((await trainer.run(2)).map(({ rows }) => rows)).toEqual([ROWS, ROWS]);
  });

  it("leave the model alone until commit, which in the middle of a pass counts it as begun", async () => {
    const model = build();
    const before = bitsOf(model.weights);
    const trainer = await open(model);
    await trainer.run(STEPS + 1);
    expect(bitsOf(model.weights)).toBe(before);
    expect(model).toMatchObject({ pass: 0, link: undefined });
    await trainer.commit();
    expect(bitsOf(model.weights)).toBe(bitsOf((await trainer.state()).values));
    expect(model).toMatchObject({ pass: 2, link: "softmax" });
    const committed = bitsOf(model.weights);
    await trainer.run(1);
    expect(bitsOf(model.weights)).toBe(committed);
  });

  it("do not change by evaluating in between", async () => {
    const model = build();
    const [quiet, looking] = [await open(), await open(model)];
    const other = classes({ rows: 33, seed: 1 });
    await quiet.run(12);
    for (let step = 0; step < 12; step++) {
      await looking.run(1);
      await looking.evaluate(other);
    }
    expect(await whole(looking)).toBe(await whole(quiet));
    await looking.commit();
    expect(await looking.evaluate(other)).toEqual(await model.evaluate(other));
  });

  it("are the same on floats where the validation data makes bytes floats", async () => {
    const bytes = images({ rows: 30 });
    const floats = { x: Float32Array.from(bytes.x, (byte) => byte * Math.fround(1 / 255)), y: bytes.y };
    const models = [bytes, bytes, floats].map(() => sequential({ input: [784], seed: 1 }, [dropout({ rate: 0.2 }), dense(4)]));
    const fitted = { ...options, epochs: 2 };
    await models[0].fit(bytes, fitted);
    const { validationLoss } = await models[1].fit(bytes, { ...fitted, validation: floats });
    await models[2].fit(floats, fitted);
    expect(new Set(models.map(({ weights }) => bitsOf(weights))).size).toBe(1);
    expect(validationLoss[1]).toBe((await models[0].evaluate(bytes)).loss);
  });
});

describe("units that never wake again", () => {
  // What decays stays at the smallest numbers otherwise, and these take a processor a hundred times as long.
  it.each([sgd, adam])("leave zeros behind in what the optimizer remembers, nothing subnormal: %o", async (rule) => {
    const momentum = rule === sgd ? { momentum: 0.5 } : { beta1: 0.5 };
    const violent = rule({ learningRate: (step) => (step < 3 ? 30 : 1e-4), ...momentum });
    const trainer = await open(build(), data, { optimizer: violent });
    const remembered = async () => {
      const { slots } = await trainer.state();
      return Object.values(slots[violent.slots[0]]).flatMap((slot) => [...slot]);
    };
    await trainer.run(3);
    expect((await remembered()).some((value) => value !== 0)).toBe(true);
    await trainer.run(300);
    const numbers = await remembered();
    expect(numbers.filter((value) => value === 0).length).toBeGreaterThan(20);
    expect(numbers.filter((value) => value !== 0 && Math.abs(value) < 2 ** -126)).toEqual([]);
  });
});

describe("a trainer", () => {
  it("pauses after the steps that are on their way, and goes on", async () => {
    const [trainer, unbroken] = [await open(), await open()];
    const told = await trainer.run(100_000, { onSteps: () => trainer.pause() });
    expect(told.length).toBeLessThan(1000);
    expect(trainer.step).toBe(told.length);
    const more = await trainer.run(7);
    expect(await unbroken.run(told.length + 7)).toEqual([...told, ...more]);
    expect(await whole(trainer)).toBe(await whole(unbroken));
  });

  it("stops at a signal with its reason, and can go on", async () => {
    const [trainer, unbroken] = [await open(), await open()];
    const reason = new Error("enough");
    const abort = new AbortController();
    const told: StepReport[] = [];
    const onSteps = (steps: StepReport[]) => {
      told.push(...steps);
      abort.abort(reason);
    };
    await expect(trainer.run(100_000, { onSteps, signal: abort.signal })).rejects.toBe(reason);
    expect(trainer.step).toBe(told.length);
    await expect(trainer.run(1, { signal: abort.signal })).rejects.toBe(reason);
    expect(trainer.step).toBe(told.length);
    await trainer.run(1);
    await unbroken.run(told.length + 1);
    expect(await whole(trainer)).toBe(await whole(unbroken));
  });

  it("has counted the steps that were run when its source fails, and goes on from there", async () => {
    const rows: number[][] = [];
    const [trainer, unbroken] = [await open(build(), recorded(rows, 13)), await open()];
    await expect(trainer.run(20)).rejects.toThrow("the disk is gone");
    expect(trainer).toMatchObject({ step: 13, pass: 2, batch: 3 });
    await unbroken.run(13);
    expect(await whole(trainer)).toBe(await whole(unbroken));
    rows.length = 0;
    await Promise.all([trainer.run(7), unbroken.run(7)]);
    expect(await whole(trainer)).toBe(await whole(unbroken));
  });

  it("has counted the steps that were run when onSteps throws, and goes on from there", async () => {
    const [trainer, unbroken] = [await open(), await open()];
    const onSteps = () => {
      throw new Error("the terminal is gone");
    };
    await expect(trainer.run(100_000, { onSteps })).rejects.toThrow("the terminal is gone");
    expect(trainer.step).toBeGreaterThan(0);
    expect(trainer.step).toBeLessThan(1000);
    await trainer.run(3);
    await unbroken.run(trainer.step);
    expect(await whole(trainer)).toBe(await whole(unbroken));
  });

  it("refuses a second call while it is busy, and nothing is lost", async () => {
    const trainer = await open();
    const state = await trainer.state();
    const running = trainer.run(5);
    const busy = "trainer: it is still busy with the call before; await that call first";
    await expect(trainer.run(1)).rejects.toThrow(busy);
    await expect(trainer.state()).rejects.toThrow(busy);
    await expect(trainer.commit()).rejects.toThrow(busy);
    await expect(trainer.evaluate(data)).rejects.toThrow(busy);
    expect(() => trainer.restore(state)).toThrow(busy);
    expect(await running).toHaveLength(5);
    expect(await trainer.run(1)).toHaveLength(1);
  });

  it("refuses everything once it is closed, and may be closed twice", async () => {
    const trainer = await open();
    const state = await trainer.state();
    trainer.close();
    trainer.close();
    const closed = "trainer: it is closed; make another from its state or the model";
    await expect(trainer.run(1)).rejects.toThrow(closed);
    await expect(trainer.state()).rejects.toThrow(closed);
    await expect(trainer.commit()).rejects.toThrow(closed);
    await expect(trainer.evaluate(data)).rejects.toThrow(closed);
    expect(() => trainer.restore(state)).toThrow(closed);
  });

  it("closed in the middle of a run tells that run", async () => {
    const trainer = await open();
    const running = trainer.run(100_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    trainer.close();
    await expect(running).rejects.toThrow("the run was closed before it had finished");
  });

  const states: [string, (state: TrainerState) => unknown, string][] = [
    ["nothing", () => undefined, "the state has version undefined"],
    ["a model", () => build(), "the state has version undefined"],
    ["another version", (state) => ({ ...state, version: 2 }), "the state has version 2"],
    ["another generator", (state) => ({ ...state, generator: "mt19937" }), 'the state was made with generator "mt19937"'],
    ["another seed", (state) => ({ ...state, seed: 10 }), "the state's seed is 10; this trainer's is 9"],
    ["other data", (state) => ({ ...state, rows: 46 }), "the state's number of rows is 46; this trainer's is 45"],
    ["another batch size", (state) => ({ ...state, batchSize: 9 }), "the state's batch size is 9; this trainer's is 10"],
    ["half a step", (state) => ({ ...state, step: 0.5 }), "the state's step is 0.5"],
    ["no pass", (state) => ({ ...state, pass: undefined }), "the state's pass is undefined"],
    ["a batch beyond the pass", (state) => ({ ...state, batch: 5 }), "the state's batch is 5; give a whole number from 0 to 4"],
    [
      "the state of another optimizer",
      (state) => ({ ...state, optimizer: "adam" }),
      `the state's optimizer is "adam"; this trainer's is sgd: go on with the same`,
    ],
    [
      "no velocities",
      (state) => ({ ...state, slots: {} }),
      "the state's sgd remembers nothing; this trainer's remembers velocity: go on with the options that the state was made with",
    ],
    ["no slots", (state) => ({ ...state, slots: undefined }), "the state's sgd remembers nothing"],
    [
      "no numbers in a slot",
      (state) => ({ ...state, slots: { velocity: undefined } }),
      "the state has no numbers for dense1.weight",
    ],
    [
      "a weight of another size",
      (state) => ({ ...state, values: { ...state.values, "dense2.bias": new Float32Array(4) } }),
      "the state has 4 numbers for dense2.bias; give a state of this model, with 3",
    ],
    [
      "typed arrays that JSON made objects",
      (state) => JSON.parse(JSON.stringify(state)),
      "the state has no numbers for dense1.weight",
    ],
  ];
  it("refuses what another optimizer remembers, and one that remembers more or less", async () => {
    const [plain, momentum, mean] = await Promise.all(
      [sgd({ learningRate: 0.1 }), optimizer, adam()].map((other) => open(build(), data, { optimizer: other })),
    );
    const state = await momentum.state();
    expect(() => mean.restore(state)).toThrow(`restore: the state's optimizer is "sgd"; this trainer's is adam`);
    expect(() => plain.restore(state)).toThrow("restore: the state's sgd remembers velocity; this trainer's remembers nothing");
    const less = await plain.state();
    expect(() => momentum.restore(less)).toThrow("restore: the state's sgd remembers nothing; this trainer's remembers velocity");
  });

  it.each(states)("refuses %s for a state, and stays as it was", async (_, change, message) => {
    const trainer = await open();
    await trainer.run(2);
    const before = await whole(trainer);
    const state = await trainer.state();
    expect(() => trainer.restore(change(state) as TrainerState)).toThrow(`restore: ${message}`);
    expect(await whole(trainer)).toBe(before);
  });
});
