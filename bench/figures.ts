import { type FigureCurve, figureSvg } from "./figure.ts";
import { digits, formatSeconds } from "./report.ts";
import type { CaseResult, Results } from "./results.ts";

/** This engine first, then each peer; dotted where nothing sleeps. */
const COLOURS = ["#2f81f7", "#a371f7", "#e07b00", "#2f9e77"];

/** A curve for each contestant that was measured at every place of a suite. */
function curvesOf(cases: readonly CaseResult[]): FigureCurve[] {
  const kinds = cases[0].rows.map(({ version, what }) => ({ version, what }));
  const versions = [...new Set(kinds.map(({ version }) => version))];
  return kinds.flatMap(({ version, what }) => {
    const points = cases.flatMap(({ at = 0, rows }) => {
      const row = rows.find((one) => one.version === version && one.what === what);
      return row ? [{ x: at, seconds: row.seconds.median }] : [];
    });
    if (points.length < cases.length) return [];
    const dashed = what.startsWith("without");
    // The table has the versions whole.
    const short = version.replace(/(\d+\.\d+)\S*$/, "$1");
    const label = dashed ? `${short}, no dropout` : short;
    return [{ label, colour: COLOURS[versions.indexOf(version) % COLOURS.length], dashed, points }];
  });
}

function described(curves: readonly FigureCurve[], unit: (x: number) => string): string {
  return curves
    .map(({ label, points }) => `${label}: ${points.map(({ x, seconds }) => `${formatSeconds(seconds)} ${unit(x)}`).join(", ")}`)
    .join("; ");
}

/** The pictures that results are enough for, by file name. */
export function figuresOf({ machine, cases }: Results): Map<string, string> {
  const figures = new Map<string, string>();
  const where = `${machine.cores} cores of ${machine.processor}, ${machine.date}`;
  const of = (suite: string) => cases.filter((one) => one.suite === suite).sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
  const rates = of("rates");
  if (rates.length > 1) {
    const curves = curvesOf(rates);
    const description = `${described(curves, (rate) => `at rate ${digits(rate)}`)}. ${where}.`;
    const title = "Time of a training step, by dropout rate";
    const across = "rate of the hidden layers of 784-1024-1024-10, batch 128";
    figures.set("step-by-rate.svg", figureSvg({ title, description, across, logarithmic: false, curves }));
  }
  const widths = of("widths");
  if (widths.length > 1) {
    const curves = curvesOf(widths);
    const description = `${described(curves, (width) => `at width ${width}`)}. ${where}.`;
    const title = "Time of a training step, by width";
    const across = "units of each of the two hidden layers, batch 128";
    figures.set("step-by-width.svg", figureSvg({ title, description, across, logarithmic: true, curves }));
  }
  return figures;
}
