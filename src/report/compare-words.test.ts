import { describe, expect, it } from "vitest";
import type { Answer, ComparedVariant } from "../study/compare.ts";
import { configuration } from "../study/configuration.ts";
import { answerText, comparedRows, likelihoodText } from "./compare-words.ts";

const measures = { loss: 0.5, error: 0.25, negativeLogLikelihood: 0.5, calibrationError: 0.05 };
const variant = (name: string, changes: Partial<ComparedVariant> = {}): ComparedVariant => ({
  ...{ name, configuration: configuration({}), measures, errorDifference: undefined, likelihoodDifference: undefined, folds: [] },
  ...changes,
});
const best = variant("inverted 0.3");
const answer = (verdict: Answer["verdict"], mean: number, low: number, high: number): Answer => ({
  ...{ verdict, best, difference: { mean, low, high } },
});
const classes = { kind: "classification", target: "kind" } as const;
const prices = { kind: "regression", target: "price" } as const;

describe("what a comparison says", () => {
  it("is yes where the interval lies below 0, with the warning that the best of several is in part lucky", () => {
    const said = answerText(classes, answer("helps", -0.02, -0.03, -0.01), 5);
    expect(said).toMatch(
      /^Yes: with inverted 0\.3 there are 2\.00 points of errors less .* \(95%: 1\.00 points to 3\.00 points less\)/,
    );
    expect(said).toMatch(/the best of the 4 that were tried, and so in part the luckiest/);
    expect(answerText(classes, answer("helps", -0.02, -0.03, -0.01), 2)).not.toMatch(/luckiest/);
  });

  it("is no where even the best is worse", () => {
    expect(answerText(prices, answer("hurts", 1.5, 1, 2), 5)).toMatch(/^No: even the best .* adds 1\.5 of the error .* of price/);
  });

  it("is that it does not tell where 0 is in the interval, and says so of a difference of nothing too", () => {
    expect(answerText(classes, answer("unclear", 0.002, -0.01, 0.014), 5)).toMatch(/0\.20 points of errors more than without/);
    expect(answerText(classes, answer("unclear", -0.002, -0.014, 0.01), 5)).toMatch(/0\.20 points of errors less than without/);
    for (const level of [0, 1e-17, -1e-17]) {
      const said = answerText(classes, answer("unclear", level, -0.01, 0.01), 5);
      expect(said).toMatch(/inverted 0\.3, has as much error as without, and 0 is in the interval/);
    }
    expect(answerText(classes, answer("unclear", 0, 0, 0), 5)).toMatch(/^It makes no difference here: .* in every fold\.$/);
  });

  it("tells of the likelihood apart", () => {
    expect(likelihoodText(answer("helps", -0.1, -0.2, -0.05))).toMatch(
      /does help: inverted 0\.3 changes it by −0\.1 \(95%: −0\.2 to −0\.05\)/,
    );
    expect(likelihoodText(answer("hurts", 0.1, 0.05, 0.2))).toMatch(/does not help/);
    expect(likelihoodText(answer("unclear", 0.1, -0.05, 0.2))).toMatch(/do not tell/);
  });

  it("has a row a variant, differences in points of percent, and calibration for classes alone", () => {
    const compared = [variant("none"), variant("inverted 0.3", { errorDifference: { mean: -0.02, low: -0.03, high: 0.01 } })];
    expect(comparedRows(classes, compared)).toEqual([
      ["dropout", "error", "points less or more (95%)", "neg. log-lik.", "calibration"],
      ["none", "25.0%", "", "0.5000", "5.0%"],
      ["inverted 0.3", "25.0%", "−2.00 (−3.00 to +1.00)", "0.5000", "5.0%"],
    ]);
    expect(comparedRows(prices, compared)[2]).toHaveLength(4);
  });
});
