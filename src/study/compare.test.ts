import { describe, expect, it } from "vitest";
import { ringsTable, slopeTable } from "../../test/studies.ts";
import { answerOf, type ComparedVariant, compareVariants, dropoutVariants } from "./compare.ts";
import { configuration } from "./configuration.ts";
import { pairedDifference } from "./paired.ts";
import { threadExecutor } from "./thread-executor.ts";
import { trainFold } from "./trial.ts";
import type { TrialData } from "./trial-data.ts";

const base = configuration({ hidden: [12, 6], dropout: [0.2, 0.2], epochs: 3, patience: "none" });
const resampling = { folds: 3, repeats: 2, seed: 5 };

async function compared(data: TrialData, workers: number, changes: object = {}): Promise<ComparedVariant[]> {
  const executor = threadExecutor(data, { workers });
  try {
    return await compareVariants({ variants: dropoutVariants(base, [0.3, 0.7]), resampling, executor, ...changes });
  } finally {
    await executor.close();
  }
}

const untimed = (variants: readonly ComparedVariant[]) =>
  variants.map(({ folds, ...rest }) => ({ ...rest, folds: folds.map(({ seconds: _, ...fold }) => fold) }));

describe("the variants of a comparison", () => {
  it("are none, inverted dropout of each rate behind every hidden layer, and standard dropout of the middle one", () => {
    const variants = dropoutVariants(base, [0.1, 0.3, 0.5]);
    expect(variants.map(({ name }) => name)).toEqual(["none", "inverted 0.1", "inverted 0.3", "inverted 0.5", "standard 0.3"]);
    expect(variants.map((each) => each.configuration.dropout)).toEqual([
      ...[
        [0, 0],
        [0.1, 0.1],
        [0.3, 0.3],
        [0.5, 0.5],
      ],
      [0.3, 0.3],
    ]);
    expect(variants.map((each) => each.configuration.scaling).slice(1)).toEqual(["inverted", "inverted", "inverted", "standard"]);
  });
});

describe("a comparison", () => {
  it("is the same for any number of workers, and pairs what trainFold makes of the same folds", async () => {
    const data = await ringsTable(90);
    const [one, three] = [await compared(data, 1), await compared(data, 3)];
    expect(untimed(three)).toEqual(untimed(one));
    const errors = one.map(({ folds }) => folds.map(({ measures }) => measures?.error as number));
    expect(errors.map((each) => each.length)).toEqual([6, 6, 6, 6]);
    expect(one[2].errorDifference).toEqual(pairedDifference(errors[2], errors[0], 1 / 2));
    expect(one[0].errorDifference).toBeUndefined();
    const alone = await trainFold(data, { configuration: one[1].configuration, resampling, repeat: 1, fold: 2 });
    expect(one[1].folds[5].weightsHash).toBe(alone.weightsHash);
  });

  it("of numbers has no calibration", async () => {
    const [none] = await compared(await slopeTable(60), 2);
    expect(none.measures.calibrationError).toBeUndefined();
    expect(none.measures.error).toBeGreaterThan(0);
  });

  it("is refused with one fold, and where a training diverges", async () => {
    const data = await slopeTable(60);
    await expect(compared(data, 1, { resampling: { ...resampling, folds: 1 } })).rejects.toThrow(
      "compare: folds is 1; give at least 2",
    );
    const wild = dropoutVariants({ ...base, optimizer: "sgd", momentum: 0.9, learningRate: 1e6, epochs: 20 }, [0.3]);
    await expect(compared(data, 1, { variants: wild })).rejects.toThrow(
      /^compare: none diverged in fold 0 of repeat 0: .*lower the learning rate$/,
    );
  });
});

describe("the answer", () => {
  const variant = (name: string, mean: number, low: number, high: number): ComparedVariant => ({
    ...{ name, configuration: base, measures: { loss: 0, error: 0, negativeLogLikelihood: 0 }, folds: [] },
    ...{ errorDifference: { mean, low, high }, likelihoodDifference: { mean: -mean, low: -high, high: -low } },
  });
  const none = { ...variant("none", 0, 0, 0), errorDifference: undefined, likelihoodDifference: undefined };

  it("is that of the best with dropout: it helps, hurts, or the interval has 0 in it", () => {
    const [worse, better] = [variant("worse", 0.1, 0.05, 0.2), variant("better", -0.1, -0.2, -0.05)];
    expect(answerOf([none, worse, better], "error")).toMatchObject({ verdict: "helps", best: better });
    expect(answerOf([none, worse], "error")).toMatchObject({ verdict: "hurts", best: worse });
    expect(answerOf([none, variant("level", 0.01, -0.1, 0.1)], "error").verdict).toBe("unclear");
    expect(answerOf([none, worse, better], "negativeLogLikelihood")).toMatchObject({ verdict: "helps", best: worse });
  });
});
