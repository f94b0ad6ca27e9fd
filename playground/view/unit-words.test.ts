import { afterEach, describe, expect, it } from "vitest";
import { Twins } from "../engine/twins.ts";
import { standardSettings } from "../state/settings.ts";
import { figures } from "./numbers.ts";
import { unitWords } from "./unit-words.ts";

let twins: Twins | undefined;
afterEach(() => twins?.close());

describe("what is said of a unit that is pointed at", () => {
  it("is what it holds, hands on, and hears of how wrong the answer was", async () => {
    twins = await Twins.make({ ...standardSettings, points: 24, hidden: [12], rate: 0.4, inputRate: 0.5 });
    await twins.run(6);
    const { task } = twins.data;
    const { drowsy, awake } = await twins.look(3);
    const { mask, before, gradient } = drowsy.walk.columns[1];
    for (const [unit, word] of mask.entries()) {
      const handed = word === 0 ? ["asleep, hands on", "0.000"] : ["awake, × 1.667, hands on", figures(before[unit] / 0.6)];
      const numbers = [["holds", figures(before[unit])], handed, ["gradient", figures(gradient?.[unit] ?? Number.NaN)]];
      expect(unitWords(drowsy.walk, { column: 1, unit }, task)).toEqual({ name: `hidden 1, neuron ${unit}`, numbers });
    }
    expect(new Set(mask)).toEqual(new Set([0, 1]));
    const x = awake.walk.columns[0].before;
    expect(unitWords(awake.walk, { column: 0, unit: 1 }, task)).toEqual({
      name: "input 1",
      numbers: [
        ["holds", figures(x[1])],
        ["awake, hands on", figures(x[1])],
      ],
    });
  });

  it("is the answer where it is an output", async () => {
    twins = await Twins.make({ ...standardSettings, points: 24, hidden: [4] });
    const { awake } = await twins.look(0);
    const of = (outputs: readonly number[], loss: "binaryCrossEntropy" | "crossEntropy" | "meanSquaredError", unit = 0) => {
      const walk = { ...awake.walk, outputs: Float32Array.from(outputs) };
      return unitWords(walk, { column: 2, unit }, { inputs: 2, outputs: outputs.length, loss });
    };
    expect(of([Math.log(3)], "binaryCrossEntropy")).toEqual({
      name: "class 1",
      numbers: [
        ["logit", "1.099"],
        ["probability", "75.0 %"],
      ],
    });
    // As large as they may be.
    expect(of([900, -900], "crossEntropy", 1).numbers[1]).toEqual(["probability", "0.0 %"]);
    expect(of([Math.log(4), 0], "crossEntropy").numbers[1]).toEqual(["probability", "80.0 %"]);
    expect(of([-0.5], "meanSquaredError")).toEqual({ name: "answer", numbers: [["says", "−0.500"]] });
  });
});
