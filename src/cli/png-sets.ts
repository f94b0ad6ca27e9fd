import { holdOut } from "../data/split.ts";
import { streamKey } from "../random/streams.ts";
import { imageFolder, type LabelledImage } from "../tables/image-folder.ts";
import type { Channels } from "../tables/png-pixels.ts";
import { readImages } from "../tables/read-images.ts";
import { DrowseError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { IdxPart } from "./idx-folder.ts";
import { listImages } from "./image-files.ts";
import type { ImageSets } from "./image-sets.ts";

/**
 * The sets of a folder of PNG images by class; where it has no sets all images are those to train on.
 * @throws {DrowseError} on what {@link imageFolder} and {@link readImages} refuse, and on a class to test on that none is trained on.
 */
export async function readPngSets(operation: string, name: string, path: string, channels?: Channels): Promise<ImageSets> {
  const { images, others } = await listImages(operation, path);
  const { classes, train, test, all } = imageFolder(images);
  const strange = train && test?.find(({ label }) => label < 0);
  if (strange) {
    throw new DrowseError(
      operation,
      `${strange.path} is of a class that train does not have`,
      "give images of it to train on too",
    );
  }
  const learned = train ?? all ?? [];
  const tested = test ?? [];
  const read = await readImages([...learned, ...tested], channels ? { channels } : {});
  const { data, shape } = read.x;
  const image = shape.slice(1);
  const part = (some: readonly LabelledImage[], first: number): IdxPart => {
    const pixels = data.subarray(first * sizeOf(image), (first + some.length) * sizeOf(image));
    const labels = Int32Array.from(some, ({ label }) => label);
    return { images: { shape: [some.length, ...image], data: pixels }, labels: { shape: [some.length], data: labels } };
  };
  return {
    name,
    folder: { classes, channels: read.channels, others },
    ...(learned.length > 0 ? { train: part(learned, 0) } : {}),
    ...(tested.length > 0 ? { test: part(tested, learned.length) } : {}),
  };
}

/**
 * The sets with a test set: where there is none, a share of the images of each class, drawn by the seed.
 * @param share - 0: none is made.
 */
export function withTestSet(sets: ImageSets, share: number, seed: number): ImageSets {
  const { train, test } = sets;
  if (train === undefined || test !== undefined || share === 0) return sets;
  const { training, validation } = holdOut("train", train.labels.data, share, streamKey(seed, "split/test"));
  return { ...sets, train: taken(train, training), test: taken(train, validation) };
}

function taken({ images, labels }: IdxPart, rows: Uint32Array): IdxPart {
  const image = images.shape.slice(1);
  const size = sizeOf(image);
  const data = new Uint8Array(rows.length * size);
  for (const [place, row] of rows.entries()) data.set(images.data.subarray(row * size, (row + 1) * size), place * size);
  const classes = Int32Array.from(rows, (row) => labels.data[row]);
  return { images: { shape: [rows.length, ...image], data }, labels: { shape: [rows.length], data: classes } };
}
