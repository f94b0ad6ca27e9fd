import { type Settings, standardSettings } from "./settings.ts";

/** Settings that make one point. */
export interface Preset {
  readonly name: string;
  /** What to look at, when it has run for a while. */
  readonly point: string;
  readonly settings: Settings;
}

function preset(name: string, point: string, settings: Partial<Settings>): Preset {
  return { name, point, settings: { ...standardSettings, ...settings } };
}

export const presets: readonly Preset[] = [
  preset(
    "Overfitting, cured",
    "Left, the loss on new points rises while the network learns its own by heart. Right, it stays low.",
    {},
  ),
  preset(
    "Too much sleep",
    "There are enough points here, and the left network learns the spiral. With 85 of 100 neurons asleep in every step the right one cannot.",
    { points: 300, noise: 0.03, rate: 0.85 },
  ),
  preset(
    "Sleepy inputs",
    "Each input sleeps half of the time. The right network knows its own points less well, and new ones better.",
    { data: "xor", noise: 0.1, rate: 0, inputRate: 0.5 },
  ),
  preset(
    "Too little data",
    "Dropout is no magic: with forty noisy points the right network is ahead at first, but by epoch 500 it has learned them by heart too.",
    { data: "circles", noise: 0.15, points: 40, hidden: [64, 64], rate: 0.5, batch: 8, learningRate: 0.003 },
  ),
  preset(
    "Standard = inverted",
    "The same neurons sleep in both. Left, who is awake speaks louder while it learns; right, all speak lower when it predicts. The curves are one, almost.",
    { data: "circles", noise: 0.12, points: 300, hidden: [32], scaling: "standard", left: "otherScaling", learningRate: 0.003 },
  ),
  preset(
    "An ensemble",
    "Every mask makes another network. Below, one of them beside the answer of all: where they disagree, the network is unsure.",
    { data: "moons", noise: 0.12, points: 40, hidden: [48], rate: 0.5, learningRate: 0.003, maxNorm: 2, batch: 8 },
  ),
  preset(
    "A gap in the data",
    "Between two heaps of points nobody knows how the curve goes. The band, of many masks, is narrow at the points and wide in between.",
    { data: "gap", noise: 0.05, points: 40, hidden: [64, 64], rate: 0.2, learningRate: 0.003 },
  ),
  preset(
    "Digits",
    "Left, a thousand handwritten digits are learned by heart. Right, one in five of the new ones that are read wrong there is read right.",
    { data: "digits", points: 1000, hidden: [128], rate: 0.5, inputRate: 0.2, learningRate: 0.001, batch: 32 },
  ),
  preset(
    "Is this a digit?",
    "Let it learn for a while. Then draw a digit on the pad below, and after it a scribble: other masks see other digits in it.",
    { data: "digits", points: 1000, hidden: [64, 64], rate: 0.4, inputRate: 0.1, learningRate: 0.003, batch: 32 },
  ),
  preset(
    "It finds the rate",
    "Concrete dropout learns how much to sleep. With so few points the rates rise; give it ten times as many, and they fall.",
    { data: "circles", noise: 0.12, points: 60, hidden: [48, 48], kind: "concrete", rate: 0.2, learningRate: 0.003 },
  ),
  preset(
    "Late to bed",
    "Both are one network until epoch 100, and overfit. Then neurons begin to fall asleep on the right, and the test loss falls.",
    { schedule: "late" },
  ),
];

/** The preset with these settings, if there is one. */
export function presetOf(settings: Settings): Preset | undefined {
  const text = JSON.stringify(settings);
  return presets.find((one) => JSON.stringify(one.settings) === text);
}
