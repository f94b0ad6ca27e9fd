import type { JSX } from "preact";
import type { Settings } from "../../state/settings.ts";
import type { Scene } from "../scene.tsx";
import { BackwardThroughAlpha, Restore, Sleep } from "./alpha.tsx";
import { Forward, PredictAsItIs, Update } from "./common.tsx";
import { BackwardThroughRelaxed, RelaxedMask, RelaxedScale } from "./concrete.tsx";
import { BackwardThroughWeights, MaskedForward, PredictWithWeights, WeightMask } from "./drop-connect.tsx";
import { Backward, Mask, Predict, Scale } from "./masks.tsx";
import { BackwardThroughNoise, LearnedNoise, Multiply, Noise, PredictWithoutNoise } from "./noise.tsx";
import { BackwardThroughChance, Chance, ChanceMask, PredictByChance } from "./standout.tsx";

/** A stage of a step: its name, and what it shows. */
export interface StageOfStep {
  readonly name: string;
  readonly Stage: (scene: Scene) => JSX.Element;
}

const forward: StageOfStep = { name: "Forward", Stage: Forward };
const update: StageOfStep = { name: "Update", Stage: Update };

/** The stages of a step with each kind of dropout. */
export const stagesOf: Readonly<Record<Settings["kind"], readonly StageOfStep[]>> = {
  dropout: [
    forward,
    { name: "Mask", Stage: Mask },
    { name: "Scale", Stage: Scale },
    { name: "Backward", Stage: Backward },
    update,
    { name: "Predict", Stage: Predict },
  ],
  gaussian: [
    forward,
    { name: "Noise", Stage: Noise },
    { name: "Multiply", Stage: Multiply },
    { name: "Backward", Stage: BackwardThroughNoise },
    update,
    { name: "Predict", Stage: PredictWithoutNoise },
  ],
  variational: [
    forward,
    { name: "Noise", Stage: LearnedNoise },
    { name: "Multiply", Stage: Multiply },
    { name: "Backward", Stage: BackwardThroughNoise },
    update,
    { name: "Predict", Stage: PredictWithoutNoise },
  ],
  alpha: [
    forward,
    { name: "Sleep", Stage: Sleep },
    { name: "Restore", Stage: Restore },
    { name: "Backward", Stage: BackwardThroughAlpha },
    update,
    { name: "Predict", Stage: PredictAsItIs },
  ],
  dropConnect: [
    { name: "Mask", Stage: WeightMask },
    { name: "Forward", Stage: MaskedForward },
    { name: "Backward", Stage: BackwardThroughWeights },
    update,
    { name: "Predict", Stage: PredictWithWeights },
  ],
  standout: [
    forward,
    { name: "Chance", Stage: Chance },
    { name: "Mask", Stage: ChanceMask },
    { name: "Backward", Stage: BackwardThroughChance },
    update,
    { name: "Predict", Stage: PredictByChance },
  ],
  concrete: [
    forward,
    { name: "Mask", Stage: RelaxedMask },
    { name: "Scale", Stage: RelaxedScale },
    { name: "Backward", Stage: BackwardThroughRelaxed },
    update,
    { name: "Predict", Stage: PredictAsItIs },
  ],
};
