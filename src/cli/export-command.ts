import { Option } from "commander";
import { toOnnx } from "../onnx/to-onnx.ts";
import { checkNew, writeFileAtomic } from "./atomic-write.ts";
import type { AddCommand, Context } from "./context.ts";
import { formatCount } from "./format.ts";
import { openTableModel } from "./model-argument.ts";

interface ExportOptions {
  readonly onnx: string;
  readonly output: "link" | "logits";
  readonly liveDropout?: boolean;
}

const OPERATION = "export";

const HELP = `
<model> is a run folder or its model.safetensors, which Python's safetensors
opens as it is. The ONNX file has operators of version 13; onnxruntime and
onnxruntime-web run it. Its inputs and outputs say what they are:
  input           [batch, …] in single precision; of images byte times
                  inputScale, which stands in the file's metadata
  probabilities   [batch, classes]; with --output logits: logits
Of a model of a table each column is an input by its name: numbers [batch, 1]
in double precision, NaN where missing; categories [batch, 1] as texts; vectors
[batch, size]. prediction is the name of a class, or a number in the target's
own units.

With --live-dropout there is an input training_mode, a boolean: true for the
samples of Monte Carlo prediction, whose masks the runtime draws; false for
predictions. It must be given.

The file is written whole or not at all, and replaces none.

Examples:
  drowse export runs/mnist-1 --onnx mnist.onnx
  drowse export runs/iris-1 --onnx iris.onnx --live-dropout`;

export const addExport: AddCommand = (program, context) => {
  program
    .command("export")
    .summary("a model for other programs, as ONNX")
    .description("Writes a model as an ONNX file, with what makes its inputs of a table's columns.")
    .argument("<model>", "a run folder, or a model's file")
    .addOption(new Option("--onnx <file>", "the file to write").makeOptionMandatory())
    .addOption(
      new Option("--output <kind>", "link: what predict gives; logits: what stands before")
        .choices(["link", "logits"])
        .default("link"),
    )
    .addOption(new Option("--live-dropout", "an input training_mode says whether what drops does so"))
    .addHelpText("after", HELP)
    .action((model: string, options: ExportOptions) => exportModel(model, options, context));
};

async function exportModel(argument: string, options: ExportOptions, { terminal }: Context): Promise<void> {
  const { onnx, output, liveDropout = false } = options;
  const { model, preparation } = await openTableModel(OPERATION, argument);
  await checkNew(OPERATION, onnx);
  const bytes = toOnnx(model, { output, preparation, liveDropout });
  await writeFileAtomic(onnx, bytes);
  terminal.write(`wrote ${formatCount(bytes.length)} bytes to ${onnx}\n`);
}
