import { limits } from "../state/fitting.ts";
import type { Settings } from "../state/settings.ts";

// What is said of the kinds of dropout.

interface KindWords {
  /** In the list of kinds. */
  readonly called: string;
  /** Above the right network. */
  readonly title: string;
  /** Below the list. */
  readonly says: string;
  /** What a draw is called. */
  readonly draw: "mask" | "draw";
  /** Whether numbers are multiplied by noise, and nobody sleeps. */
  readonly isNoise?: boolean;
}

export const kindWords: Readonly<Record<Settings["kind"], KindWords>> = {
  dropout: {
    called: "neurons sleep",
    title: "Neurons fall asleep",
    says: "Dropout: each neuron sleeps with the probability of its layer, others for each point.",
    draw: "mask",
  },
  gaussian: {
    called: "Gaussian noise",
    title: "Neurons are shaken",
    says: "Gaussian dropout: nobody sleeps; each neuron is multiplied by noise as strong as dropout’s.",
    draw: "draw",
    isNoise: true,
  },
  alpha: {
    called: "alpha, with selu",
    title: "Neurons fall asleep",
    says: "Alpha dropout: who sleeps becomes what selu is far below 0, and all are moved so that mean and variance stay.",
    draw: "mask",
  },
  dropConnect: {
    called: "weights sleep",
    title: "Weights fall asleep",
    says: "DropConnect: not neurons but single weights sleep, each with the rate of the layer it comes from.",
    draw: "mask",
  },
  standout: {
    called: "the quiet sleep",
    title: "The quiet fall asleep",
    says: "Standout: a neuron sleeps the more often the less it has to say. The rate is that of one whose sum is 0.",
    draw: "mask",
  },
  concrete: {
    called: "rates are learned",
    title: "Neurons learn to sleep",
    says: "Concrete dropout: each layer learns its rate with its weights. The rate here is the one it begins with.",
    draw: "mask",
  },
  variational: {
    called: "noise is learned",
    title: "Neurons are shaken",
    says: "Variational dropout: Gaussian noise, and each layer learns how much. The rate here is the one it begins with.",
    draw: "draw",
    isNoise: true,
  },
};

/** What stands above a network; the left one is "awake" here, whatever it is. */
export function titleOf(twin: "awake" | "drowsy", settings: Pick<Settings, "kind" | "left" | "scaling">): string {
  const { kind, left, scaling } = settings;
  if (left === "otherScaling") return (twin === "drowsy") === (scaling === "inverted") ? "Inverted scaling" : "Standard scaling";
  if (twin === "drowsy") return kindWords[kind].title;
  return `Every ${sleepers(settings) === "weights" ? "weight" : "neuron"} awake`;
}

/** What of a step sleeps: neurons, or weights. */
export function sleepers({ kind }: Pick<Settings, "kind">): "neurons" | "weights" {
  return kind === "dropConnect" ? "weights" : "neurons";
}

const shaken = (rate: number) => (rate === 0 ? "no noise" : `noise 1 ± ${Math.sqrt(rate / (1 - rate)).toFixed(2)}`);

/** What a rate means, in words. */
export function rateWords(kind: Settings["kind"], rate: number): string {
  if (kindWords[kind].isNoise) return shaken(rate);
  if (rate === 0) return kind === "dropConnect" ? "all awake" : "nobody sleeps";
  const percent = `${Math.round(100 * rate)} %`;
  if (kind === "standout") return `${percent} at sum 0`;
  return limits[kind].learns ? `begins at ${percent}` : `${percent} asleep`;
}
