import { readFile, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { readIdx } from "../data/idx.ts";
import type { ImagePreparation } from "../tables/image-preparation.ts";
import type { Channels } from "../tables/png-pixels.ts";
import { DrowseError } from "../tensor/errors.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import { findIdxFolder, gunzipFile, type IdxBytes, type IdxLabels, type IdxPart, mnistFolder } from "./idx-folder.ts";
import { isImages } from "./image-files.ts";
import { readPngSets } from "./png-sets.ts";

// What `<data>` may be: `mnist`, a folder of IDX files or of PNG images by class, and where labels are not needed one IDX file of images.

const KINDS =
  "mnist, a folder of IDX files (train-images-idx3-ubyte and the like) or of PNG images (a folder for each class), or the file of a table";
const KINDS_OF_IMAGES = "mnist, a folder of IDX files or PNG images, or one such file";

/** The two sets of images and labels behind `<data>`, of which a folder may lack one. */
export interface ImageSets {
  /** A short name, for messages and the name of the run's folder. */
  readonly name: string;
  readonly train?: IdxPart;
  readonly test?: IdxPart;
  /** Of a folder of PNG images. */
  readonly folder?: PngFolder;
}

/** What is known of a folder of PNG images beside them. */
export interface PngFolder extends ImagePreparation {
  /** Files that are no PNG images. */
  readonly others: readonly string[];
}

export type SetName = "train" | "test";

/** One set: its images, and its labels where they are known. */
export interface ImageSet {
  readonly name: string;
  readonly set: SetName | undefined;
  readonly images: IdxBytes;
  readonly labels?: IdxLabels;
}

async function kindOf(operation: string, data: string, kinds: string): Promise<"folder" | "file"> {
  const found = await stat(data).catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === "ENOENT" || error.code === "ENOTDIR";
    const received = `${JSON.stringify(data)} ${missing ? "does not exist" : `cannot be read (${error.code})`}`;
    throw new DrowseError(operation, received, `check its path, or give ${kinds}`);
  });
  return found.isDirectory() ? "folder" : "file";
}

/**
 * The sets of `mnist` or a folder; of a folder of classes, which has none, all images are those to train on.
 * @param channels - what becomes of colours in PNG images.
 * @throws {DrowseError} when there is no such folder or what is in it is not whole, and for files of any kind.
 */
export async function openImageSets(operation: string, data: string, channels?: Channels): Promise<ImageSets> {
  if (data === "mnist") return { name: "mnist", ...(await findIdxFolder(await mnistFolder())) };
  if ((await kindOf(operation, data, KINDS)) === "file") {
    throw new DrowseError(operation, `${JSON.stringify(data)} is a file, and images need labels`, `give ${KINDS}`);
  }
  const name = basename(resolve(data));
  return (await isImages(data)) ? readPngSets(operation, name, data, channels) : { name, ...(await findIdxFolder(data)) };
}

/**
 * The set that is asked for, by default the test set, or the only one there is.
 * @throws {DrowseError} when the folder lacks it.
 */
export function chooseSet(operation: string, { name, train, test }: ImageSets, wanted: SetName | undefined): ImageSet & IdxPart {
  const set = wanted ?? (test ? "test" : "train");
  const part = set === "test" ? test : train;
  if (part === undefined) {
    const other = set === "test" ? "train" : "test";
    throw new DrowseError(operation, `${name} has no ${set} set`, `give --set ${other}, or add its files`);
  }
  return { name, set, ...part };
}

/** The images to predict for: of a set, or of a file that holds images alone. */
export async function openImages(operation: string, data: string, wanted: SetName | undefined): Promise<ImageSet> {
  if (data === "mnist" || (await kindOf(operation, data, KINDS_OF_IMAGES)) === "folder") {
    return chooseSet(operation, await openImageSets(operation, data), wanted);
  }
  if (wanted !== undefined) {
    throw new DrowseError(
      operation,
      `--set ${wanted} is given with the file ${JSON.stringify(data)}`,
      "leave it out: a file is one set",
    );
  }
  return { name: basename(data), set: undefined, images: await readImageFile(operation, data) };
}

async function readImageFile(operation: string, path: string): Promise<IdxBytes> {
  let bytes: Uint8Array = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new DrowseError(operation, `${path} cannot be read (${error.code})`, "check the file and its permissions");
  });
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = await gunzipFile(bytes, path);
  if (bytes.length >= 2 && (bytes[0] !== 0 || bytes[1] !== 0)) {
    throw new DrowseError(operation, `${path} is not an IDX file, and the model is one of images`, `give ${KINDS_OF_IMAGES}`);
  }
  const { shape, data } = readIdx(bytes, path);
  const [count, rows, columns] = shape;
  if (!(data instanceof Uint8Array) || shape.length !== 3 || !count || !rows || !columns) {
    const received = `${path} holds a ${data.constructor.name} of the shape ${formatShape(shape)}`;
    throw new DrowseError(
      operation,
      received,
      "give images of unsigned bytes, of the shape [count, rows, columns], none of them 0",
    );
  }
  return { shape, data };
}

/** Images as a model takes them: one of a flat input takes the pixels of an image one after the other. */
export function imageRows({ shape, data }: IdxBytes, inputShape: Shape): IdxBytes {
  const pixels = sizeOf(shape.slice(1));
  const isFlat = inputShape.length === 1 && inputShape[0] === pixels;
  return { data, shape: isFlat ? [shape[0], pixels] : shape };
}
