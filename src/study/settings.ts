import { DrowseError, show } from "../tensor/errors.ts";
import { type Configuration, configuration } from "./configuration.ts";
import type { Parameters, Space, Value } from "./space.ts";

// From the values of a trial to a configuration. A setting of a space is a member of a configuration, but for two: `dropout` is the
// rate of all hidden layers, beside `dropout1`, `dropout2`, … for each, and `hidden` is a text, `128-64` or `none`.

/** What sweeps search where nothing is said: a rate for the inputs and for each hidden layer, and the learning rate. */
export function standardSpace(layers: number): Space {
  const rates = Array.from(
    { length: layers },
    (_, layer) => [`dropout${layer + 1}`, { kind: "float", low: 0, high: 0.8 }] as const,
  );
  return {
    inputDropout: { kind: "float", low: 0, high: 0.5 },
    ...Object.fromEntries(rates),
    learningRate: { kind: "float", low: 0.0003, high: 0.03, log: true },
  };
}

/**
 * The configuration of a trial: its values over those that stay.
 * @throws {DrowseError} on a setting that does not exist, and on values that have no meaning together.
 */
export function configurationOf(fixed: Partial<Configuration>, parameters: Parameters): Configuration {
  const { hidden: shape, dropout: every, ...others } = parameters;
  const hidden = shape === undefined ? (fixed.hidden ?? configuration().hidden) : widthsOf(shape);
  const perLayer = hidden.map((_, layer) => {
    const own = others[`dropout${layer + 1}`] ?? every;
    if (own !== undefined) return Number(own);
    const rates = fixed.dropout ?? configuration().dropout;
    return rates[Math.min(layer, rates.length - 1)] ?? 0;
  });
  const members = Object.entries(others).filter(([name]) => !/^dropout\d+$/.test(name));
  const { hidden: _, dropout: __, ...staying } = fixed;
  return configuration({ ...staying, ...Object.fromEntries(members), hidden, dropout: perLayer });
}

/** `128-64` as the units of two layers, `none` as no layer. */
export function widthsOf(text: Value): number[] {
  if (text === "none") return [];
  const units = String(text)
    .split("-")
    .map((part) => (/^[1-9]\d{0,4}$/.test(part) ? Number(part) : 0));
  if (!units.includes(0)) return units;
  throw new DrowseError("study", `hidden is ${show(text)}`, "give the units of the layers, such as 128-64, or none");
}

/** The same configuration with nothing asleep. */
export const withoutDropout = (one: Configuration): Configuration => ({
  ...one,
  inputDropout: 0,
  dropout: one.dropout.map(() => 0),
});

/** Names of the rates among the settings of a space. */
export const ratesOf = (space: Space): string[] => Object.keys(space).filter((name) => /^(inputDropout|dropout\d*)$/.test(name));
