import { type Configuration, configuration } from "../study/configuration.ts";
import type { TrainSettings } from "./train-settings.ts";

/** The settings of a run as a configuration: all that decides a training but its data and its seed. */
export function configurationOf(settings: TrainSettings): Configuration {
  const { hidden, activation, dropoutKind, dropout, inputDropout, scaling, dropoutSchedule } = settings;
  const { optimizer, learningRate, schedule, warmup, decaySteps, decayFactor, reduceOnPlateau } = settings;
  const { momentum, nesterov, weightDecay, maxNorm, clipNorm, clipValue } = settings;
  const { batchSize, epochs, earlyStopping = "none", labelSmoothing = 0, classWeights } = settings;
  const members = {
    ...{ hidden, activation, dropoutKind, dropout: hidden.map(() => dropout), inputDropout, scaling, dropoutSchedule },
    ...{ optimizer, learningRate, schedule, warmup, decaySteps, decayFactor, reduceOnPlateau },
    ...{ momentum, nesterov, weightDecay, maxNorm, clipNorm, clipValue },
    ...{ batchSize, epochs, patience: earlyStopping, labelSmoothing, classWeights },
  };
  return configuration(Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)));
}
