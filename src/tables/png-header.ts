import { DrowseError, show } from "../tensor/errors.ts";

// What a PNG file says of itself in its first bytes, checked before anything is made of it: PNG (Third Edition), 11.2.1.

const OPERATION = "PNG";

/** Bytes of the signature and the first chunk, which is always IHDR. */
export const HEADER_BYTES = 33;

/** Pixels of a side at most: larger images are no inputs of a network. */
export const LONGEST_SIDE = 4096;

/** Of each type of colour: samples of a pixel, bits that a sample may have, and whether it is grey. */
const COLOURS: ReadonlyMap<number, { samples: number; depths: readonly number[]; isGrey: boolean }> = new Map([
  [0, { samples: 1, depths: [1, 2, 4, 8, 16], isGrey: true }],
  [2, { samples: 3, depths: [8, 16], isGrey: false }],
  [3, { samples: 1, depths: [1, 2, 4, 8], isGrey: false }],
  [4, { samples: 2, depths: [8, 16], isGrey: true }],
  [6, { samples: 4, depths: [8, 16], isGrey: false }],
]);

/** What an image is, before its pixels are read. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly depth: number;
  /** 0 grey, 2 red, green and blue, 3 places of a palette, 4 grey and alpha, 6 colours and alpha. */
  readonly colourType: number;
  readonly samples: number;
  readonly isGrey: boolean;
  readonly interlaced: boolean;
}

/** A file that is refused, by its name. */
export const refused = (path: string, received: string, remedy = "save it again as PNG") =>
  new DrowseError(OPERATION, `${path} ${received}`, remedy);

const SIGNATURE = "\x89PNG\r\n\x1a\n";

/** What people take for PNG: where it says what it is, and how. */
const OTHERS: readonly (readonly [at: number, sign: string, name: string])[] = [
  [0, "\xff\xd8\xff", "a JPEG image"],
  [0, "GIF8", "a GIF image"],
  [8, "WEBP", "a WebP image"],
  [0, "BM", "a BMP image"],
  [0, "II*\0", "a TIFF image"],
  [0, "MM\0*", "a TIFF image"],
  [4, "ftypavif", "an AVIF image"],
  [4, "ftypheic", "a HEIC image"],
];

/**
 * Reads the header of a PNG file.
 * @param bytes - the first {@link HEADER_BYTES} of the file, or all of them.
 * @param path - its name, for messages.
 * @throws {DrowseError} on what is no PNG, on headers that the format does not allow, and on images larger than {@link LONGEST_SIDE}.
 */
export function readPngHeader(bytes: Uint8Array, path: string): PngHeader {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  if (!head.startsWith(SIGNATURE)) throw notPng(head, path);
  if (bytes.length < HEADER_BYTES) throw refused(path, `is cut off after ${bytes.length} bytes`, "copy the file again");
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  if (view.getUint32(8) !== 13 || head.slice(12) !== "IHDR") throw refused(path, `begins with ${show(head.slice(12))}, not IHDR`);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colourType, compression, filter, interlace] = [24, 25, 26, 27, 28].map((at) => view.getUint8(at));
  if (width === 0 || height === 0) throw refused(path, `is ${width} x ${height} pixels`);
  if (width > LONGEST_SIDE || height > LONGEST_SIDE) {
    throw refused(
      path,
      `is ${width} x ${height} pixels`,
      `give images of at most ${LONGEST_SIDE} x ${LONGEST_SIDE}: scale it down`,
    );
  }
  const colour = COLOURS.get(colourType);
  if (!colour?.depths.includes(depth)) throw refused(path, `has ${depth} bits of colour type ${colourType}, which PNG has not`);
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw refused(path, `has compression ${compression}, filter ${filter} and interlace ${interlace}, which PNG has not`);
  }
  const { samples, isGrey } = colour;
  return { width, height, depth, colourType, samples, isGrey, interlaced: interlace === 1 };
}

function notPng(head: string, path: string): DrowseError {
  const other = OTHERS.find(([at, sign]) => head.startsWith(sign, at))?.[2];
  if (other) return refused(path, `is ${other}${/\.png$/i.test(path) ? ", whatever its name says" : ""}`, "convert it to PNG");
  if (head === "") return refused(path, "is empty", "copy the file again");
  if (head.startsWith("\x89PNG")) return refused(path, "was changed as text on its way", "copy it again, as bytes");
  return refused(path, `is no PNG image: it begins with ${show(head.slice(0, 8))}`, "give PNG images");
}

/** Where the seven passes of an interlaced image begin, and their steps: PNG, 8.2. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Bytes of an image's lines when they are inflated, each with its filter in front. */
export function inflatedSize({ width, height, depth, samples, interlaced }: PngHeader): number {
  const lines = (columns: number, rows: number) =>
    columns > 0 && rows > 0 ? rows * (1 + Math.ceil((columns * samples * depth) / 8)) : 0;
  if (!interlaced) return lines(width, height);
  return PASSES.reduce((sum, [x, y, dx, dy]) => sum + lines(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)), 0);
}
