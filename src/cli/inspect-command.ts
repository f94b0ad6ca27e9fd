import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AddCommand, Context } from "./context.ts";
import { wrapWords } from "./format.ts";
import { openTableModel } from "./model-argument.ts";
import { contractLines } from "./table-report.ts";

const HELP = `
<model> is a run folder or its model.safetensors. Of a model of a table it is
told what columns it takes; of a run folder, how each tenth epoch went.

Examples:
  drowse inspect runs/mnist-1
  drowse inspect runs/iris-1/model.safetensors`;

export const addInspect: AddCommand = (program, context) => {
  program
    .command("inspect")
    .summary("what a model is made of")
    .description("Tells a model's layers, rates and output, what table it is for, and how it was trained.")
    .argument("<model>", "a run folder, or a model's file")
    .addHelpText("after", HELP)
    .action((model: string) => inspect(model, context));
};

async function inspect(argument: string, { terminal }: Context): Promise<void> {
  const { model, preparation } = await openTableModel("inspect", argument);
  const lines = [model.summary(), `output: ${model.link ?? "not trained yet"}`];
  if (preparation) {
    const { target } = preparation;
    const what = target.task === "classification" ? `one of ${target.classes.join(", ")}` : "a number";
    lines.push(`predicts ${target.name}: ${what}`, ...contractLines(preparation));
  }
  const wrapped = lines.flatMap((line) => (line.includes("\n") ? line : wrapWords(line, Math.max(40, terminal.columns - 1))));
  const history = await historyOf(argument);
  terminal.write(`${[...wrapped, ...history].join("\n")}\n`);
}

/** The epochs of a run folder, each tenth, the first and the last; nothing of a file that stands alone. */
async function historyOf(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, "metrics.jsonl"), "utf8").catch(() => "");
  const events = text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));
  const epochs = events.filter(({ event }) => event === "epoch");
  const shown = epochs.filter(({ epoch }, index) => index === 0 || index === epochs.length - 1 || Number(epoch) % 10 === 0);
  const number = (name: string, value: unknown) => (typeof value === "number" ? [`${name} ${value.toFixed(4)}`] : []);
  return shown.map(({ epoch, loss, error, validationLoss, validationError, testError }) => {
    const measures = [...number("loss", loss), ...number("error", error), ...number("validation loss", validationLoss)];
    return [
      `epoch ${epoch}`,
      ...measures,
      ...number("validation error", validationError),
      ...number("test error", testError),
    ].join("   ");
  });
}
