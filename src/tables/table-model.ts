import { type FileNotes, loadModel, saveModel } from "../formats/model-file.ts";
import { readSafetensors } from "../formats/safetensors.ts";
import { checkOptions } from "../layers/options.ts";
import type { Model } from "../model/model.ts";
import { DrowseError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import { type ImagePreparation, imagePreparationText, readImagePreparation } from "./image-preparation.ts";
import { inputSize, outputSize, type Preparation } from "./preparation.ts";
import { preparationText, readPreparation } from "./preparation-json.ts";

/** A model, and what makes its inputs of a table; undefined where the file has no such thing. */
export interface TableModel {
  readonly model: Model;
  readonly preparation: Preparation | undefined;
  /** Of a model of folders of images: its classes, and what becomes of colours. */
  readonly images: ImagePreparation | undefined;
}

/** How the model was trained, as `saveModel` takes it. */
export type HistoryNote = Pick<FileNotes, "history">;

/**
 * A model of a table as the bytes of a file, its preparation with it. Who does not know of tables can load it with `loadModel`.
 * @param notes - what else is kept: the history that `fit` returned.
 * @throws {DrowseError} where the model is not one of such inputs and targets.
 * @example
 * await writeFile("model.safetensors", saveTableModel(model, preparation, { history }));
 */
export function saveTableModel(model: Model, preparation: Preparation, notes: HistoryNote = {}): Uint8Array {
  checkFit("saveTableModel", model, preparation);
  checkOptions("saveTableModel", notes, ["history"]);
  return saveModel(model, { ...notes, preparation: preparationText(preparation) });
}

/**
 * A model of folders of images as the bytes of a file, with the names of its classes. Who does not know of them can load it with `loadModel`.
 * @throws {DrowseError} where the model does not take such images, or tell as many classes apart.
 * @example
 * await writeFile("model.safetensors", saveImageModel(model, { classes: ["cat", "dog"], channels: "grey" }));
 */
export function saveImageModel(model: Model, images: ImagePreparation, notes: HistoryNote = {}): Uint8Array {
  checkImageFit("saveImageModel", model, images);
  checkOptions("saveImageModel", notes, ["history"]);
  return saveModel(model, { ...notes, preparation: imagePreparationText(images) });
}

/**
 * The model of a file's bytes, and its preparation.
 * @throws {DrowseError} when the bytes are not a file that `saveTableModel`, `saveImageModel` or `saveModel` made.
 * @example
 * const { model, preparation } = loadTableModel(await readFile("model.safetensors"));
 */
export function loadTableModel(bytes: Uint8Array): TableModel {
  const model = loadModel(bytes);
  const text = readSafetensors(bytes).metadata.get("preparation");
  if (text === undefined) return { model, preparation: undefined, images: undefined };
  const images = readImagePreparation(text);
  if (images) {
    checkImageFit("loadTableModel", model, images);
    return { model, preparation: undefined, images };
  }
  const preparation = readPreparation(text);
  checkFit("loadTableModel", model, preparation);
  return { model, preparation, images: undefined };
}

function checkFit(operation: string, { inputShape, outputShape }: Model, preparation: Preparation): void {
  const [inputs, outputs] = [inputSize(preparation), outputSize(preparation)];
  if (formatShape(inputShape) === `[${inputs}]` && formatShape(outputShape) === `[${outputs}]`) return;
  const received = `the model makes ${formatShape(outputShape)} of ${formatShape(inputShape)}`;
  throw new DrowseError(operation, received, `the preparation is for a model that makes [${outputs}] of [${inputs}]`);
}

function checkImageFit(operation: string, { inputShape, outputShape }: Model, { classes, channels }: ImagePreparation): void {
  const isImage = channels === "rgb" ? inputShape.length === 3 && inputShape[2] === 3 : inputShape.length === 2;
  if (isImage && formatShape(outputShape) === `[${classes.length}]`) return;
  const received = `the model makes ${formatShape(outputShape)} of ${formatShape(inputShape)}`;
  const due = channels === "rgb" ? "[rows, columns, 3]" : "[rows, columns]";
  throw new DrowseError(operation, received, `the preparation is for a model that makes [${classes.length}] of ${due}`);
}
