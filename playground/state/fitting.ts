import { isImages, OWN } from "../data/data-set.ts";
import { SAMPLE } from "../data/digits.ts";
import { type Settings, standardSettings } from "./settings.ts";

// Settings that do not go together, each of which is one by itself: what is changed, and why.

/** The kinds of dropout with what they take of the other settings. */
interface KindLimits {
  /** The rates that the sliders give. */
  readonly low: number;
  readonly high: number;
  /** Whether 0 and 1 are rates of it. */
  accepts(rate: number): boolean;
  /** The rates in words. */
  readonly rates: string;
  readonly activations?: readonly Settings["activation"][];
  /** Whether there are two ways to scale it. */
  readonly scales?: boolean;
  /** Whether the network learns its rates: then there is nothing that could follow a schedule. */
  readonly learns?: boolean;
}

const anyRate = { low: 0, high: 1, accepts: () => true, rates: "from 0 to 1" };
const below1 = { low: 0, high: 0.95, accepts: (rate: number) => rate < 1, rates: "below 1" };

export const limits: Readonly<Record<Settings["kind"], KindLimits>> = {
  dropout: { ...anyRate, scales: true },
  gaussian: below1,
  alpha: { ...below1, activations: ["selu"] },
  dropConnect: { ...anyRate, scales: true },
  standout: { ...anyRate, activations: ["relu", "selu", "gelu", "swish", "tanh"] },
  concrete: {
    low: 0.05,
    high: 0.95,
    accepts: (rate) => rate > 0 && rate < 1,
    rates: "above 0 and below 1, to begin with",
    learns: true,
  },
  variational: {
    low: 0.05,
    high: 0.5,
    accepts: (rate) => rate > 0 && rate <= 0.5,
    rates: "above 0 and at most 0.5, to begin with",
    learns: true,
  },
};

/** Points that are made, and images of the sample. */
const MOST_POINTS = 1000;
/** How many times its rate a layer has at first, with the schedule that is loaded in front. */
export const PEAK = 1.5;

/** A change that makes settings go together. */
interface Remedy {
  readonly changes: Partial<Settings>;
  readonly says: string;
}

type Rule = (settings: Settings) => Remedy | undefined;

/** Brings the rates of hidden layers into a range. */
function limited({ rate, rates }: Settings, most: (rate: number) => number): Partial<Settings> {
  return { rate: most(rate), rates: rates.map(most) };
}

const rules: readonly Rule[] = [
  function ratesOfLayers({ rates, hidden }) {
    if (rates.length === 0 || rates.length === hidden.length) return undefined;
    return { changes: { rates: [] }, says: `rates has ${rates.length} numbers, and there are ${hidden.length} hidden layers` };
  },
  function pointsOfSet({ data, points }) {
    const most = data === "digits" ? SAMPLE.train : isImages(data) || data === OWN ? Number.POSITIVE_INFINITY : MOST_POINTS;
    if (points <= most) return undefined;
    const says = `data=${data} has at most ${most.toLocaleString("en")} points to learn from, not ${points.toLocaleString("en")}`;
    return { changes: { points: Math.min(most, standardSettings.points) }, says };
  },
  function ratesOfKind(settings) {
    const { kind, rate, rates } = settings;
    const { accepts, low, high, rates: range } = limits[kind];
    const wrong = [rate, ...rates].find((one) => !accepts(one));
    if (wrong === undefined) return undefined;
    const changes = limited(settings, (one) => (accepts(one) ? one : Math.min(high, Math.max(low, one))));
    return { changes, says: `kind=${kind} takes rates ${range}, not ${wrong}` };
  },
  function inputsOfKind({ kind, inputRate }) {
    if (kind !== "gaussian" || limits.gaussian.accepts(inputRate)) return undefined;
    return { changes: { inputRate: limits.gaussian.high }, says: `kind=gaussian takes an inputRate below 1, not ${inputRate}` };
  },
  function activationOfKind({ kind, activation }) {
    const { activations } = limits[kind];
    if (!activations || activations.includes(activation)) return undefined;
    const those = activations.join(", ");
    return {
      changes: { activation: activations[0] },
      says: `kind=${kind} goes with the activation ${those}, not with ${activation}`,
    };
  },
  function scalingOfKind({ kind, left }) {
    if (left === "awake" || limits[kind].scales) return undefined;
    const says = `left=${left} is for kinds with two scalings, dropout and dropConnect, not for kind=${kind}`;
    return { changes: { left: "awake" }, says };
  },
  function learnedRates({ kind, schedule }) {
    if (schedule === "constant" || !limits[kind].learns) return undefined;
    return {
      changes: { schedule: "constant" },
      says: `kind=${kind} learns its rates: there is none that could follow schedule=${schedule}`,
    };
  },
  function frontLoadedRates(settings) {
    const { schedule, rate, rates, inputRate } = settings;
    if (schedule !== "frontLoaded") return undefined;
    const most = 1 / PEAK;
    const wrong = [rate, ...rates, inputRate].find((one) => one > most);
    if (wrong === undefined) return undefined;
    const floor = Math.floor(100 * most) / 100;
    const cut = (one: number) => Math.min(one, floor);
    return {
      changes: { ...limited(settings, cut), inputRate: cut(inputRate) },
      says: `schedule=frontLoaded begins with ${PEAK} times the rate, which is at most ${floor} then, not ${wrong}`,
    };
  },
];

/** Settings that go together, and what was changed to make them, in words. */
export function fitted(settings: Settings): { readonly settings: Settings; readonly says: readonly string[] } {
  const says: string[] = [];
  let fitting = settings;
  for (const rule of rules) {
    const remedy = rule(fitting);
    if (!remedy) continue;
    fitting = { ...fitting, ...remedy.changes };
    says.push(remedy.says);
  }
  return { settings: fitting, says };
}
