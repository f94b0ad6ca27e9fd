import { deflateSync } from "node:zlib";
import { crc32Of } from "./crc32.ts";

// PNG files made by hand, from the format's description: what a library writes is not all that others may.

/** A chunk with its length and checksum. */
export function chunk(type: string, data: Uint8Array = new Uint8Array(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32Of(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}

export const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/** An image as numbers, one sample after the other. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  readonly samples: ArrayLike<number>;
  readonly interlaced?: boolean;
  /** Red, green and blue of each colour. */
  readonly palette?: readonly number[];
  readonly transparency?: Uint8Array;
}

export const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

export function header({ width, height, depth, colourType, interlaced = false }: Omit<Picture, "samples">): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  return chunk("IHDR", data);
}

/** The lines of every `dx`-th column and `dy`-th row, each with the filter "none" before it. */
function lines({ width, height, depth, colourType, samples }: Picture, [x0, y0, dx, dy]: readonly number[]): number[] {
  const bytes: number[] = [];
  const perPixel = SAMPLES[colourType];
  for (let y = y0; y < height && x0 < width; y += dy) {
    bytes.push(0);
    const row: number[] = [];
    for (let x = x0; x < width; x += dx) {
      for (let s = 0; s < perPixel; s++) row.push(samples[(y * width + x) * perPixel + s]);
    }
    const bits = row.map((value) => value.toString(2).padStart(depth, "0")).join("");
    for (let at = 0; at < bits.length; at += 8) bytes.push(Number.parseInt(bits.slice(at, at + 8).padEnd(8, "0"), 2));
  }
  return bytes;
}

const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** The lines of an image as they are compressed. */
export const rawLines = (picture: Picture): Uint8Array =>
  Uint8Array.from((picture.interlaced ? ADAM7 : [[0, 0, 1, 1]]).flatMap((pass) => lines(picture, pass)));

/** A PNG file. `between` goes before the pixels. */
export function pngFile(picture: Picture, between: readonly Uint8Array[] = []): Uint8Array<ArrayBuffer> {
  const { palette, transparency } = picture;
  const parts = [
    SIGNATURE,
    header(picture),
    ...between,
    ...(palette ? [chunk("PLTE", Uint8Array.from(palette))] : []),
    ...(transparency ? [chunk("tRNS", transparency)] : []),
    chunk("IDAT", deflateSync(rawLines(picture))),
    chunk("IEND"),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

/** A grey image of 8 bits. */
export const greyPng = (width: number, height: number, value: (index: number) => number): Uint8Array<ArrayBuffer> =>
  pngFile({ width, height, depth: 8, colourType: 0, samples: Array.from({ length: width * height }, (_, i) => value(i)) });

/** Bytes as a file of a folder. */
export const imageFile = (path: string, bytes: Uint8Array) => ({ path, source: new Blob([bytes as Uint8Array<ArrayBuffer>]) });

/** A damaged file whose checksums are right again, so that what is damaged comes past them. */
export function mendedPng(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  for (let at = 8; at + 12 <= copy.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > copy.length) break;
    view.setUint32(at + 8 + length, crc32Of(copy.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  return copy;
}
