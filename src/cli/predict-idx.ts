import type { Model } from "../model/model.ts";
import type { QueuePredictor } from "../queue/queue-predictor.ts";
import type { PartPredictions, PartSpread } from "../study/part-tensors.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { IdxBytes } from "./idx-folder.ts";
import { partsOf, spread } from "./predict-spread.ts";
import { type Columns, columnsOf, type Output, uncertainColumns } from "./prediction-columns.ts";

interface IdxOptions {
  readonly output: Output;
  readonly uncertainty?: number | true;
  readonly threads?: number;
}

/** What is predicted of images that are in memory: here, or by the workers of a queue. */
export async function predictIdx(
  { model, predictor }: { readonly model: Model; readonly predictor?: QueuePredictor | undefined },
  x: IdxBytes,
  { output, uncertainty, threads }: IdxOptions,
  signal: AbortSignal,
): Promise<Columns> {
  const outputs = sizeOf(model.outputShape);
  const samples = uncertainty === true ? undefined : uncertainty;
  const asked = output === "logits" ? "logits" : "link";
  const run = { signal, ...(threads === undefined ? {} : { threads }) };
  const predicted = predictor
    ? await inParts(model, predictor, x, { output: asked, samples, signal })
    : samples === undefined
      ? await model.predict(x, { ...run, output: asked })
      : await model.predictUncertain(x, { ...run, samples });
  return "data" in predicted ? columnsOf(predicted.data, outputs, output) : uncertainColumns(predicted, outputs, output);
}

async function inParts(
  model: Model,
  predictor: QueuePredictor,
  x: IdxBytes,
  request: { output: "link" | "logits"; samples: number | undefined; signal: AbortSignal },
): Promise<PartPredictions> {
  async function* pieces() {
    yield* partsOf(model, x, request.samples, (part, first) => ({ x: part, first }));
  }
  const all: PartPredictions[] = [];
  for await (const [, predicted] of spread(predictor, pieces(), request)) all.push(predicted);
  const [count] = x.shape;
  const joined = <Numbers extends Float32Array | Float64Array>(empty: Numbers, of: readonly Numbers[]): Numbers => {
    let end = 0;
    for (const numbers of of) {
      empty.set(numbers, end);
      end += numbers.length;
    }
    return empty;
  };
  const plain = all.filter((part) => "data" in part);
  const outputs = sizeOf(model.outputShape);
  if (plain.length > 0) {
    const data = joined(
      new Float32Array(count * outputs),
      plain.map((part) => part.data),
    );
    return { data, shape: [count, ...model.outputShape] };
  }
  const told = all.filter((part): part is PartSpread => !("data" in part));
  const statistic = (name: "mean" | "std") => ({
    data: joined(
      new Float64Array(count * outputs),
      told.map((part) => part[name].data),
    ),
    shape: [count, ...model.outputShape],
  });
  const perRow = (name: "entropy" | "mutualInformation" | "variationRatio") =>
    joined(
      new Float64Array(count),
      told.map((part) => part[name]),
    );
  return {
    ...{ mean: statistic("mean"), std: statistic("std"), entropy: perRow("entropy") },
    ...{ mutualInformation: perRow("mutualInformation"), variationRatio: perRow("variationRatio") },
  };
}
