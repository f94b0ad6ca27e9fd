import type { Model } from "../model/model.ts";
import type { RunFacts } from "../report/run-facts.ts";
import { sizeOf } from "../tensor/shape.ts";
import { commandLine } from "./command-line.ts";
import type { ImageSets } from "./image-sets.ts";
import { epochFacts, measuredClasses, networkFacts } from "./report-facts.ts";
import type { TrainEnd, TrainEpoch } from "./train-events.ts";
import { dataOf } from "./train-run.ts";
import type { TrainSettings } from "./train-settings.ts";
import { version } from "./version.ts";

/** A training on images that has ended. */
export interface ImageRun {
  /** What config.json holds. */
  readonly config: TrainSettings & { readonly data: string };
  readonly model: Model;
  readonly rows: { readonly training: number; readonly validation: number };
  readonly epochs: readonly TrainEpoch[];
  readonly end: TrainEnd;
}

/** What a report tells of a training on images. */
export async function imageFacts(
  { name, test, folder }: ImageSets,
  { config, model, rows, epochs, end }: ImageRun,
): Promise<RunFacts> {
  const outputs = sizeOf(model.outputShape);
  const held = config.validation === undefined ? "test" : "validation";
  const heldOf = ({ validationLoss, validationError, testLoss, testError }: TrainEpoch) =>
    held === "test" ? { loss: testLoss, error: testError } : { loss: validationLoss, error: validationError };
  const data = test && dataOf(test, model);
  const classes = folder?.classes ?? Array.from({ length: outputs }, (_, index) => String(index));
  return {
    data: name,
    version,
    task: { kind: "classification", target: folder ? "class" : "label", classes },
    things: "images",
    counts: { ...rows, test: test?.images.shape[0] ?? 0 },
    network: networkFacts([sizeOf(model.inputShape), ...config.hidden, outputs], model.weights, config),
    epochs: epochs.map((epoch) => epochFacts(epoch, heldOf(epoch), config, rows.training)),
    held,
    mostEpochs: config.epochs,
    bestEpoch: end.bestEpoch,
    reason: end.reason,
    seconds: end.seconds,
    weightsHash: end.weightsHash,
    rateMoves: config.dropoutSchedule !== undefined,
    ...(data && test
      ? {
          measured: measuredClasses(await model.predict(data.x, { output: "logits" }), test.labels.data, "test"),
        }
      : {}),
    command: commandLine(config),
  };
}
