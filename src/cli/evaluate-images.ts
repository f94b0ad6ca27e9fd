import type { ClassMetricName } from "../metrics/metric.ts";
import { imageFolder } from "../tables/image-folder.ts";
import { DrowseError } from "../tensor/errors.ts";
import { formatCount } from "./format.ts";
import { listImages } from "./image-files.ts";
import { type ImageModel, imageBlocks } from "./image-model.ts";
import type { SetName } from "./image-sets.ts";
import { interruptible } from "./interrupt.ts";
import { measureRows } from "./measure-rows.ts";
import { measuresText } from "./table-measures.ts";
import type { Terminal } from "./terminal.ts";

const OPERATION = "evaluate";

interface ImageEvaluateOptions {
  readonly set?: SetName;
  readonly metrics?: readonly ClassMetricName[];
  readonly threads?: number;
  readonly json?: boolean;
}

/** `drowse evaluate` for a folder of PNG images: what the model is worth on those whose folder is one of its classes. */
export async function evaluateImages(
  known: ImageModel,
  data: string,
  { set: wanted, metrics = [], threads, json }: ImageEvaluateOptions,
  terminal: Terminal,
): Promise<void> {
  const { model, target } = known;
  const folder = imageFolder((await listImages(OPERATION, data)).images, { classes: target.classes });
  const set = folder.all ? undefined : (wanted ?? (folder.test ? "test" : "train"));
  const images = set === undefined ? folder.all : folder[set];
  if (images === undefined || (wanted !== undefined && set === undefined)) {
    throw new DrowseError(OPERATION, `${data} has no folder ${wanted ?? set}`, "leave --set out, or add the folder");
  }
  const labelled = images.filter(({ label }) => label >= 0);
  if (labelled.length === 0) {
    const received = `no image in ${data} lies in a folder of a class of the model`;
    throw new DrowseError(OPERATION, received, `name the folders as its classes: ${target.classes.slice(0, 20).join(", ")}`);
  }
  async function* blocks() {
    for await (const { files, x } of imageBlocks(known, labelled)) yield { x, y: Int32Array.from(files, ({ label }) => label) };
  }
  const measures = await interruptible((signal) =>
    measureRows(model, target, blocks(), { metrics, signal, ...(threads === undefined ? {} : { threads }) }),
  );
  const left = images.length - labelled.length;
  if (left > 0) terminal.writeError(`images left out, for training did not know the class of their folder: ${left}\n`);
  const which = set === undefined ? {} : { set };
  if (json) terminal.write(`${JSON.stringify({ event: "done", ...which, ...measures })}\n`);
  else terminal.write(`${data}${set ? `, ${set} set` : ""}: ${formatCount(labelled.length)} images: ${measuresText(measures)}\n`);
}
