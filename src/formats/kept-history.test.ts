import { DrowseError, dense, dropout, type KeptHistory, loadHistory, loadModel, saveModel, sequential, sgd } from "drowse";
import { loadTableModel } from "drowse/tables";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changed } from "../../test/model-files.ts";
import { FUZZ_LIMIT, fuzz, mutatedBytes } from "../../test/mutated-bytes.ts";
import { classes } from "../../test/tasks.ts";
import { evenly, historyText, keptHistory, readHistory } from "./kept-history.ts";
import { readSafetensors } from "./safetensors.ts";

async function trained() {
  const data = classes({ rows: 40 });
  const model = sequential({ input: [8], seed: 3 }, [dense(6), dropout({ rate: 0.3 }), dense(3)]);
  const history = await model.fit(data, {
    ...{ loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), batchSize: 16, epochs: 6 },
    ...{ validation: data, metrics: ["macroF1"], earlyStopping: { patience: 3 } },
  });
  return { model, history };
}

/** A training of so many epochs, as its file has it. */
const training = (epochs: number, bestEpoch?: number) => {
  const loss = Array.from({ length: epochs }, (_, index) => 1 / (3 * index + 3));
  const kept = keptHistory("test", { loss, testLoss: loss.map((value, index) => (index % 2 ? null : value)) }, { bestEpoch });
  return kept as KeptHistory;
};

describe("a model's file", () => {
  it("says how the model was trained, what fit returned but for the times, and the model is the same", async () => {
    const { model, history } = await trained();
    const file = saveModel(model, { history });
    const [{ numbers, ...rest }, ...others] = loadHistory(file);
    const { epochs } = rest;
    const all = Array.from({ length: epochs }, (_, index) => index + 1);
    expect(others).toEqual([]);
    expect(epochs).toBe(history.loss.length);
    expect(rest).toEqual({ phase: "first", epochs, bestEpoch: history.bestEpoch, epoch: all });
    const names = ["loss", "accuracy", "validationLoss", "validationAccuracy", "validationMacroF1", "learningRate", "skipped"];
    expect([...numbers.keys()].sort()).toEqual(names.sort());
    for (const [name, values] of numbers) {
      const told = history[name as "loss"];
      expect(values).toHaveLength(epochs);
      values.forEach((value, index) => {
        expect(Math.abs(Number(value) - told[index])).toBeLessThanOrEqual(1e-5 * Math.abs(told[index]));
      });
    }
    const [with_, without] = [file, saveModel(model)].map(readSafetensors);
    expect(with_.tensors).toEqual(without.tensors);
    expect([...with_.metadata].filter(([name]) => name !== "history")).toEqual([...without.metadata]);
    expect(saveModel(loadModel(file))).toEqual(saveModel(model));
    // What was read can be kept again.
    expect(saveModel(model, { history: loadHistory(file) })).toEqual(file);
  });

  it("of before histories opens, and has none; a damaged one hinders nobody who does not ask for it", async () => {
    const { model } = await trained();
    expect(loadHistory(saveModel(model))).toEqual([]);
    expect(loadHistory(saveModel(model, { history: [] }))).toEqual([]);
    const damaged = changed(saveModel(model), { metadata: { history: "{" } });
    expect(loadTableModel(damaged).model.summary()).toBe(model.summary());
    expect(() => loadHistory(damaged)).toThrow(/^loadHistory: the end of the text .*; the file was changed or damaged/);
  });

  it("stays small however long the training was: the first epochs, the last and the best are kept, and some between", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (epochs, share) => {
        const best = 1 + Math.floor(share * (epochs - 1));
        const told = evenly(epochs, 200, best);
        expect(told).toHaveLength(Math.min(epochs, told.length));
        expect(told.length).toBeLessThanOrEqual(200);
        expect(told.length).toBeGreaterThanOrEqual(Math.min(epochs, 199));
        for (const epoch of [1, best, epochs]) expect(told).toContain(epoch);
        const gaps = told.slice(1).map((epoch, index) => epoch - told[index]);
        expect(Math.min(...gaps, 1)).toBe(1);
        expect(Math.max(...gaps, 1)).toBeLessThanOrEqual(Math.ceil(epochs / 198));
      }),
      { numRuns: 300 },
    );
    const long = training(100_000, 77_777);
    expect([long.epoch.length, long.epoch.includes(77_777)]).toEqual([200, true]);
    expect(historyText("test", [long]).length).toBeLessThan(10_000);
    expect(readHistory(historyText("test", [long]))).toEqual([long]);
  });

  it("keeps two trainings, numbers that were not measured and numbers that are none", () => {
    const again = keptHistory("test", { loss: [1e300, Number.NaN, -1e-300, 123_456_789] }, { phase: "refit" }) as KeptHistory;
    expect(again.numbers.get("loss")).toEqual([1e300, null, -1e-300, 123_457_000]);
    const trainings = [training(300, 12), again];
    expect(readHistory(historyText("test", trainings))).toEqual(trainings);
    expect(keptHistory("test", { loss: [], seconds: [1], bestEpoch: undefined })).toBe(undefined);
  });

  it.each([
    [null, /saveModel: the history is null; give the history that fit returned/],
    [7, /saveModel: the history is 7/],
    [{ loss: [1], accuracy: [1, 2] }, /has 1 times loss and 2 times accuracy/],
    [{ loss: [1], bestEpoch: 2 }, /bestEpoch of 1 is 2/],
    [{ ["__proto__"]: [1] }, /a number named "__proto__"/],
    [[7], /a training of the history is 7/],
    [[{ ...training(3), epoch: [1, 3, 2] }], /saveModel: a training of 3 epochs tells of the epochs \[1, 3, 2\]/],
    [Array.from({ length: 17 }, () => training(1)), /the history has 17 trainings/],
  ])("is not made with the history %j", async (history, message) => {
    const { model } = await trained();
    expect(() => saveModel(model, { history: history as never })).toThrow(message);
  });

  const whole = historyText("test", [training(3, 2)]);
  it.each([
    ["drowse-history/1", "drowse-history/2", /the format of the history is "drowse-history\/2"/],
    ['"first"', '"second"', /the phase of a training is "second"/],
    ["[1,2,3]", "[1,2]", /a training of 3 epochs tells of the epochs \[1, 2\]/],
    ["[1,2,3]", "[1,2,2,3]", /tells of the epochs \[1, 2, 2, 3\]/],
    ["[1,2,3]", "[1,2.5,3]", /tells of the epochs \[1, 2\.5, 3\]/],
    ['"bestEpoch":2', '"bestEpoch":4', /the best epoch of a training is 4/],
    ['"loss"', '"__proto__"', /a number of a training is named "__proto__"/],
    ['"loss":[', '"loss":[1,', /the loss of a training is \[1, /],
    ['"loss":[', '"loss":["x",', /the loss of a training is \["x", /],
    ['"testLoss"', '"loss"', /the key "loss" is given twice/],
    ['"epochs":3', '"epochs":1e999', /too large to hold/],
  ])("with %s turned to %s is refused", (before, after, message) => {
    expect(whole).toContain(before);
    expect(() => readHistory(whole.replace(before, after))).toThrow(message);
  });
});

it("a damaged history is read, or refused in words", { timeout: FUZZ_LIMIT }, async () => {
  const marks = [
    ...'"{}[],:-019',
    "null",
    "1e999",
    '"__proto__":[],',
    '"loss":[',
    '"bestEpoch":9,',
    '"epoch":[1]',
    "first",
    "refit",
  ];
  const files = [new TextEncoder().encode(historyText("test", [training(4, 2), training(2)]))];
  let read = 0;
  let refused = 0;
  const tried = await fuzz(
    "history",
    fc.property(mutatedBytes(files, marks), (bytes) => {
      try {
        const trainings = readHistory(new TextDecoder().decode(bytes));
        read++;
        // What was read is whole: it is written and read again as it is.
        expect(readHistory(historyText("test", trainings))).toEqual(trainings);
      } catch (error) {
        if (!(error instanceof DrowseError)) throw error;
        refused++;
      }
    }),
    { share: 5 },
  );
  expect(refused).toBeGreaterThan(tried / 4);
  expect(read).toBeGreaterThan(0);
});
