import { dot, link, ruleY } from "@observablehq/plot";
import { expectedCalibrationError, type ReliabilityBin, reliabilityCurve } from "../uncertainty/reliability.ts";
import { COLOURS, chart } from "./chart.ts";
import { type Html, html } from "./html.ts";
import { counted, percent } from "./numbers.ts";
import type { Measured, RunFacts } from "./run-facts.ts";

type MeasuredClasses = Extract<Measured, { readonly kind: "classification" }>;

/** Rows that a bin should have: fewer say little. */
const BIN_ROWS = 25;
const MOST_BINS = 10;
/** 0.975 quantile of the normal distribution. */
const TWO_SIDED_95 = 1.96;

/** How far off a network is in how sure it is. */
export interface CalibrationError {
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error over bins of as many rows each. */
  readonly error: number;
  /** What chance makes of it: its expectation for a network that is as sure as it is right. */
  readonly chance: number;
}

/**
 * The expected calibration error, over bins of as many rows each, and what it would be in the mean if the network were as sure as it is
 * right. The share right in a bin of n rows of confidence c is then near normal, so that
 *
 *     E |accuracy - confidence| = sqrt(2 / pi) sqrt(c (1 - c) / n)
 */
export function calibrationError({ targets, probabilities, rows }: MeasuredClasses): CalibrationError {
  const options = { bins: Math.max(2, Math.min(MOST_BINS, Math.floor(rows / BIN_ROWS))), binning: "equalCount" } as const;
  const bins = reliabilityCurve(targets, probabilities, options);
  const error = expectedCalibrationError(targets, probabilities, options);
  const chance = bins.reduce(
    (sum, { confidence: c, count: n }) => sum + (n / rows) * Math.sqrt(((2 / Math.PI) * Math.max(0, c * (1 - c))) / n),
    0,
  );
  return { bins, error, chance };
}

/** How often the network is right where it says how sure it is. */
export function calibration(facts: RunFacts, measured: MeasuredClasses): Html {
  const { bins, error, chance } = calibrationError(measured);
  return html`<section aria-labelledby="calibration">
<h2 id="calibration">Is it as sure as it is right?</h2>
<div class="beside"><figure><figcaption>Right, by how sure it was</figcaption>
${diagram(bins, error)}</figure>
<div><p>Where it says 80%, it should be right in 80 of 100 cases: dots on the line. Below the line it is too sure of itself, above not
sure enough. Each dot stands for about ${counted(bins[0].count, facts.things.slice(0, -1))} of the ${measured.set} set, and its stroke is
what chance allows (95%).</p>
<p>The expected calibration error, the mean distance from the line, is <strong>${percent(error)}</strong>. With so many
${facts.things}, chance alone would make it about ${percent(chance)} if the network were exactly as sure as it is right.</p></div></div>
</section>`;
}

function diagram(bins: readonly ReliabilityBin[], error: number): Html {
  const least = Math.min(...bins.map(({ confidence, accuracy, count }) => Math.min(confidence, wilson(accuracy, count)[0])));
  const from = Math.max(0, Math.floor(least * 10 - 0.2) / 10);
  const points = bins.map((bin) => ({
    ...bin,
    low: wilson(bin.accuracy, bin.count)[0],
    high: wilson(bin.accuracy, bin.count)[1],
  }));
  const told = bins.map(({ confidence, accuracy }) => `${percent(accuracy)} right where ${percent(confidence)} sure`);
  return chart({
    description: `Expected calibration error ${percent(error)}: ${told.join(", ")}.`,
    x: { label: "how sure, in the mean", domain: [from, 1], ticks: 5, tickFormat: percentTick },
    y: { label: "share right", domain: [from, 1], grid: true, ticks: 5, tickFormat: percentTick },
    marks: [
      ruleY([from], { stroke: COLOURS.faint }),
      link([0], { x1: from, y1: from, x2: 1, y2: 1, stroke: COLOURS.faint, strokeWidth: 1.5, strokeDasharray: "4 3" }),
      link(points, {
        x1: "confidence",
        x2: "confidence",
        y1: "low",
        y2: "high",
        stroke: COLOURS.held,
        strokeOpacity: 0.5,
        strokeWidth: 3,
      }),
      dot(points, {
        x: "confidence",
        y: "accuracy",
        r: 4,
        fill: COLOURS.held,
        title: ({ confidence, accuracy, count }: ReliabilityBin) =>
          `${percent(accuracy)} of ${count} right, where it was ${percent(confidence)} sure`,
      }),
    ],
  });
}

const percentTick = (share: number) => `${Math.round(100 * share)}%`;

/**
 * Wilson's 95% interval (1927) of a share p of n:
 *
 *     (p + z²/2n ± z sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n)
 */
export function wilson(p: number, n: number): readonly [low: number, high: number] {
  const square = TWO_SIDED_95 * TWO_SIDED_95;
  const middle = p + square / (2 * n);
  const half = TWO_SIDED_95 * Math.sqrt((p * (1 - p)) / n + square / (4 * n * n));
  return [Math.max(0, (middle - half) / (1 + square / n)), Math.min(1, (middle + half) / (1 + square / n))];
}
