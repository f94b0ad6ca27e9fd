import { stat } from "node:fs/promises";
import type { QueuePredictor } from "../queue/queue-predictor.ts";
import { DrowseError } from "../tensor/errors.ts";
import { listImages, oneImage } from "./image-files.ts";
import { type ImageModel, imageBlocks } from "./image-model.ts";
import type { SetName } from "./image-sets.ts";
import type { Terminal } from "./terminal.ts";
import { type InputRows, type WriteOptions, writePredictions } from "./write-predictions.ts";

const OPERATION = "predict";

/** `drowse predict` for a PNG image or a folder of them: the path of each, and behind it what is predicted. */
export async function predictImages(
  { predictor, ...known }: ImageModel & { readonly predictor?: QueuePredictor | undefined },
  data: string,
  options: WriteOptions & { readonly set?: SetName },
  terminal: Terminal,
): Promise<void> {
  const files = await filesOf(data, options.set);
  async function* rows(size?: number): AsyncGenerator<InputRows> {
    for await (const { first, files: some, x } of imageBlocks(known, files, size)) {
      yield { names: ["path"], rows: some.map(({ path }) => [path]), first, x };
    }
  }
  await writePredictions({ model: known.model, target: known.target, rows, predictor }, options, terminal);
}

async function filesOf(data: string, set: SetName | undefined) {
  const isFolder = (await stat(data)).isDirectory();
  const files = isFolder ? (await listImages(OPERATION, data)).images : [await oneImage(data)];
  if (set === undefined) return files;
  const chosen = files.filter(({ path }) => isFolder && path.startsWith(`${set}/`));
  if (chosen.length > 0) return chosen;
  throw new DrowseError(OPERATION, `--set ${set} is given, and ${data} has no images in a folder ${set}`, "leave it out");
}
