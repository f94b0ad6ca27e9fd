import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalQuantile } from "../random/normal.ts";
import { brierScore } from "./brier-score.ts";
import { chooseTau } from "./choose-tau.ts";
import { coverageCurve, probabilityIntegral } from "./coverage.ts";
import { expectedEntropy, mutualInformation, predictiveEntropy } from "./entropy.ts";
import { logLikelihood } from "./log-likelihood.ts";
import { sampleDeviation, sampleMean } from "./mean-and-deviation.ts";
import { negativeLogLikelihood } from "./negative-log-likelihood.ts";
import { predictiveVariance } from "./predictive-variance.ts";
import { sampleQuantiles } from "./quantiles.ts";
import { expectedCalibrationError, reliabilityCurve } from "./reliability.ts";
import { riskCoverage } from "./risk-coverage.ts";
import { fitTemperature, withTemperature } from "./temperature.ts";
import { variationRatio } from "./variation-ratio.ts";

/** Samples of probabilities: [T][rows][classes], each row summing to 1. */
const probabilitySamples = fc
  .record({ T: fc.integer({ min: 1, max: 6 }), rows: fc.integer({ min: 1, max: 4 }), classes: fc.integer({ min: 2, max: 5 }) })
  .chain(({ T, rows, classes }) => {
    const row = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: classes, maxLength: classes }).map((counts) => {
      const sum = counts.reduce((a, b) => a + b, 0);
      return sum === 0 ? counts.map((_, k) => (k === 0 ? 1 : 0)) : counts.map((count) => count / sum);
    });
    return fc.array(fc.array(row, { minLength: rows, maxLength: rows }), { minLength: T, maxLength: T });
  });

/** Targets and probabilities of three classes, many of the same confidence. */
const classified = fc.array(fc.record({ target: fc.nat(2), counts: fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)) }), {
  minLength: 1,
  maxLength: 30,
});
const split = (rows: readonly { target: number; counts: readonly number[] }[]) => ({
  targets: rows.map(({ target }) => target),
  probabilities: rows.map(({ counts: [a, b, c] }) => [a + 1, b, c].map((count) => count / (a + b + c + 1))),
});

describe("of samples", () => {
  it("the information is what the entropies differ by, from 0 to the whole", () => {
    fc.assert(
      fc.property(probabilitySamples, (samples) => {
        const [whole, expected, information] = [predictiveEntropy(samples), expectedEntropy(samples), mutualInformation(samples)];
        const classes = samples[0][0].length;
        for (let row = 0; row < whole.length; row++) {
          expect(information[row]).toBeGreaterThanOrEqual(0);
          expect(information[row] + expected[row]).toBeCloseTo(whole[row], 12);
          expect(whole[row]).toBeLessThanOrEqual(Math.log(classes) + 1e-12);
        }
      }),
    );
  });

  it("that are equal nothing is uncertain about the weights", () => {
    fc.assert(
      fc.property(probabilitySamples, fc.integer({ min: 1, max: 5 }), ([sample], T) => {
        const samples = Array.from({ length: T }, () => sample);
        for (const value of mutualInformation(samples)) expect(value).toBeLessThan(1e-12);
        expect(variationRatio(samples).every((value) => value === 0)).toBe(true);
        for (const value of sampleDeviation(samples).data) expect(value).toBeLessThan(1e-7);
      }),
    );
  });

  it("the order does not matter but to rounding, and quantiles ascend from the least to the most", () => {
    fc.assert(
      fc.property(probabilitySamples, (samples) => {
        const reversed = samples.toReversed();
        for (const [i, value] of sampleMean(reversed).data.entries()) expect(value).toBeCloseTo(sampleMean(samples).data[i], 14);
        expect(variationRatio(reversed)).toEqual(variationRatio(samples));
        const quantiles = sampleQuantiles(samples, [0, 0.25, 0.5, 0.9, 1]);
        expect(sampleQuantiles(reversed, [0.25])).toEqual([quantiles[1]]);
        for (const [i] of quantiles[0].data.entries()) {
          const own = samples.map((sample) => sample.flat()[i]);
          expect([quantiles[0].data[i], quantiles[4].data[i]]).toEqual([Math.min(...own), Math.max(...own)]);
          for (let level = 1; level < 5; level++)
            expect(quantiles[level].data[i]).toBeGreaterThanOrEqual(quantiles[level - 1].data[i]);
        }
      }),
    );
  });

  it("variances add up, and a network's own are averaged", () => {
    const samples = [
      [[1], [5]],
      [[3], [5]],
    ];
    const { epistemic, aleatoric, total } = predictiveVariance(samples, { tau: 4 });
    expect([[...epistemic.data], [...aleatoric.data], [...total.data]]).toEqual([
      [1, 0],
      [0.25, 0.25],
      [1.25, 0.25],
    ]);
    const own = predictiveVariance(samples, {
      variances: [
        [[0.5], [2]],
        [[1.5], [4]],
      ],
    });
    expect([...own.total.data]).toEqual([2, 3]);
  });

  it("one alone has the likelihood of a Gaussian", () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: 0.01, max: 100, noNaN: true }), (y, tau) => {
        const expected = -(tau / 2) * (y - 1) ** 2 - Math.log(2 * Math.PI) / 2 + Math.log(tau) / 2;
        expect(logLikelihood([y, y], [[1, 1]], tau)).toBeCloseTo(expected, 10);
      }),
    );
  });

  it("the likelihood of targets far away is a number, not minus infinity", () => {
    expect(logLikelihood([1e4], [[0], [1]], 1)).toBeCloseTo(-((1e4 - 1) ** 2) / 2 - Math.log(2) - Math.log(2 * Math.PI) / 2, 6);
  });

  it("no other tau has a higher likelihood than the chosen one, and candidates are compared", () => {
    const targets = [0.1, 2.2, -0.7, 1.5];
    const samples = [
      [0, 2, -1, 1],
      [0.3, 2.5, -0.5, 2.1],
    ];
    const { tau, logLikelihood: best } = chooseTau(targets, samples);
    for (let factor = 0.1; factor < 10; factor *= 1.1) {
      expect(logLikelihood(targets, samples, tau * factor)).toBeLessThanOrEqual(best + 1e-14);
    }
    const candidates = [0.1, 1, tau, 100];
    expect(chooseTau(targets, samples, { candidates })).toEqual({ tau, logLikelihood: best });
    expect(chooseTau(targets, samples, { candidates: [0.1, 1] }).tau).toBe(1);
  });
});

describe("of calibration", () => {
  it("the bins hold every row once, whatever the order of the rows", () => {
    fc.assert(
      fc.property(classified, fc.integer({ min: 1, max: 20 }), fc.boolean(), (rows, bins, equalCount) => {
        const options = { bins, binning: equalCount ? ("equalCount" as const) : ("equalWidth" as const) };
        const { targets, probabilities } = split(rows);
        const curve = reliabilityCurve(targets, probabilities, options);
        expect(curve.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
        expect(curve.length).toBeLessThanOrEqual(bins);
        for (const { from, to, confidence } of curve) {
          expect(confidence).toBeGreaterThanOrEqual(from - 1e-12);
          expect(confidence).toBeLessThanOrEqual(to + 1e-12);
        }
        const reversed = split(rows.toReversed());
        expect(reliabilityCurve(reversed.targets, reversed.probabilities, options)).toEqual(curve);
      }),
    );
  });

  it("one bin compares the accuracy with the mean confidence", () => {
    const probabilities = [
      [0.9, 0.1],
      [0.3, 0.7],
      [0.6, 0.4],
    ];
    expect(expectedCalibrationError([0, 1, 1], probabilities, { bins: 1 })).toBeCloseTo(Math.abs(2 / 3 - 2.2 / 3), 14);
  });

  it("one column is the probability of class 1 of two", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1), fc.integer({ min: 0, max: 8 })), { minLength: 1, maxLength: 20 }), (rows) => {
        const targets = rows.map(([target]) => target);
        const one = rows.map(([, eighths]) => eighths / 8);
        const two = one.map((p) => [1 - p, p]);
        expect(brierScore(targets, one)).toBe(brierScore(targets, two));
        expect(negativeLogLikelihood(targets, one)).toBe(negativeLogLikelihood(targets, two));
        expect(reliabilityCurve(targets, one)).toEqual(reliabilityCurve(targets, two));
        expect(predictiveEntropy([one])).toEqual(predictiveEntropy([two]));
      }),
    );
  });

  it("certain and wrong is infinitely unlikely, certain and right costs nothing", () => {
    expect(negativeLogLikelihood([1], [[1, 0]])).toBe(Number.POSITIVE_INFINITY);
    expect(negativeLogLikelihood([0], [[1, 0]])).toBe(0);
  });

  it("the derivative of the likelihood is 0 at the temperature, which is found again after scaling the logits", () => {
    const draw = fc.tuple(fc.nat(2), fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 3, maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(draw, { minLength: 5, maxLength: 20 }), fc.constantFrom(0.25, 2, 3), (rows, factor) => {
        // One right and one wrong answer more, so that there is a best temperature.
        const targets = [...rows.map(([target]) => target), 0, 0, 0, 0, 0, 0];
        const logits = [...rows.map(([, z]) => z), [4, 0, 0], [4, 0, 0], [4, 0, 0], [4, 0, 0], [4, 0, 0], [0, 1, 0]];
        let fitted: ReturnType<typeof fitTemperature>;
        try {
          fitted = fitTemperature(targets, logits);
        } catch (error) {
          expect(String(error)).toContain("no higher than the others'");
          return;
        }
        // The logits say nothing of the targets, but for a rounding that another scale need not have.
        if (fitted.temperature > 1e6) return;
        const likelihood = (temperature: number) => negativeLogLikelihood(targets, withTemperature(logits, temperature));
        for (const near of [0.97, 1.03]) {
          expect(likelihood(fitted.temperature * near)).toBeGreaterThanOrEqual(fitted.negativeLogLikelihood - 1e-12);
        }
        expect(fitted.negativeLogLikelihood).toBeLessThanOrEqual(fitted.before + 1e-12);
        const scaled = logits.map((z) => z.map((value) => value * factor));
        expect(fitTemperature(targets, scaled).temperature / fitted.temperature).toBeCloseTo(factor, 8);
      }),
    );
  });

  it("targets drawn from the prediction are covered as often as the levels say", () => {
    const rows = 999;
    const targets = Array.from({ length: rows }, (_, i) => 3 + 2 * normalQuantile((i + 0.5) / rows));
    const gaussian = { mean: targets.map(() => 3), deviation: targets.map(() => 2) };
    const u = probabilityIntegral(targets, gaussian);
    for (const [i, value] of u.entries()) expect(value).toBeCloseTo((i + 0.5) / rows, 10);
    for (const { level, coverage } of coverageCurve(targets, gaussian)) expect(Math.abs(coverage - level)).toBeLessThan(0.002);
    // A network that is too sure covers too few.
    const sure = { mean: gaussian.mean, deviation: targets.map(() => 1) };
    for (const { level, coverage } of coverageCurve(targets, sure)) expect(coverage).toBeLessThan(level);
  });
});

describe("of risk and coverage", () => {
  it("ranking by the loss itself is the best, the order of the rows does not matter, and ties count their mean", () => {
    const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(pairs, (rows) => {
        const losses = rows.map(([loss]) => loss);
        const uncertainties = rows.map(([, uncertainty]) => uncertainty);
        const { coverage, risk, area } = riskCoverage(losses, uncertainties);
        expect(riskCoverage(losses, losses).area).toBeLessThanOrEqual(area + 1e-12);
        expect(riskCoverage(losses.toReversed(), uncertainties.toReversed()).area).toBe(area);
        const mean = losses.reduce((a, b) => a + b, 0) / losses.length;
        expect([coverage.at(-1), risk.at(-1)]).toEqual([1, mean]);
        expect(
          riskCoverage(
            losses,
            uncertainties.map(() => 1),
          ).area,
        ).toBeCloseTo(mean, 12);
      }),
    );
  });
});

describe("refuses, and says what to do", () => {
  const two = [[0.5, 0.5]];
  it.each<[string, () => unknown]>([
    ["sampleMean: there are no samples; give at least one", () => sampleMean([])],
    ["sampleMean: there are no samples; give at least one", () => sampleMean({ data: [], shape: [0, 3, 2] })],
    ["sampleMean: the samples have no rows", () => sampleMean([[]])],
    [
      "sampleMean: the samples are an object with data, shape; give { data, shape }",
      () => sampleMean({ data: [1], shape: [2, 1] }),
    ],
    ["sampleMean: the samples are undefined", () => sampleMean(undefined as never)],
    ["sampleMean: sample 1 has 2 rows of 1 numbers, and sample 0 1 of 1", () => sampleMean([[1], [1, 2]])],
    ["predictiveVariance: the samples hold NaN in row 0; give finite numbers", () => varianceOfSample(Number.NaN)],
    ["predictiveEntropy: the samples hold 1.5; give probabilities from 0 to 1, not logits", () => predictiveEntropy([[1.5]])],
    ["variationRatio: the samples hold -1", () => variationRatio([[-1]])],
    ["sampleQuantiles: the levels are [1.5]; give an array of numbers from 0 to 1", () => sampleQuantiles([[1]], [1.5])],
    ["sampleQuantiles: the levels are 0.5", () => sampleQuantiles([[1]], 0.5 as never)],
    ["predictiveVariance: tau is 0; give the precision of the noise", () => predictiveVariance([[1]], { tau: 0 })],
    ["predictiveVariance: a variance is -1", () => predictiveVariance([[1], [2]], { variances: [[-1], [3]] })],
    [
      "predictiveVariance: there are 1 samples of 2 rows of 1 variances for 1 samples of 1 rows of 1 means",
      () => predictiveVariance([[1]], { variances: [[1, 2]] }),
    ],
    [
      "predictiveVariance: there are 1 samples of 1 rows of 1 variances for 2 samples",
      () => predictiveVariance([[1], [2]], { variances: [[1]] }),
    ],
    ["predictiveVariance: the options are undefined", () => predictiveVariance([[1]], undefined as never)],
    ["predictiveVariance: neither tau nor variances are given; give one", () => predictiveVariance([[1]], {} as never)],
    [
      "predictiveVariance: both tau and variances are given; give one",
      () => predictiveVariance([[1]], { tau: 1, variances: [[1]] } as never),
    ],
    ['predictiveVariance: unknown option "precision"', () => predictiveVariance([[1]], { precision: 1 } as never)],
    ['chooseTau: unknown option "taus"; the options are candidates', () => chooseTau([1, 2], [[1, 3]], { taus: [1] } as never)],
    ["probabilityIntegral: the options are undefined", () => probabilityIntegral([1], undefined as never)],
    ["coverageCurve: the means are undefined", () => coverageCurve([1], {} as never)],
    ["logLikelihood: tau is NaN", () => logLikelihood([1], [[1]], Number.NaN)],
    ["logLikelihood: there are 2 rows of 1 targets for samples of 1 rows of 1", () => logLikelihood([1, 2], [[1]], 1)],
    ["chooseTau: there is one row; give at least two rows", () => chooseTau([1], [[1.5], [0.5]])],
    [
      "chooseTau: each target is met exactly by a sample",
      () =>
        chooseTau(
          [1, 2],
          [
            [1, 3],
            [0, 2],
          ],
        ),
    ],
    ["chooseTau: there are no candidates", () => chooseTau([1, 2], [[1, 3]], { candidates: [] })],
    ["chooseTau: tau is -1", () => chooseTau([1, 2], [[1, 3]], { candidates: [-1] })],
    ["brierScore: the probabilities hold 2; give probabilities", () => brierScore([0], [[2, -1]])],
    ["brierScore: there are 1 predictions for 2 targets", () => brierScore([0, 1], two)],
    ["negativeLogLikelihood: the targets hold 2 in row 0", () => negativeLogLikelihood([2], two)],
    ["expectedCalibrationError: bins is 0; give a whole number", () => expectedCalibrationError([0], two, { bins: 0 })],
    ['reliabilityCurve: binning is "equal"', () => reliabilityCurve([0], two, { binning: "equal" as never })],
    ['reliabilityCurve: unknown option "bin"', () => reliabilityCurve([0], two, { bin: 3 } as never)],
    [
      "fitTemperature: no row's target has a lower logit than another class",
      () =>
        fitTemperature(
          [0, 1],
          [
            [2, 1],
            [0, 3],
          ],
        ),
    ],
    [
      "fitTemperature: the logits of the targets are no higher",
      () =>
        fitTemperature(
          [1, 0],
          [
            [2, 1],
            [0, 3],
          ],
        ),
    ],
    ["withTemperature: the temperature is 0; give a number above 0", () => withTemperature([[1, 2]], 0)],
    [
      "probabilityIntegral: a deviation is 0; give numbers above 0",
      () => probabilityIntegral([1], { mean: [1], deviation: [0] }),
    ],
    ["coverageCurve: there are 1 rows of 2 samples for 1 rows of 1", () => coverageCurve([1], { samples: [[[1, 2]]], tau: 1 })],
    ["riskCoverage: there are 1 predictions for 2 targets", () => riskCoverage([0, 1], [1])],
    ["riskCoverage: the losses have 2 numbers per row; give one", () => riskCoverage([[0, 1]] as never, [1])],
  ])("%s", (message, call) => {
    expect(call).toThrow(message);
  });

  function varianceOfSample(value: number) {
    return predictiveVariance([[value]], { tau: 1 });
  }
});
