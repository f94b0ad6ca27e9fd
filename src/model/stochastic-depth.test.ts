import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { expectExact } from "../../test/closeness.ts";
import { classes } from "../../test/tasks.ts";
import { loadFitState, saveFitState } from "../formats/fit-state-file.ts";
import { loadModel, saveModel } from "../formats/model-file.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { rateSchedule } from "../layers/dropout/rate-schedules.ts";
import { relu } from "../layers/relu.ts";
import { type BranchScaling, residual } from "../layers/residual.ts";
import { adam } from "../optimizers/adam.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { FitOptions } from "./fit-options.ts";
import type { FitState } from "./fit-state.ts";
import { dropoutMask } from "./mask-of-layer.ts";
import { sequential } from "./sequential.ts";

// Blocks whose branches sleep, through training, its states and its files.

const ROWS = 60;
const data = classes({ rows: ROWS });
const loss = "crossEntropy" as const;

/** Two blocks, one with another in its branch. */
function build({ rates = [0.3, 0.6, 0.2] as readonly number[], scaling = "inverted" as BranchScaling, seed = 9 } = {}) {
  const branch = (rate: number) => ({ dropPath: rate, scaling });
  return sequential({ input: [8], seed }, [
    residual([dense(12), relu(), dense(8)], branch(rates[0])),
    dense(10),
    relu(),
    residual([dense(10), relu(), residual([dropout({ rate: 0.4 }), dense(10)], branch(rates[1])), relu()], branch(rates[2])),
    dense(3),
  ]);
}

describe("the branch of a row", () => {
  it("sleeps by keys alone: by the mask that dropoutMask tells, in any batch, at any place, beside any rows", async () => {
    const model = sequential({ input: [8], seed: 3 }, [residual([dense(8)], { dropPath: 0.4, scaling: "standard" }), dense(3)]);
    const all = dropoutMask(model, "residual1", { rows: Array.from({ length: ROWS }, (_, row) => row), pass: 5 });
    expect(all.shape).toEqual([ROWS]);
    expect(new Set(all.data).size).toBe(2);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(ROWS - 1), { minLength: 1, maxLength: 50 }), async (rows) => {
        const { layers } = await model.trace(data, { loss, rows, pass: 5 });
        const f = layers.get("dense1")?.output.data ?? new Float32Array();
        const expected = rows.flatMap((row, i) =>
          Array.from({ length: 8 }, (_, unit) => data.x[8 * row + unit] + (all.data[row] ? f[8 * i + unit] : 0)),
        );
        expectExact(layers.get("residual1")?.output.data ?? [], expected, "y");
      }),
      { numRuns: 40, seed: 2 },
    );
  });

  it("has a mask of its own in each block and pass", () => {
    const model = build({ rates: [0.5, 0.5, 0.5] });
    const rows = Array.from({ length: 200 }, (_, row) => row);
    const masks = ["residual1", "residual2", "residual3"].flatMap((name) =>
      [0, 1, 2].map((pass) => dropoutMask(model, name, { rows, pass }).data.join("")),
    );
    expect(new Set(masks).size).toBe(9);
  });

  it("at rate 1 never counts and learns nothing, at rate 0 always does", async () => {
    for (const scaling of ["inverted", "standard", "none"] as const) {
      const never = await build({ rates: [1, 0, 0], scaling }).trace(data, { loss, optimizer: sgd({ learningRate: 0.1 }) });
      expectExact(never.layers.get("residual1")?.output.data ?? [], data.x, "x");
      for (const name of ["dense1", "dense2"]) {
        expect(never.gradients.get(`${name}.weight`)?.every((value) => value === 0)).toBe(true);
      }
      expect(never.gradients.get("dense3.weight")?.some((value) => value !== 0)).toBe(true);
      const always = await build({ rates: [0, 0, 0], scaling }).trace(data, { loss });
      const f = always.layers.get("dense2")?.output.data ?? new Float32Array();
      expectExact(
        always.layers.get("residual1")?.output.data ?? [],
        data.x.map((value, i) => value + f[i]),
        "x + f",
      );
    }
  });
});

describe("training with blocks", () => {
  const options = { loss, optimizer: adam({ learningRate: 0.01 }), epochs: 3, batchSize: 16 };

  it.each(["inverted", "standard", "none"] as const)(
    "has one set of bits for any number of threads, scaling %s",
    async (scaling) => {
      const trained = async (threads: number) => {
        const model = build({ scaling });
        const { loss: losses } = await model.fit(data, { ...options, threads });
        return [bitsOf(model.weights), losses];
      };
      const alone = await trained(1);
      for (const threads of [0, 2, 3, 8]) expect(await trained(threads), `${threads} threads`).toEqual(alone);
      expect(alone[0]).not.toBe(bitsOf(build({ scaling }).weights));
    },
  );

  it("gives a row the same mask in batches of another size", async () => {
    const still = { loss, optimizer: sgd({ learningRate: () => 0 }), shuffle: false, threads: 1 };
    const losses = async (batchSize: number) => {
      const trainer = await build().trainer(data, { ...still, batchSize });
      const steps = await trainer.run(trainer.stepsPerEpoch);
      trainer.close();
      return steps.reduce((sum, step) => sum + step.loss * step.rows, 0) / ROWS;
    };
    const whole = await losses(ROWS);
    for (const size of [1, 7, 16]) expect(await losses(size)).toBeCloseTo(whole, 6);
  });

  it("goes on from the state of any step to the bit, with rates that were changed and masks that are replayed", async () => {
    const begin = () => build().trainer(data, { loss, optimizer: adam({ learningRate: 0.01 }), batchSize: 13, threads: 1 });
    const STEPS = 12;
    const steer = (trainer: Awaited<ReturnType<typeof begin>>, step: number) => {
      if (step === 3) trainer.setRate("residual1", 0);
      if (step === 5) trainer.setRate("residual3", 0.5);
      if (step === 7) trainer.masks.replay(trainer.masks.record({ layers: ["residual2", "residual3"] }));
    };
    const whole = await begin();
    const states = [];
    for (let step = 0; step < STEPS; step++) {
      steer(whole, step);
      states.push(structuredClone(await whole.state()));
      await whole.run(1);
    }
    const { values, slots } = await whole.state();
    whole.close();
    for (const [step, state] of states.entries()) {
      const trainer = await begin();
      trainer.restore(state);
      for (let next = step; next < STEPS; next++) {
        if (next > step) steer(trainer, next);
        await trainer.run(1);
      }
      const end = await trainer.state();
      trainer.close();
      expect(bitsOf(end.values), `from step ${step}`).toBe(bitsOf(values));
      for (const [slot, numbers] of Object.entries(slots)) expect(bitsOf(end.slots[slot])).toBe(bitsOf(numbers));
    }
  });

  it("goes on from the file of a run's state at any step, with a schedule of the branches' rates", async () => {
    const run: FitOptions = {
      ...{ ...options, threads: 1, validation: 0.2, earlyStopping: { patience: 5 } },
      dropoutSchedule: { residual1: rateSchedule.linear(), residual3: rateSchedule.early({ until: 0.5 }) },
    };
    const whole = build();
    const history = await whole.fit(data, run);
    const states: FitState[] = [];
    const save = (state: FitState) => void states.push(loadFitState(saveFitState(state)).state);
    await build().fit(data, { ...run, checkpoint: { steps: 1, save } });
    expect(states.length).toBe(8);
    for (const state of states) {
      const model = build();
      const { loss: losses } = await model.fit(data, { ...run, resume: state });
      expect(losses, `from step ${state.trainer.step}`).toEqual(history.loss);
      expect(bitsOf(model.weights), `from step ${state.trainer.step}`).toBe(bitsOf(whole.weights));
      expect(model.rates).toEqual(whole.rates);
    }
  });

  it("goes on from a model's file as if it had never been saved", async () => {
    const model = build({ scaling: "standard" });
    await model.fit(data, options);
    const loaded = loadModel(saveModel(model));
    expect(loaded.summary()).toBe(model.summary());
    for (const each of [model, loaded]) await each.fit(data, options);
    expect(bitsOf(loaded.weights)).toBe(bitsOf(model.weights));
    expect(loaded.pass).toBe(6);
  });
});
