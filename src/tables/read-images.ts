import { checkOptions } from "../layers/options.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { ImageFile } from "./image-folder.ts";
import { HEADER_BYTES, type PngHeader, readPngHeader, refused } from "./png-header.ts";
import type { Channels } from "./png-pixels.ts";

/** How images are read. */
export interface ImageOptions {
  /** A byte or three for each pixel; default three where any image has colours. */
  readonly channels?: Channels;
  /** Rows and columns that each image must have; default those of the first. */
  readonly size?: readonly [rows: number, columns: number];
}

/** Images as a network takes them. */
export interface Images {
  readonly channels: Channels;
  /** Bytes: [images, rows, columns], and 3 behind them where `channels` is `"rgb"`. */
  readonly x: { readonly data: Uint8Array; readonly shape: readonly number[] };
}

const OPERATION = "readImages";
/** Bytes of all pixels together, and of one file. */
const MOST_BYTES = 2 ** 30;
const MOST_FILE = 2 ** 28;
/** Files that are read at a time. */
const AT_ONCE = 16;

/**
 * Reads PNG images, all of one size: first what they say of themselves, then their pixels, as bytes from 0 to 255, of which a network
 * takes byte / 255.
 *
 * A sample of d bits becomes round(255 s / (2^d - 1)); what is transparent shows white; grey of colours is 0.299 R + 0.587 G + 0.114 B.
 * @throws {DrowseError} naming the file, on what is no PNG, on damaged ones, on another size, and on more than 1 GiB of pixels.
 * @example
 * const { x } = await readImages(train, { channels: "grey" });
 * await model.fit({ x, y: train.map(({ label }) => label) }, options);
 */
export async function readImages(files: readonly ImageFile[], options: ImageOptions = {}): Promise<Images> {
  checkOptions(OPERATION, options, ["channels", "size"]);
  if (options.channels !== undefined && options.channels !== "grey" && options.channels !== "rgb") {
    throw new DrowseError(OPERATION, `channels is ${show(options.channels)}`, 'give "grey" or "rgb"');
  }
  if (files.length === 0) throw new DrowseError(OPERATION, "there are no images", "give at least one");
  const headers = await inTurns(files, async ({ path, source }) => {
    return readPngHeader(await bytesOf(source, Math.min(HEADER_BYTES, source.size)), path);
  });
  const [rows, columns] = checkSizes(files, headers, options.size);
  const channels = options.channels ?? (headers.every(({ isGrey }) => isGrey) ? "grey" : "rgb");
  const shape = channels === "rgb" ? [files.length, rows, columns, 3] : [files.length, rows, columns];
  const total = shape.reduce((product, length) => product * length, 1);
  if (total > MOST_BYTES) {
    const received = `${files.length} images of ${columns} x ${rows} pixels are ${total} bytes, more than ${MOST_BYTES}`;
    throw new DrowseError(OPERATION, received, "give fewer or smaller ones");
  }
  // Who never meets an image does not load what reads one.
  const { pngPixels } = await import("./png-pixels.ts");
  const data = new Uint8Array(total);
  await inTurns(files, async ({ path, source }, index) => {
    if (source.size > MOST_FILE) throw refused(path, `has ${source.size} bytes, more than ${MOST_FILE}`);
    const pixels = pngPixels(await bytesOf(source, source.size), path, channels);
    if (pixels.length !== total / files.length) throw refused(path, "was changed while it was read", "leave it alone");
    data.set(pixels, index * pixels.length);
  });
  return { channels, x: { data, shape } };
}

const bytesOf = async (source: ImageFile["source"], end: number) => new Uint8Array(await source.slice(0, end).arrayBuffer());

/** A few at a time; the first error in the order of the files is the one that is thrown. */
async function inTurns<Result>(
  files: readonly ImageFile[],
  work: (file: ImageFile, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let first = 0; first < files.length; first += AT_ONCE) {
    const settled = await Promise.allSettled(files.slice(first, first + AT_ONCE).map((file, i) => work(file, first + i)));
    for (const one of settled) {
      if (one.status === "rejected") throw one.reason;
      results.push(one.value);
    }
  }
  return results;
}

/** Rows and columns that all images have. */
function checkSizes(files: readonly ImageFile[], headers: readonly PngHeader[], size: ImageOptions["size"]): readonly number[] {
  const [rows, columns] = size ?? [headers[0].height, headers[0].width];
  const other = headers.findIndex(({ width, height }) => width !== columns || height !== rows);
  if (other < 0) return [rows, columns];
  const due = size ? `${columns} x ${rows} are due` : `${files[0].path} ${columns} x ${rows}`;
  const received = `is ${headers[other].width} x ${headers[other].height} pixels, and ${due}`;
  throw refused(files[other].path, received, "give images of one size: scale or cut them first");
}
