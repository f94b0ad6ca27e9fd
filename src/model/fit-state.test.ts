import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes } from "../../test/tasks.ts";
import { loadFitState, saveFitState } from "../formats/fit-state-file.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { rateSchedule } from "../layers/dropout/rate-schedules.ts";
import { relu } from "../layers/relu.ts";
import { adam } from "../optimizers/adam.ts";
import type { FitEvent } from "./fit-events.ts";
import type { FitOptions } from "./fit-options.ts";
import type { FitState } from "./fit-state.ts";
import type { History } from "./history.ts";
import type { Model } from "./model.ts";
import { sequential } from "./sequential.ts";

const data = classes({ rows: 100 });
const build = () =>
  sequential({ input: [8], seed: 3 }, [
    dropout({ rate: 0.1 }),
    dense(20),
    relu(),
    dropout({ rate: 0.6, scaling: "standard" }),
    dense(3),
  ]);
const EPOCHS = 20;
const STEPS_PER_EPOCH = 10;
const options: FitOptions = {
  loss: "crossEntropy",
  optimizer: adam({ learningRate: (step) => 0.05 / (1 + step / 50) }),
  epochs: EPOCHS,
  batchSize: 8,
  threads: 1,
  validation: 0.2,
  metrics: ["macroF1"],
  earlyStopping: { patience: 19 },
  reduceLearningRateOnPlateau: { patience: 2, cooldown: 1 },
  dropoutSchedule: { dropout1: rateSchedule.linear({ from: 0 }) },
};

/** What came of a run, times taken out. */
const outcomeOf = (model: Model, { seconds: _, examplesPerSecond: __, ...history }: History) => ({
  bits: bitsOf(model.weights),
  pass: model.pass,
  rates: model.rates,
  link: model.link,
  history,
});

async function whole(changes: Partial<FitOptions> = {}) {
  const model = build();
  return outcomeOf(model, await model.fit(data, { ...options, ...changes }));
}

/** The states of a run after each of its steps, and after each epoch, through the bytes of a file. */
async function statesOf(changes: Partial<FitOptions> = {}): Promise<FitState[]> {
  const states: FitState[] = [];
  const save = (state: FitState) => void states.push(loadFitState(saveFitState(state)).state);
  await build().fit(data, { ...options, ...changes, checkpoint: { steps: 1, epochs: 1, save } });
  return states;
}

describe("a run of 200 steps, stopped at any of them,", () => {
  it("goes on to the same weights, rates, passes and history", async () => {
    const expected = await whole();
    // It lowered the learning rate and has a best epoch before its last: otherwise the test says nothing of these.
    expect(new Set(expected.history.learningRate.map((rate, epoch) => rate * (1 + (10 * epoch + 9) / 50))).size).toBeGreaterThan(
      1,
    );
    expect(expected.history.bestEpoch).toBeLessThan(expected.history.loss.length);
    const states = await statesOf();
    expect(states.map(({ trainer }) => trainer.step)).toEqual(
      Array.from({ length: EPOCHS * STEPS_PER_EPOCH - 1 }, (_, step) => step + 1),
    );
    for (const state of states) {
      const model = build();
      const history = await model.fit(data, { ...options, resume: state });
      expect(outcomeOf(model, history), `from step ${state.trainer.step}`).toEqual(expected);
    }
  });

  it("has the same bits whether checkpoints are taken or not, of all steps or by time", async () => {
    const expected = await whole();
    let taken = 0;
    const save = () => void taken++;
    for (const when of [{ seconds: 0 }, { steps: 7 }, { epochs: 3 }, { seconds: 3600 }, {}]) {
      expect(await whole({ checkpoint: { ...when, save } })).toEqual(expected);
    }
    expect(taken).toBeGreaterThan(30);
  });

  it("without validation, early stopping and plateau has the weights of its last epoch where it is stopped again", async () => {
    const { loss, optimizer } = options;
    const plain: FitOptions = { loss, optimizer, batchSize: 8, threads: 1, epochs: 3 };
    const states: FitState[] = [];
    await build().fit(data, { ...plain, checkpoint: { steps: 16, save: (state) => void states.push(structuredClone(state)) } });
    const [state] = states;
    expect(state.trainer).toMatchObject({ step: 16, pass: 1, batch: 3 });
    const first = build();
    await first.fit(data, { ...plain, epochs: 1 });
    const model = build();
    const controller = new AbortController();
    const onEvent = ({ event }: FitEvent) => event === "progress" && controller.abort("stop");
    await expect(model.fit(data, { ...plain, resume: state, signal: controller.signal, onEvent })).rejects.toBe("stop");
    expect(bitsOf(model.weights)).toBe(bitsOf(first.weights));
    expect(model.pass).toBe(1);
  });
});

describe("a run that is aborted", () => {
  it("gives away the state it stopped in, also between steps and evaluation", async () => {
    const expected = await whole();
    for (const kind of ["begin", "progress", "epoch"]) {
      let state: FitState | undefined;
      let heard = 0;
      const stop = async (resume: FitState | undefined) => {
        const controller = new AbortController();
        const onEvent = ({ event }: FitEvent) => event === kind && ++heard % 3 === 0 && controller.abort("stop");
        const save = (saved: FitState) => {
          state = structuredClone(saved);
        };

        const model = build();
        const run = { ...options, ...(resume ? { resume } : {}), signal: controller.signal, checkpoint: { save }, onEvent };
        return outcomeOf(model, await model.fit(data, run));
      };
      let outcome: unknown;
      let stops = 0;
      while (outcome === undefined) {
        try {
          outcome = await stop(state);
        } catch (error) {
          expect(error).toBe("stop");
          stops++;
        }
      }
      expect(outcome, kind).toEqual(expected);
      if (kind === "epoch") expect(stops).toBeGreaterThan(4);
    }
  });

  it("tells of the steps that were done before, and of no epoch again", async () => {
    const [state] = (await statesOf({ epochs: 3 })).filter(({ trainer }) => trainer.step === 23);
    const events: FitEvent[] = [];
    await build().fit(data, { ...options, epochs: 3, resume: state, onEvent: (event) => void events.push(event) });
    expect(events[0]).toMatchObject({ event: "begin", step: 23 });
    expect(events.filter(({ event }) => event === "epoch")).toMatchObject([{ epoch: 3 }]);
  });

  it("is rejected with what saving threw", async () => {
    const save = () => {
      throw new Error("full");
    };
    await expect(build().fit(data, { ...options, checkpoint: { steps: 3, save } })).rejects.toThrow("full");
  });
});

describe("fit refuses", () => {
  it("a state of other options, and one that is damaged", async () => {
    const state = (await statesOf({ epochs: 3 })).find(({ trainer }) => trainer.step === 23) as FitState;
    const refusal = (resume: unknown, changes: Partial<FitOptions> = {}) =>
      expect(build().fit(data, { ...options, epochs: 3, ...changes, resume: resume as FitState })).rejects;
    await refusal(state, { epochs: 2 }).toThrow("fit: resume: the state has 2 finished epochs; 2 are asked for");
    const { earlyStopping: _, ...impatient } = options;
    await expect(build().fit(data, { ...impatient, epochs: 3, resume: state })).rejects.toThrow(
      "has earlyStopping, and this run has none",
    );
    await refusal(state, { batchSize: 4 }).toThrow("the state is of step 23 after 2 epochs; an epoch has 20 steps");
    await refusal(null).toThrow("fit: resume: the state has version undefined");
    await refusal({ ...state, version: 2 }).toThrow("the state has version 2");
    await refusal({ ...state, epochs: 3 }).toThrow("its epochs are 3");
    await refusal({ ...state, epochs: [] }).toThrow("of step 23 after 0 epochs");
    await refusal({ ...state, last: undefined }).toThrow("no weights of epoch 2");
    await refusal({ ...state, trainer: { ...state.trainer, seed: 4 } }).toThrow("the state's seed is 4");
    const model = sequential({ input: [8], seed: 3 }, [dense(3)]);
    await expect(model.fit(data, { ...options, epochs: 3, resume: state, dropoutSchedule: undefined as never })).rejects.toThrow(
      "restore",
    );
  });

  it.each([
    [{ save: 1 }, "checkpoint: save is 1"],
    [{ save: () => {}, steps: 0.5 }, "checkpoint: steps is 0.5"],
    [{ save: () => {}, epochs: 0 }, "checkpoint: epochs is 0"],
    [{ save: () => {}, seconds: -1 }, "checkpoint: seconds is -1"],
    [{ save: () => {}, minutes: 1 }, "minutes"],
  ])("checkpoint: %j", async (checkpoint, message) => {
    await expect(build().fit(data, { ...options, checkpoint: checkpoint as never })).rejects.toThrow(message);
  });
});
