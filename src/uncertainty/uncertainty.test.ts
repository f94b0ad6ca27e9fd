import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { erfc } from "../tensor/arithmetic.ts";
import { brierScore } from "./brier-score.ts";
import { chooseTau } from "./choose-tau.ts";
import { coverageCurve, probabilityIntegral } from "./coverage.ts";
import { expectedEntropy, mutualInformation, predictiveEntropy } from "./entropy.ts";
import { logLikelihood } from "./log-likelihood.ts";
import { sampleDeviation, sampleMean, sampleVariance } from "./mean-and-deviation.ts";
import { negativeLogLikelihood } from "./negative-log-likelihood.ts";
import { sampleQuantiles } from "./quantiles.ts";
import { expectedCalibrationError } from "./reliability.ts";
import { riskCoverage } from "./risk-coverage.ts";
import { fitTemperature, withTemperature } from "./temperature.ts";
import { variationRatio } from "./variation-ratio.ts";

type Rows = number[][];

/** Made by NumPy, SciPy and scikit-learn: test/golden/uncertainty.py. */
const golden: {
  erfc: [number, number][];
  classes: {
    samples: Rows[];
    mean: Rows;
    variance: Rows;
    deviation: Rows;
    levels: number[];
    quantiles: Rows[];
    entropy: number[];
    expectedEntropy: number[];
    mutualInformation: number[];
    variationRatio: number[];
  }[];
  numbers: {
    targets: Rows;
    samples: Rows[];
    logLikelihoods: Record<string, number>;
    chosen: { tau: number; logLikelihood: number };
    tau: number;
    integral: number[];
    factor: number;
    gaussianIntegral: number[];
    levels: number[];
    coverage: number[];
  }[];
  calibration: {
    targets: number[];
    logits: Rows;
    probabilities: Rows;
    brier: number;
    sklearnBrier: number | null;
    nll: number;
    equalWidth: Record<string, number>;
    equalCount: Record<string, number>;
    temperature: { temperature: number; negativeLogLikelihood: number; before: number };
    scaledBy: number;
    scaled: Rows;
    losses: number[];
    uncertainties: number[];
    risks: number[];
    area: number;
  }[];
} = JSON.parse(readFileSync(new URL("../../test/golden/uncertainty.json", import.meta.url), "utf8"));

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-14): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    const error = Math.abs(actual[i] - value);
    expect(error, `${actual[i]} is not ${value} (number ${i})`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
  }
}

describe("erfc", () => {
  it.each(golden.erfc)("of %d is SciPy's %d", (x, expected) => {
    expect(Math.abs(erfc(x) / expected - 1)).toBeLessThan(2e-13);
  });
});

describe.each(golden.classes)("samples of $levels.length levels: the values of NumPy and SciPy", (one) => {
  const { samples } = one;
  it("of mean, variance, deviation and quantiles", () => {
    expectClose(sampleMean(samples).data, one.mean.flat());
    expectClose(sampleVariance(samples).data, one.variance.flat());
    expectClose(sampleDeviation(samples).data, one.deviation.flat());
    const quantiles = sampleQuantiles(samples, one.levels);
    for (const [index, expected] of one.quantiles.entries()) expectClose(quantiles[index].data, expected.flat());
    expect(quantiles[0].shape).toEqual([one.mean.length, one.mean[0].length]);
  });
  it("of entropies and their difference", () => {
    expectClose(predictiveEntropy(samples), one.entropy);
    expectClose(expectedEntropy(samples), one.expectedEntropy);
    expectClose(mutualInformation(samples), one.mutualInformation);
  });
  it("of the variation ratio", () => {
    expectClose(variationRatio(samples), one.variationRatio);
  });
  it("also flat, with their shape", () => {
    const shape = [samples.length, samples[0].length, samples[0][0].length];
    const flat = { data: Float64Array.from(samples.flat(2)), shape };
    expect(predictiveEntropy(flat)).toEqual(predictiveEntropy(samples));
    expect(sampleMean(flat)).toEqual(sampleMean(samples));
  });
});

describe.each(golden.numbers)("regression, tau $tau: the values of SciPy", (one) => {
  const { targets, samples, tau, levels } = one;
  it("of the log-likelihood", () => {
    for (const [at, expected] of Object.entries(one.logLikelihoods)) {
      expectClose([logLikelihood(targets, samples, Number(at))], [expected]);
    }
  });
  it("of the best tau", () => {
    const chosen = chooseTau(targets, samples);
    // Near its maximum a function of 16 digits tells its argument to 8.
    expect(Math.abs(chosen.tau / one.chosen.tau - 1)).toBeLessThan(1e-6);
    expect(chosen.logLikelihood).toBeGreaterThanOrEqual(one.chosen.logLikelihood - 1e-13);
    expect(chosen.logLikelihood).toBe(logLikelihood(targets, samples, chosen.tau));
  });
  it("of the probability integral and the coverage", () => {
    expectClose(probabilityIntegral(targets, { samples, tau }), one.integral);
    const coverage = coverageCurve(targets, { samples, tau }, { levels });
    expect(coverage.map(({ level }) => level)).toEqual(levels);
    expectClose(
      coverage.map((point) => point.coverage),
      one.coverage,
    );
    const { data, shape } = sampleDeviation(samples);
    const deviation = { data: data.map((value) => one.factor * value), shape };
    expectClose(probabilityIntegral(targets, { mean: sampleMean(samples), deviation }), one.gaussianIntegral, 1e-12);
  });
});

describe.each(golden.calibration)("calibration: the values of scikit-learn and SciPy, Brier score $brier", (one) => {
  const { targets, probabilities, logits } = one;
  it("of the Brier score and the negative log-likelihood", () => {
    expectClose([brierScore(targets, probabilities)], [one.brier]);
    if (one.sklearnBrier !== null) expectClose([brierScore(targets, probabilities)], [2 * one.sklearnBrier]);
    expectClose([negativeLogLikelihood(targets, probabilities)], [one.nll]);
  });
  it("of the expected calibration error", () => {
    for (const binning of ["equalWidth", "equalCount"] as const) {
      for (const [bins, expected] of Object.entries(one[binning])) {
        expectClose([expectedCalibrationError(targets, probabilities, { bins: Number(bins), binning })], [expected]);
      }
    }
  });
  it("of the temperature", () => {
    const fitted = fitTemperature(targets, logits);
    expect(Math.abs(fitted.temperature / one.temperature.temperature - 1)).toBeLessThan(1e-6);
    expect(fitted.negativeLogLikelihood).toBeLessThanOrEqual(one.temperature.negativeLogLikelihood + 1e-14);
    expectClose([fitted.before], [one.temperature.before]);
    expectClose(withTemperature(logits, one.scaledBy).data, one.scaled.flat());
    const scaled = withTemperature(logits, fitted.temperature);
    expectClose([negativeLogLikelihood(targets, scaled)], [fitted.negativeLogLikelihood]);
  });
  it("of risk and coverage", () => {
    const { coverage, risk, area } = riskCoverage(one.losses, one.uncertainties);
    expectClose([area], [one.area]);
    expectClose(
      risk,
      [...coverage].map((share) => one.risks[Math.round(share * one.risks.length) - 1]),
    );
  });
});
