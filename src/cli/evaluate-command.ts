import { weightsHash } from "../formats/weights-hash.ts";
import type { ClassMetricName } from "../metrics/metric.ts";
import { DrowseError } from "../tensor/errors.ts";
import { isOfTable, openAnyModel } from "./any-model.ts";
import type { AddCommand, Context } from "./context.ts";
import { evaluateImages } from "./evaluate-images.ts";
import { evaluateTable } from "./evaluate-table.ts";
import { formatCount, formatPercent } from "./format.ts";
import { isImages } from "./image-files.ts";
import { imageModel } from "./image-model.ts";
import { chooseSet, imageRows, openImageSets, type SetName } from "./image-sets.ts";
import { interruptible } from "./interrupt.ts";
import { jsonOption, metricsOption, setOption, threadsOption } from "./shared-options.ts";
import { addTableReading, type TableReading } from "./table-options.ts";
import { errorShare } from "./train-listener.ts";
import { UsageError } from "./usage-error.ts";

interface EvaluateOptions extends TableReading {
  readonly set?: SetName;
  readonly metrics?: readonly ClassMetricName[];
  readonly threads?: number;
  readonly json?: boolean;
}

const OPERATION = "evaluate";

const HELP = `
<model> is a run folder or its model.safetensors; <data> is as for
drowse train. Nothing sleeps. Of an ensemble the mean of what its members
predict is measured.

With --json the one event is, metrics under their own names,
  {"event":"done","set":"test","rows":10000,"loss":…,"testError":0.0142,…}
or error. With --set train the share is trainingError.

Of a table all rows that have a target are measured; numbers in its own units:
  {"event":"done","rows":150,"loss":…,"error":…} or with rmse, mae and r2
Of a folder of PNG images those are that lie in folders of the model's classes;
of one that has train and test those of --set, by default test.

Examples:
  drowse evaluate runs/mnist-1 mnist
  drowse evaluate runs/mnist-1 mnist --set train
  drowse evaluate runs/mnist-1 mnist --metrics auroc,macroF1,top2Accuracy
  drowse evaluate runs/mnist-1/model.safetensors data/my-digits --json
  drowse evaluate runs/iris-1 iris.csv
  drowse evaluate runs/pets-1 data/pets`;

export const addEvaluate: AddCommand = (program, context) => {
  const command = program
    .command("evaluate")
    .summary("loss and error of a model on images or a table")
    .description("Tells the loss and the error of a model on images with labels, or on a table.")
    .argument("<model>", "a run folder, or a model's file")
    .argument("<data>", "mnist, a folder of IDX files or of PNG images by class, or the file of a table")
    .addOption(setOption())
    .addOption(metricsOption("also measured"))
    .addOption(threadsOption())
    .addOption(jsonOption());
  addTableReading(command)
    .addHelpText("after", HELP)
    .action((model: string, data: string, options: EvaluateOptions) => evaluate(model, data, options, context));
};

async function evaluate(argument: string, data: string, options: EvaluateOptions, { terminal }: Context): Promise<void> {
  const { set: wanted, metrics = [], threads, json } = options;
  const found = await openAnyModel(OPERATION, argument);
  if (isOfTable(found)) {
    if (wanted) throw new UsageError("drowse", "--set is given, and the model is one of a table", "leave it out");
    return evaluateTable(found, data, options, terminal);
  }
  const { model, images: known } = found;
  if (await isImages(data)) return evaluateImages(imageModel(OPERATION, model, known), data, options, terminal);
  const { name, set, images, labels } = chooseSet(OPERATION, await openImageSets(OPERATION, data), wanted);
  const begun = performance.now();
  const evaluation = await interruptible((signal) =>
    model.evaluate(
      { x: imageRows(images, model.inputShape), y: labels.data },
      { signal, metrics, ...(threads === undefined ? {} : { threads }) },
    ),
  );
  const { loss, accuracy, rows } = evaluation;
  if (accuracy === undefined) {
    throw new DrowseError(OPERATION, "the model predicts numbers, not classes", "give a model that was trained on classes");
  }
  const error = errorShare(accuracy, rows);
  if (json) {
    const seconds = Number(((performance.now() - begun) / 1000).toFixed(3));
    const measures = { set, rows, loss, [set === "test" ? "testError" : "trainingError"]: error };
    const named = Object.fromEntries(metrics.map((name) => [name, evaluation[name]]));
    terminal.write(
      `${JSON.stringify({ event: "done", ...measures, ...named, weightsHash: await weightsHash(model.weights), seconds })}\n`,
    );
    return;
  }
  const label = set === "test" ? "test error" : "training error";
  const lines = [
    ["data", `${name}, ${set} set, ${formatCount(rows)} images`],
    ["loss", loss.toFixed(4)],
    [label, `${formatPercent(error)} (${formatCount(error * rows)} wrong)`],
    ...metrics.map((name) => [name, evaluation[name].toFixed(4)]),
  ];
  const width = Math.max(...lines.map(([key]) => key.length));
  terminal.write(lines.map(([key, value]) => `${key.padEnd(width)}  ${value}\n`).join(""));
}
