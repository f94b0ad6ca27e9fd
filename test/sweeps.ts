import { createHash } from "node:crypto";
import type { Executor } from "../src/study/executor.ts";
import { tpe } from "../src/study/samplers/tpe.ts";
import type { SweepRequest } from "../src/study/sweep.ts";
import type { FoldRequest, FoldResult } from "../src/study/trial.ts";

/** A result that is a pure function of the request, as a training's is, and costs nothing: best at a rate of 0.4. */
export function quickResult(request: FoldRequest): FoldResult {
  const { configuration, repeat, fold } = request;
  const [rate] = configuration.dropout;
  const noise = createHash("sha256")
    .update(JSON.stringify([repeat, fold, rate]))
    .digest();
  const rows = { training: 8, stopping: 0, heldOut: 2 };
  const common = {
    repeat,
    fold,
    rows,
    epochs: 3,
    bestEpoch: 2,
    parameters: 10,
    weightsHash: noise.toString("hex"),
    seconds: 0.5,
  };
  if (configuration.inputDropout > 0.45) return { ...common, failure: "the numbers of dense1 are not finite at step 3" };
  const loss = (rate - 0.4) ** 2 + noise[0] / 5000;
  return { ...common, measures: { loss, error: loss / 2, negativeLogLikelihood: loss, calibrationError: 0.1 } };
}

/** An executor that notes what it was asked for; some trainings take longer than others. */
export function quickExecutor(capacity = 2, turns = 3): Executor & { readonly asked: FoldRequest[] } {
  const asked: FoldRequest[] = [];
  return {
    capacity,
    asked,
    async run(request) {
      asked.push(request);
      for (let turn = asked.length % turns; turn >= 0; turn--) await new Promise((resolve) => setImmediate(resolve));
      return quickResult(request);
    },
    runMember: () => Promise.reject(new Error("no member is asked for")),
    close: async () => {},
  };
}

/** A sweep over two rates. */
export const quickSweep = (changes: Partial<SweepRequest> = {}): SweepRequest => ({
  space: { dropout: { kind: "float", low: 0, high: 0.8 }, inputDropout: { kind: "float", low: 0, high: 0.5 } },
  fixed: { hidden: [8], dropout: [0.1] },
  sampler: tpe({ startup: 4 }),
  pruning: "median",
  trials: 12,
  objective: "loss",
  resampling: { folds: 3, repeats: 1, seed: 4 },
  seed: 4,
  lag: 3,
  ...changes,
});
