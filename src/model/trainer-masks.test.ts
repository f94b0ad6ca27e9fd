import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { classes } from "../../test/tasks.ts";
import { dense } from "../layers/dense.ts";
import { dropout } from "../layers/dropout/dropout.ts";
import { gaussianDropout } from "../layers/dropout/gaussian-dropout.ts";
import { rateSchedule } from "../layers/dropout/rate-schedules.ts";
import { relu } from "../layers/relu.ts";
import { sgd } from "../optimizers/sgd.ts";
import type { TrainerOptions } from "./create-trainer.ts";
import { dropoutMask } from "./mask-of-layer.ts";
import { sequential } from "./sequential.ts";
import type { Trainer } from "./trainer.ts";
import type { LayerMasks } from "./trainer-masks.ts";

const data = classes({ rows: 23 });
const options: TrainerOptions = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), batchSize: 7, threads: 1 };
const build = ({ rate = 0.3, seed = 4, units = 19 } = {}) =>
  sequential({ input: [8], seed }, [
    ...[
      dropout({ rate: 0.2 }),
      dense(units),
      relu(),
      dropout({ rate }),
      dense(10),
      dropout({ rate: 0.5, sharedAcross: ["batch"] }),
    ],
    dense(3),
  ]);

async function using<Result>(made: Promise<Trainer>, use: (trainer: Trainer) => Promise<Result>): Promise<Result> {
  const trainer = await made;
  try {
    return await use(trainer);
  } finally {
    trainer.close();
  }
}

/** Row by row, 1 where a unit is awake, by the bits and by the list of sleeping units. */
function unpacked({ units, bits, sleeping }: LayerMasks): number[][] {
  const bytes = Math.ceil(units / 8);
  return sleeping.map((asleep, row) => {
    const awake = Array.from({ length: units }, (_, unit) => (bits[row * bytes + (unit >> 3)] >> (unit & 7)) & 1);
    expect(asleep).toEqual(awake.flatMap((bit, unit) => (bit === 0 ? [unit] : [])));
    return awake;
  });
}

describe("masks of a trainer", () => {
  it("are read for any step, before it and after it: those of dropoutMask for the step's rows", async () => {
    const model = build();
    await using(model.trainer(data, options), async (trainer) => {
      const before = [0, 3, 4, 9].map((step) => trainer.masks.read(step));
      await trainer.run(6);
      expect([0, 3, 4, 9].map((step) => trainer.masks.read(step))).toEqual(before);
      expect(trainer.masks.read().step).toBe(5);
      for (const { step, rows, layers } of before) {
        const [pass, batch] = [Math.floor(step / 4), step % 4];
        expect(rows.length).toBe(batch === 3 ? 2 : 7);
        for (const [name, of] of [
          ["dropout1", rows],
          ["dropout2", rows],
          ["dropout3", [batch]],
        ] as const) {
          const { data: mask, shape } = dropoutMask(model, name, { rows: of, pass });
          expect(unpacked(layers[name]).flat()).toEqual([...mask]);
          expect(layers[name].units).toBe(shape[1]);
        }
      }
    });
  });

  it("that are recorded are had again: every pass has the masks of the first, also in batches of another size", async () => {
    const model = build();
    const recording = await using(model.trainer(data, options), async (trainer) => {
      await trainer.run(4);
      return structuredClone(trainer.masks.record({ layers: ["dropout1", "dropout2"] }));
    });
    expect(recording.layers).toEqual({
      dropout1: { pass: 0, shape: [8], rate: 0.2, kind: "dropout" },
      dropout2: { pass: 0, shape: [19], rate: 0.3, kind: "dropout" },
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 23 }), fc.integer({ min: 0, max: 40 }), async (batchSize, step) => {
        await using(model.trainer(data, { ...options, batchSize }), async (trainer) => {
          trainer.masks.replay(recording);
          const { rows, layers } = trainer.masks.read(step);
          for (const name of ["dropout1", "dropout2"]) {
            expect(unpacked(layers[name]).flat()).toEqual([...dropoutMask(model, name, { rows, pass: 0 }).data]);
          }
          const pass = Math.floor(step / trainer.stepsPerEpoch);
          const shared = dropoutMask(model, "dropout3", { rows: [step % trainer.stepsPerEpoch], pass }).data;
          expect(unpacked(layers.dropout3).flat(), "is not replayed").toEqual([...shared]);
        });
      }),
      { numRuns: 20 },
    );
  });

  it("that are replayed are those that the steps have", async () => {
    // Without shuffling, and with a learning rate of 0, all passes with the same masks have the same losses.
    const still = { ...options, shuffle: false, optimizer: sgd({ learningRate: () => 0 }) };
    await using(build().trainer(data, still), async (trainer) => {
      const losses = async () => (await trainer.run(4)).map(({ loss }) => loss);
      const first = await losses();
      const second = await losses();
      expect(second).not.toEqual(first);
      trainer.masks.replay(trainer.masks.record());
      expect(trainer.masks.frozen).toEqual({ dropout1: 1, dropout2: 1, dropout3: 1 });
      expect(await losses()).toEqual(second);
      expect(await losses()).toEqual(second);
      expect(trainer.masks.record().layers.dropout1.pass, "what is replayed is what is recorded").toBe(1);
      trainer.masks.release();
      expect(await losses()).not.toEqual(second);
    });
  });

  it("are replayed by name: of one layer, while the others go on, also of one with noise", async () => {
    const noisy = sequential({ input: [8], seed: 4 }, [
      dense(9),
      gaussianDropout({ rate: 0.3 }),
      dropout({ rate: 0.4 }),
      dense(3),
    ]);
    const still = { ...options, shuffle: false, optimizer: sgd({ learningRate: () => 0 }) };
    await using(noisy.trainer(data, still), async (trainer) => {
      const losses = async () => (await trainer.run(4)).map(({ loss }) => loss);
      const first = await losses();
      const recording = trainer.masks.record();
      expect(Object.keys(trainer.masks.read().layers)).toEqual(["dropout1"]);
      trainer.masks.replay({ ...recording, layers: { gaussianDropout1: recording.layers.gaussianDropout1 } });
      expect(await losses()).not.toEqual(first);
      trainer.masks.replay(recording);
      expect(await losses()).toEqual(first);
    });
  });

  it("go on from a state, and are not kept in the model", async () => {
    const model = build();
    const whole = await using(model.trainer(data, options), async (trainer) => {
      await trainer.run(5);
      trainer.masks.replay(trainer.masks.record());
      await trainer.run(9);
      return bitsOf((await trainer.state()).values);
    });
    await using(model.trainer(data, options), async (trainer) => {
      await trainer.run(5);
      trainer.masks.replay(trainer.masks.record());
      await trainer.run(3);
      const state = structuredClone(await trainer.state());
      await using(model.trainer(data, options), async (other) => {
        other.restore(state);
        expect(other.masks.frozen).toEqual(trainer.masks.frozen);
        await other.run(6);
        expect(bitsOf((await other.state()).values)).toBe(whole);
        expect(() => other.restore({ ...state, maskPasses: { dropout1: -1 } })).toThrow("the pass of dropout1 is -1");
        expect(() => other.restore({ ...state, maskPasses: { dense1: 1 } })).toThrow("dense1 is no dropout layer");
      });
    });
  });

  it("are refused where they are not those of this model", async () => {
    await using(build().trainer(data, options), async (trainer) => {
      const recording = trainer.masks.record();
      const refused = async (other: ReturnType<typeof build>, message: string) => {
        await using(other.trainer(data, options), async (another) => {
          expect(() => another.masks.replay(recording)).toThrow(message);
          expect(another.masks.frozen).toEqual({});
        });
      };
      await refused(build({ seed: 5 }), "replay: the recording's seed is 4; this model's is 5");
      await refused(build({ units: 20 }), "replay: the recorded masks of dropout2 have shape [19]; in this model it has [20]");
      await refused(
        build({ rate: 0.31 }),
        'the masks of dropout2 were recorded at rate 0.3; its rate is 0.31: setRate("dropout2", 0.3) first',
      );
      await refused(
        sequential({ input: [8], seed: 4 }, [dense(3)]),
        'there is no layer "dropout1"; the model has no dropout layer',
      );
      expect(() => trainer.masks.replay(JSON.parse("{}"))).toThrow("replay: the recording is an object");
      expect(() => trainer.masks.replay({ ...recording, generator: "mt19937" })).toThrow('made with generator "mt19937"');
      expect(() => trainer.masks.record({ layers: ["dense1"] })).toThrow("dense1 is no dropout layer");
      expect(() => trainer.masks.record({ layers: "dropout1" } as never)).toThrow('masks: layers is "dropout1"; give an array');
      expect(() => trainer.masks.record(null as never)).toThrow("masks: the options are null");
      expect(() => trainer.masks.record({ pass: 1 } as never)).toThrow('masks: unknown option "pass"');
      expect(() => trainer.masks.read(-1)).toThrow("the step is -1; give a whole number of at least 0");
      const running = trainer.run(1);
      expect(() => trainer.masks.replay(recording)).toThrow("it is still busy");
      expect(() => trainer.masks.release()).toThrow("it is still busy");
      await running;
    });
    const dropoutSchedule = { dropout2: rateSchedule.linear() };
    await using(build().trainer(data, { ...options, dropoutSchedule, steps: 8 }), async (trainer) => {
      const { layers, ...rest } = trainer.masks.record();
      const scheduled = {
        ...rest,
        layers: { dropout2: { ...layers.dropout2, rate: trainer.masks.record().layers.dropout2.rate } },
      };
      expect(() => trainer.masks.replay(scheduled)).toThrow("replay: the rate of dropout2 follows a schedule");
      trainer.masks.replay({ ...rest, layers: { dropout1: layers.dropout1 } });
    });
  });
});
