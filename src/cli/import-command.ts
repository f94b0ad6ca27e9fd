import { readFile } from "node:fs/promises";
import { Option } from "commander";
import { saveModel } from "../formats/model-file.ts";
import { loadStateDict } from "../formats/state-dict.ts";
import { saveImageModel, saveTableModel } from "../tables/table-model.ts";
import { DrowseError } from "../tensor/errors.ts";
import { checkNew, writeFileAtomic } from "./atomic-write.ts";
import type { AddCommand, Context } from "./context.ts";
import { openTableModel } from "./model-argument.ts";
import { ofFile } from "./of-file.ts";
import { layerNames } from "./option-values.ts";

interface ImportOptions {
  readonly to: string;
  readonly names?: Readonly<Record<string, string>>;
}

const OPERATION = "import";

const HELP = `
<model> says what the layers are: a run folder or its model.safetensors. <file>
has the weights, as PyTorch writes them:
  safetensors.torch.save_file(model.state_dict(), "weights.safetensors")
All of them are replaced: each tensor must be there with its shape, and no
other. The layers of a torch.nn.Sequential of the same layers have the same
places, 0.weight; --names says of others what they are.

Half precision and bfloat16 become single precision exactly, double precision
is rounded. The new file is written whole or not at all, and replaces none.

Examples:
  drowse import runs/mnist-1 weights.safetensors --to trained.safetensors
  drowse import runs/mnist-1 mlp.safetensors --names fc1=dense1,fc2=dense2 \\
    --to trained.safetensors`;

export const addImport: AddCommand = (program, context) => {
  program
    .command("import")
    .summary("a model with weights of PyTorch")
    .description("Replaces a model's weights by those of a PyTorch state dict in safetensors.")
    .argument("<model>", "a run folder, or a model's file")
    .argument("<file>", "the weights, a safetensors file")
    .addOption(new Option("--to <file>", "the model's file to write").makeOptionMandatory())
    .addOption(new Option("--names <pairs>", "the file's names of layers, and the model's").argParser(layerNames("--names")))
    .addHelpText("after", HELP)
    .action((model: string, file: string, options: ImportOptions) => importWeights(model, file, options, context));
};

async function importWeights(argument: string, file: string, { to, names = {} }: ImportOptions, context: Context): Promise<void> {
  const { terminal } = context;
  const { model, preparation, images } = await openTableModel(OPERATION, argument);
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === "ENOENT" || error.code === "ENOTDIR";
    const received = `${file} ${missing ? "does not exist" : `cannot be read (${error.code})`}`;
    throw new DrowseError(OPERATION, received, "give a safetensors file of weights");
  });
  await checkNew(OPERATION, to);
  const { converted, ignored } = ofFile(file, () => loadStateDict(model, bytes, { names }));
  const own = preparation ? saveTableModel(model, preparation) : images && saveImageModel(model, images);
  await writeFileAtomic(to, own ?? saveModel(model));
  for (const [name, dtype] of converted) {
    terminal.write(`${name}: ${dtype} ${dtype === "F64" ? "rounded to" : "became"} single precision\n`);
  }
  if (ignored.length > 0) terminal.write(`passed over: ${ignored.join(", ")}\n`);
  terminal.write(`wrote ${to}\n`);
}
