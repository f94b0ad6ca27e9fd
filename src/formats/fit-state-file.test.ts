import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FUZZ_LIMIT, fuzz, mutatedBytes } from "../../test/mutated-bytes.ts";
import type { FitState } from "../model/fit-state.ts";
import { DrowseError } from "../tensor/errors.ts";
import { crc32c } from "./crc32.ts";
import { loadFitState, saveFitState } from "./fit-state-file.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

const values = (...numbers: number[]) => ({ "dense1.weight": Float32Array.from(numbers), __proto__2: Float32Array.of(-0) });
const last = { epoch: 2, values: values(5, 6), rates: { dropout1: 0.5 } };
const epoch = { event: "epoch", epochs: 9, loss: 1.5, learningRate: 0.1, skipped: 0, seconds: 0 } as const;
const state: FitState = {
  version: 1,
  trainer: {
    version: 1,
    generator: "philox4x32-10/1",
    seed: 2 ** 53 - 1,
    rows: 10,
    batchSize: 3,
    step: 9,
    pass: 2,
    batch: 1,
    lossSum: 1 / 3,
    penaltySum: 1e-300,
    right: 1,
    multiplyAdds: 2 ** 60,
    rates: { dropout1: 0.25 },
    maskPasses: { dropout1: 1 },
    schedule: { steps: 90, rates: { dropout1: 0.5 } },
    copiesFrom: "dropout1",
    learningRateFactor: 0.1,
    values: values(1, Number.NaN, 3e-45),
    optimizer: "adam",
    slots: { moment1: values(7), moment2: values(8) },
  },
  epochs: [
    { ...epoch, epoch: 1, examplesPerSecond: Number.POSITIVE_INFINITY, validationAuroc: Number.NaN },
    { ...epoch, epoch: 2, examplesPerSecond: 1, validationR2: Number.NEGATIVE_INFINITY } as never,
  ],
  last,
  best: { epoch: 1, values: values(3, 4), rates: { dropout1: 0.5 } },
  earlyStopping: { best: 0.25, waited: 1 },
  reduceLearningRateOnPlateau: { waited: 0, cooling: 2 },
  seconds: 1.25,
  epochSeconds: 0.125,
};

describe("the file of a state", () => {
  it("keeps every bit, and a note", () => {
    expect(loadFitState(saveFitState(state, "é"))).toEqual({ state, note: "é" });
    const { last: _, best: __, earlyStopping: ___, reduceLearningRateOnPlateau: ____, ...bare } = state;
    expect(loadFitState(saveFitState({ ...bare, epochs: [] })).state).toEqual({ ...bare, epochs: [] });
  });

  it("keeps the order of the parameters, by which a hash of weights goes", () => {
    const inOrder = { "dense1.weight": Float32Array.of(1), "dense1.bias": Float32Array.of(2), "a.weight": Float32Array.of(3) };
    const weights = { epoch: 2, values: inOrder, rates: {} };
    const read = loadFitState(
      saveFitState({ ...state, trainer: { ...state.trainer, values: inOrder }, last: weights, best: { ...weights, epoch: 1 } }),
    ).state;
    for (const values of [read.trainer.values, read.last?.values, read.best?.values])
      expect(Object.keys(values ?? {})).toEqual(["dense1.weight", "dense1.bias", "a.weight"]);
  });

  it("is a safetensors file that ends with its checksum, and has a best epoch that is the last one once", () => {
    const bytes = saveFitState({ ...state, best: last });
    const names = [...readSafetensors(bytes).tensors.keys()];
    expect(names.at(-1)).toBe("crc32c");
    expect(names.filter((name) => name.startsWith("best/"))).toEqual([]);
    expect(loadFitState(bytes).state.best).toEqual(last);
  });

  it("is refused with any byte changed, and at any length but its own", () => {
    const bytes = saveFitState(state);
    for (let at = 0; at < bytes.length; at++) {
      bytes[at] ^= 1 << (at % 8);
      expect(() => loadFitState(bytes), `byte ${at}`).toThrow("the checksum at the file's end is not that of its bytes");
      bytes[at] ^= 1 << (at % 8);
      expect(() => loadFitState(bytes.subarray(0, at)), `length ${at}`).toThrow(DrowseError);
    }
    expect(() => loadFitState(new Uint8Array([...bytes, 0]))).toThrow("checksum");
    expect(loadFitState(bytes).state).toEqual(state);
  });

  it("is read or refused in words where it is damaged and its checksum made right", { timeout: FUZZ_LIMIT }, async () => {
    let read = 0;
    const tokens = ['"state"', '{"version":1}', "null", '"NaN"', "\\u0000", '"epochs":[', "1e999", "-1", '"trainer":{'];
    const mended = mutatedBytes([saveFitState(state)], tokens);
    await fuzz(
      "checkpoints",
      fc.property(mended, fc.boolean(), (bytes, length) => {
        if (bytes.length < 12) return;
        const view = new DataView(bytes.buffer);
        const end = bytes.length - 4;
        if (length) view.setBigUint64(0, BigInt(Math.max(0, bytes.lastIndexOf("}".charCodeAt(0)) - 7)), true);
        view.setUint32(end, crc32c(bytes.subarray(0, end)), true);
        try {
          loadFitState(bytes);
          read++;
        } catch (error) {
          if (!(error instanceof DrowseError)) throw error;
        }
      }),
      { share: 10 },
    );
    expect(read).toBeGreaterThan(0);
  });

  it("is told from other files", () => {
    expect(() => loadFitState(new Uint8Array(3))).toThrow("the file has 3 bytes");
    const other = writeSafetensors([{ name: "crc32c", dtype: "U8", shape: [4], data: new Uint8Array(4) }], {
      format: "drowse-model/1",
    });
    new DataView(other.buffer).setUint32(other.length - 4, crc32c(other.subarray(0, -4)), true);
    expect(() => loadFitState(other)).toThrow('the file\'s format is "drowse-model/1"; give a file that saveFitState made');
  });
});
