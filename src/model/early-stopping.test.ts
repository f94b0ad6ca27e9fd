import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { Draws } from "../../test/draws.ts";
import { classes } from "../../test/tasks.ts";
import type { BatchSource } from "../data/source.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { relu } from "../layers/relu.ts";
import { sgd } from "../optimizers/sgd.ts";
import { DivergenceError } from "../tensor/errors.ts";
import type { EndEvent, FitEvent } from "./fit-events.ts";
import type { FitOptions } from "./fit-options.ts";
import type { History } from "./history.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";

// Labels of which a third is wrong: they are learned by heart, and the validation loss rises after a few epochs.
const draws = new Draws(4);
const noisy = ({ x, y }: ReturnType<typeof classes>) => ({
  x,
  y: y.map((label) => (draws.unit() < 0.35 ? draws.integer(0, 2) : label)),
});
const all = noisy(classes({ rows: 140 }));
const data = { x: all.x.slice(0, 80 * 8), y: all.y.slice(0, 80) };
const validation = { x: all.x.slice(80 * 8), y: all.y.slice(80) };
const build = (scaling: "inverted" | "standard" = "inverted") =>
  sequential({ input: [8], seed: 3 }, [dense(60), relu(), dropout({ rate: 0.2, scaling }), dense(3)]);
const options: FitOptions = {
  loss: "crossEntropy",
  optimizer: sgd({ learningRate: 0.3, momentum: 0.9 }),
  batchSize: 16,
  threads: 1,
  validation,
};
const PATIENCE = 4;
const earlyStopping = { patience: PATIENCE };
const EPOCHS = 60;

const argmin = (values: readonly number[]) => values.indexOf(Math.min(...values));

/** The weights of a run that was made to end at an epoch. */
async function weightsOf(epochs: number, changes: Partial<FitOptions> = {}): Promise<string> {
  const model = build();
  await model.fit(data, { ...options, ...changes, epochs });
  return bitsOf(model.weights);
}

interface Outcome {
  readonly model: Model;
  readonly history: History | undefined;
  readonly error: unknown;
  readonly events: FitEvent[];
  readonly end: EndEvent;
}

async function outcomeOf(changes: Partial<FitOptions>, source: BatchSource | typeof data = data): Promise<Outcome> {
  const model = build();
  const events: FitEvent[] = [];
  const { onEvent } = changes;
  const told = {
    onEvent(event: FitEvent) {
      events.push(event);
      onEvent?.(event);
    },
  };
  let history: History | undefined;
  let error: unknown;
  try {
    history = await model.fit(source, { ...options, epochs: EPOCHS, earlyStopping, ...changes, ...told });
  } catch (thrown) {
    error = thrown;
  }
  const ends = events.filter((event) => event.event === "end");
  expect(ends).toHaveLength(1);
  expect(events.at(-1)).toBe(ends[0]);
  return { model, history, error, events, end: ends[0] };
}

/** The best epoch of those that were finished, as the events say. */
function bestOf(events: readonly FitEvent[]): number {
  return 1 + argmin(events.flatMap((event) => (event.event === "epoch" ? [event.validationLoss ?? Number.NaN] : [])));
}

/** A source of the training data that throws when it has been asked for so many batches. */
function failing(batches: number): BatchSource {
  return {
    ...{ count: 80, inputShape: [8], inputType: "f32", inputScale: 1, targetType: "classes", targetSize: 1 },
    gather(rows, { x, y }) {
      if (batches-- <= 0) throw new Error("the disk is gone");
      for (const [i, row] of rows.entries()) {
        x.set(data.x.subarray(row * 8, row * 8 + 8), i * 8);
        if (y) y[i] = data.y[row];
      }
    },
  };
}

describe("early stopping gives the model its best weights to the bit", () => {
  it("when its patience is over", async () => {
    const { model, history, end, events } = await outcomeOf({});
    const best = bestOf(events);
    expect(history).toMatchObject({ stopReason: "patience", bestEpoch: best, stopMessage: undefined });
    expect(history?.validationLoss).toHaveLength(best + PATIENCE);
    expect(best + PATIENCE).toBeLessThan(EPOCHS);
    expect(best).toBeGreaterThan(1);
    expect(end).toMatchObject({ reason: "patience", epochs: best + PATIENCE, bestEpoch: best });
    expect(bitsOf(model.weights)).toBe(await weightsOf(best));
    expect((await model.evaluate(validation)).loss).toBe(history?.validationLoss[best - 1]);
    // Later passes have masks and orders of their own: those that were begun do not come again.
    expect(model.pass).toBe(best + PATIENCE);
  });

  it("when all epochs are done", async () => {
    const { history: long } = await outcomeOf({});
    const epochs = (long?.bestEpoch ?? 0) + 2;
    const { model, history } = await outcomeOf({ epochs });
    expect(history).toMatchObject({ stopReason: "epochs", bestEpoch: epochs - 2 });
    expect(bitsOf(model.weights)).toBe(await weightsOf(epochs - 2));
    expect(model.pass).toBe(epochs);
  });

  it("when it is aborted between epochs, or in the middle of one", async () => {
    const { history: long } = await outcomeOf({});
    const best = long?.bestEpoch ?? 0;
    for (const kind of ["epoch", "middle"]) {
      const reason = new Error("enough");
      const abort = new AbortController();
      let batches = 0;
      const onEvent = (event: FitEvent) => {
        if (kind === "epoch" && event.event === "epoch" && event.epoch === best + 2) abort.abort(reason);
      };
      const counting: BatchSource = {
        ...failing(Number.POSITIVE_INFINITY),
        gather(rows, into) {
          if (kind === "middle" && ++batches === 5 * (best + 2) + 2) abort.abort(reason);
          return failing(1).gather(rows, into);
        },
      };
      const { model, error, end } = await outcomeOf({ onEvent, signal: abort.signal }, counting);
      expect(error).toBe(reason);
      expect(end).toMatchObject({ reason: "aborted", message: "enough", epochs: best + 2, bestEpoch: best });
      expect(bitsOf(model.weights)).toBe(await weightsOf(best));
      expect(model.pass).toBe(best + 3);
    }
  });

  it("when onEpoch stops it", async () => {
    const { history: long } = await outcomeOf({});
    const best = long?.bestEpoch ?? 0;
    const { model, history, end } = await outcomeOf({
      onEpoch: async ({ epoch }, control) => {
        await Promise.resolve();
        if (epoch === best + 1) control.stop("good enough");
      },
    });
    expect(history).toMatchObject({ stopReason: "callback", stopMessage: "good enough", bestEpoch: best });
    expect(end).toMatchObject({ reason: "callback", message: "good enough", epochs: best + 1 });
    expect(bitsOf(model.weights)).toBe(await weightsOf(best));
    expect(model.pass).toBe(best + 1);
  });

  it("when a number is not finite", async () => {
    const { history: long } = await outcomeOf({});
    const best = long?.bestEpoch ?? 0;
    // Five steps an epoch: the first step of the epoch after the next one explodes.
    const optimizer = sgd({ learningRate: (step) => (step < 5 * (best + 2) ? 0.3 : 1e38), momentum: 0.9 });
    const { model, error, end } = await outcomeOf({ optimizer });
    expect(error).toBeInstanceOf(DivergenceError);
    expect(end).toMatchObject({ reason: "diverged", epochs: best + 2, bestEpoch: best, message: (error as Error).message });
    expect(bitsOf(model.weights)).toBe(await weightsOf(best));
    expect(model.pass).toBe(best + 3);
  });

  it("when something throws: a listener, a callback, a source of batches", async () => {
    const { history: long } = await outcomeOf({});
    const best = long?.bestEpoch ?? 0;
    const full = () => {
      throw new Error("the disk is full");
    };
    const cases = [
      await outcomeOf({ onEvent: (event) => event.event === "epoch" && event.epoch === best + 2 && full() }),
      await outcomeOf({ onEpoch: ({ epoch }) => (epoch === best + 2 ? full() : undefined) }),
      await outcomeOf({}, failing(5 * (best + 2))),
    ];
    for (const { model, error, end } of cases) {
      expect((error as Error).message).toMatch(/^the disk is/);
      expect(end).toMatchObject({ reason: "failed", epochs: best + 2, bestEpoch: best, message: (error as Error).message });
      expect(bitsOf(model.weights)).toBe(await weightsOf(best));
    }
  });

  it("with the rates that the epoch was trained and evaluated with", async () => {
    const model = build("standard");
    const history = await model.fit(data, {
      ...options,
      epochs: EPOCHS,
      earlyStopping,
      onEpoch: ({ epoch }, control) => control.setRate("dropout1", (epoch % 10) / 20),
    });
    const best = history.bestEpoch ?? 0;
    expect(best).toBeGreaterThan(1);
    expect(best).toBeLessThan(history.loss.length);
    expect(model.summary()).toContain(`rate ${((best - 1) % 10) / 20}, scaling standard`);
    expect((await model.evaluate(validation)).loss).toBe(history.validationLoss[best - 1]);
  });

  it("and a model whose run was stopped before its first epoch was over stays as it was", async () => {
    const untouched = bitsOf(build().weights);
    const { model, error, end } = await outcomeOf({}, failing(2));
    expect((error as Error).message).toBe("the disk is gone");
    expect(end).toMatchObject({ reason: "failed", epochs: 0 });
    expect(end.bestEpoch).toBeUndefined();
    expect(bitsOf(model.weights)).toBe(untouched);
    expect(model.pass).toBe(0);
  });
});

describe("what early stopping watches", () => {
  it("may be any number of the run, less or more of it being better", async () => {
    const onEpochs = { ...options, epochs: EPOCHS };
    for (const [monitor, mode, sign] of [
      ["validationAccuracy", undefined, -1],
      ["validationMacroF1", undefined, -1],
      ["loss", undefined, 1],
      ["validationLoss", "max", -1],
    ] as const) {
      const model = build();
      const stopping = { patience: 3, monitor, ...(mode ? { mode } : {}) };
      const history = await model.fit(data, { ...onEpochs, metrics: ["macroF1"], earlyStopping: stopping });
      const values = (history as unknown as Record<string, number[]>)[monitor].map((value) => sign * value);
      expect(history.bestEpoch, monitor).toBe(1 + argmin(values));
      if (history.stopReason === "patience") expect(values, monitor).toHaveLength(1 + argmin(values) + 3);
      expect(bitsOf(model.weights), monitor).toBe(await weightsOf(history.bestEpoch ?? 0));
    }
  });

  it("counts as better only by more than minDelta", async () => {
    const { history } = await outcomeOf({ earlyStopping: { patience: 2, monitor: "loss", minDelta: 0.1 } });
    const values = history?.loss ?? [];
    let best = 0;
    for (const [index, value] of values.entries()) if (value < values[best] - 0.1) best = index;
    expect(history?.bestEpoch).toBe(best + 1);
    expect(values).toHaveLength(best + 3);
    const { history: without } = await outcomeOf({ earlyStopping: { patience: 2, monitor: "loss" } });
    expect(without?.bestEpoch).not.toBe(best + 1);
  });

  it("is refused where the run does not have it", async () => {
    const { validation: _, ...without } = options;
    const cases: [Partial<FitOptions>, string][] = [
      [without, 'earlyStopping: monitor is "validationLoss"; this run has loss, accuracy; validation data and metrics give more'],
      [{ ...options, earlyStopping: { patience: 1, monitor: "validationF1" } }, 'monitor is "validationF1"; this run has loss, '],
      [{ ...options, earlyStopping: { patience: 0 } }, "earlyStopping: patience is 0; give a whole number of epochs"],
      [{ ...options, earlyStopping: {} as never }, "earlyStopping: patience is undefined"],
      [{ ...options, earlyStopping: { patience: 1, minDelta: -1 } }, "earlyStopping: minDelta is -1"],
      [{ ...options, earlyStopping: { patience: 1, mode: "auto" as never } }, 'earlyStopping: mode is "auto"; give "min"'],
      [{ ...options, earlyStopping: { patience: 1, restoreBestWeights: true } as never }, 'unknown option "restoreBestWeights"'],
    ];
    for (const [changes, message] of cases) {
      const call = build().fit(data, { earlyStopping, ...changes } as FitOptions);
      await expect(call).rejects.toThrow(message);
    }
  });
});
