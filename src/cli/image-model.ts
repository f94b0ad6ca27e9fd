import type { Model } from "../model/model.ts";
import type { ImageFile } from "../tables/image-folder.ts";
import type { ImagePreparation } from "../tables/image-preparation.ts";
import type { TableTarget } from "../tables/preparation.ts";
import { readImages } from "../tables/read-images.ts";
import { DrowseError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";

/** How PNG images become inputs of a model, and what its outputs are. */
export interface ImageModel {
  readonly model: Model;
  readonly target: Extract<TableTarget, { readonly task: "classification" }>;
  /** Images as the model takes them. */
  readonly read: (files: readonly ImageFile[]) => Promise<{ readonly data: Uint8Array; readonly shape: readonly number[] }>;
}

/**
 * A model that takes images of [rows, columns] or [rows, columns, 3].
 * @param images - what its file says of its classes; a model of IDX files does not say it, and its classes are 0, 1, ….
 * @throws {DrowseError} where a model takes something else, or tells no classes.
 */
export function imageModel(operation: string, model: Model, images: ImagePreparation | undefined): ImageModel {
  const { inputShape, outputShape, link } = model;
  const [rows, columns, colours] = inputShape;
  if (inputShape.length < 2 || inputShape.length > 3 || (colours ?? 3) !== 3 || outputShape.length !== 1) {
    const received = `the model makes ${formatShape(outputShape)} of ${formatShape(inputShape)}`;
    throw new DrowseError(operation, received, "give a model that was trained on images, [rows, columns] or [rows, columns, 3]");
  }
  if (link !== "softmax") {
    throw new DrowseError(operation, "the model has not been trained on classes", "give one that was");
  }
  const classes = images?.classes ?? Array.from({ length: outputShape[0] }, (_, index) => String(index));
  const channels = colours === undefined ? "grey" : "rgb";
  const read = async (files: readonly ImageFile[]) => (await readImages(files, { channels, size: [rows, columns] })).x;
  return { model, target: { name: "class", task: "classification", classes }, read };
}

/** Images that are read at a time where nothing else is said. */
const BLOCK = 256;

/** Images some at a time, in their order: which, and as the model takes them. */
export async function* imageBlocks<File extends ImageFile>({ read }: ImageModel, files: readonly File[], size = BLOCK) {
  for (let first = 0; first < files.length; first += size) {
    const some = files.slice(first, first + size);
    yield { first, files: some, x: await read(some) };
  }
}
