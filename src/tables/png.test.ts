import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { chunk, greyPng, header, imageFile, type Picture, pngFile, rawLines, SAMPLES, SIGNATURE } from "../../test/png.ts";
import type { Channels } from "./png-pixels.ts";
import { type ImageOptions, readImages } from "./read-images.ts";

const read = async (bytes: Uint8Array, options: ImageOptions = {}) =>
  (await readImages([imageFile("a/1.png", bytes)], options)).x;
const bytesOf = async (bytes: Uint8Array, channels: Channels = "grey") => [...(await read(bytes, { channels })).data];

/** What the format says of a pixel, in plain numbers: red, green and blue from 0 to 255, before white. */
function colourOf({ depth, colourType, samples, palette = [], transparency }: Picture, index: number): number[] {
  const at = index * SAMPLES[colourType];
  const byte = (place: number) => Math.round((255 * samples[at + place]) / (2 ** depth - 1));
  const over = (colours: number[], alpha: number) => colours.map((c) => Math.round((alpha * c + 255 * (255 - alpha)) / 255));
  const clear = colourType === 3 ? undefined : transparency && [...transparency];
  const isClear = clear?.every((value, i) => ((samples[at + (i >> 1)] >> (i % 2 ? 0 : 8)) & 255) === value);
  if (colourType === 3) {
    const place = samples[at];
    return over(palette.slice(3 * place, 3 * place + 3), transparency?.[place] ?? 255);
  }
  if (colourType === 0) return over([byte(0), byte(0), byte(0)], isClear ? 0 : 255);
  if (colourType === 2) return over([byte(0), byte(1), byte(2)], isClear ? 0 : 255);
  if (colourType === 4) return over([byte(0), byte(0), byte(0)], byte(1));
  return over([byte(0), byte(1), byte(2)], byte(3));
}

const grey = ([r, g, b]: number[]) => (19_595 * r + 38_470 * g + 7471 * b + 32_768) >> 16;

const kinds = [0, 2, 3, 4, 6].flatMap((colourType) =>
  [1, 2, 4, 8, 16]
    .filter((depth) => (colourType === 0 ? true : colourType === 3 ? depth <= 8 : depth >= 8))
    .map((depth) => ({ colourType: colourType as Picture["colourType"], depth })),
);

describe("the pixels of a PNG image", () => {
  it.each(kinds)("of colour type $colourType with $depth bits are what the format says", async ({ colourType, depth }) => {
    const size = fc.integer({ min: 1, max: 19 });
    const seeds = fc.integer({ min: 1, max: 2 ** 30 });
    await fc.assert(
      fc.asyncProperty(size, size, seeds, fc.boolean(), fc.boolean(), async (width, height, seed, clear, wantsInterlace) => {
        const count = width * height * SAMPLES[colourType];
        const samples = Array.from({ length: count }, (_, i) => (Math.imul(seed + i, 2_654_435_761) >>> 12) % 2 ** depth);
        const colours = 2 ** depth;
        const palette = Array.from({ length: 3 * colours }, (_, i) => (seed + 37 * i) % 256);
        const key = [0, 2].includes(colourType) && width * height > 3 ? samples.slice(0, SAMPLES[colourType]) : [];
        const transparency =
          colourType === 3
            ? Uint8Array.from({ length: colours }, (_, i) => (91 * i) % 256)
            : Uint8Array.from(key.flatMap((s) => [s >> 8, s & 255]));
        const picture: Picture = {
          ...{ width, height, depth, colourType, samples },
          interlaced: wantsInterlace && depth >= 8,
          ...(colourType === 3 ? { palette } : {}),
          ...(clear && transparency.length > 0 ? { transparency } : {}),
        };
        const file = pngFile(picture);
        const expected = Array.from({ length: width * height }, (_, index) => colourOf(picture, index));
        expect(await bytesOf(file, "rgb")).toEqual(expected.flat());
        expect(await bytesOf(file, "grey")).toEqual(expected.map(grey));
      }),
      { numRuns: 25, seed: 3 },
    );
  });

  it("come out of every filter as they went in", async () => {
    // The encoder takes the filter that is best for a row; differences of all sorts bring all of them.
    const rows = [
      () => 7,
      (x: number) => 3 * x,
      (x: number, y: number) => x * y,
      (x: number, y: number) => (x * 7919 + y * 104_729) % 251,
    ];
    const data = Uint8Array.from({ length: 60 * 40 }, (_, i) => rows[Math.floor(i / 600)](i % 60, Math.floor(i / 60)) & 255);
    expect(await bytesOf(encode({ width: 60, height: 40, data, channels: 1 }))).toEqual([...data]);
    const interlaced = encode({ width: 60, height: 40, data, channels: 1 }, { interlace: "Adam7" });
    expect(await bytesOf(interlaced)).toEqual([...data]);
  });

  it("are grey where all images are, and else in colours", async () => {
    const [one, other] = [
      greyPng(2, 1, (i) => 255 * i),
      pngFile({ width: 2, height: 1, depth: 8, colourType: 2, samples: [255, 0, 0, 9, 9, 9] }),
    ];
    const both = await readImages([imageFile("a.png", one), imageFile("b.png", other)]);
    expect(both).toEqual({
      channels: "rgb",
      x: { shape: [2, 1, 2, 3], data: Uint8Array.of(0, 0, 0, 255, 255, 255, 255, 0, 0, 9, 9, 9) },
    });
    expect(await readImages([imageFile("a.png", one)])).toEqual({
      channels: "grey",
      x: { shape: [1, 1, 2], data: Uint8Array.of(0, 255) },
    });
    // 0.299 of 255
    expect(await bytesOf(other)).toEqual([76, 9]);
  });

  it("do not depend on what else is in the file", async () => {
    const picture: Picture = { width: 3, height: 2, depth: 8, colourType: 0, samples: [1, 2, 3, 4, 5, 6] };
    const text = chunk("tEXt", Buffer.from("__proto__\0polluted", "latin1"));
    // A profile that would grow to a gigabyte, and does not.
    const profile = chunk("iCCP", Buffer.concat([Buffer.from("big\0\0", "latin1"), deflateSync(Buffer.alloc(2 ** 24))]));
    expect(await bytesOf(pngFile(picture, [text, profile]))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    // The pixels in pieces, and something behind the end.
    const whole = deflateSync(rawLines(picture));
    const pieces = Array.from(whole, (_, i) => chunk("IDAT", whole.subarray(i, i + 1)));
    const parts = Buffer.concat([SIGNATURE, header(picture), ...pieces, chunk("IEND"), Buffer.from("more")]);
    expect(await bytesOf(new Uint8Array(parts))).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

/** A file of these chunks behind the signature. */
const fileOf = (...chunks: readonly Uint8Array[]) => new Uint8Array(Buffer.concat([SIGNATURE, ...chunks]));
const plain: Picture = { width: 4, height: 3, depth: 8, colourType: 0, samples: Array.from({ length: 12 }, (_, i) => i) };
const idat = chunk("IDAT", deflateSync(rawLines(plain)));
const changed = (bytes: Uint8Array, at: number, by = 1) => {
  const copy = bytes.slice();
  copy[at < 0 ? copy.length + at : at] ^= by;
  return copy;
};
const largeHeader = (width: number, height: number) => header({ ...plain, width, height });
const bomb = chunk("IDAT", deflateSync(Buffer.alloc(2 ** 26)));

describe("a file that is refused", () => {
  it.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    ["an empty file", new Uint8Array(0), /a\/1\.png is empty; copy the file again/],
    ["a JPEG", Buffer.from("\xff\xd8\xff\xe0\0\x10JFIF", "latin1"), /is a JPEG image, whatever its name says; convert it to PNG/],
    ["a WebP", Buffer.from("RIFF\x10\0\0\0WEBPVP8 ", "latin1"), /is a WebP image/],
    ["a GIF", Buffer.from("GIF89a\x01\0\x01\0", "latin1"), /is a GIF image/],
    ["text", Buffer.from("not an image"), /is no PNG image: it begins with "not an i"/],
    ["line ends that were changed", Buffer.from("\x89PNG\n\x1a\n".padEnd(50), "latin1"), /was changed as text on its way/],
    ["a header that is cut", pngFile(plain).slice(0, 20), /is cut off after 20 bytes/],
    ["no width", fileOf(largeHeader(0, 3), idat, chunk("IEND")), /is 0 x 3 pixels/],
    ["no height", fileOf(largeHeader(4, 0), idat, chunk("IEND")), /is 4 x 0 pixels/],
    [
      "2^31 columns",
      fileOf(largeHeader(2 ** 31, 1), idat, chunk("IEND")),
      /is 2147483648 x 1 pixels; give images of at most 4096 x 4096/,
    ],
    [
      "2^32 - 1 rows",
      fileOf(largeHeader(1, 2 ** 32 - 1), idat, chunk("IEND")),
      /is 1 x 4294967295 pixels; give images of at most/,
    ],
    ["a column too many", fileOf(largeHeader(4097, 1), idat, chunk("IEND")), /is 4097 x 1 pixels/],
    ["3 bits", fileOf(header({ ...plain, depth: 3 }), idat, chunk("IEND")), /has 3 bits of colour type 0, which PNG has not/],
    ["4 bits of colours", fileOf(header({ ...plain, depth: 4, colourType: 2 }), idat, chunk("IEND")), /4 bits of colour type 2/],
    ["another first chunk", fileOf(chunk("iHDR", new Uint8Array(13)), idat), /begins with .*, not IHDR/],
    ["large pixels of nothing", fileOf(largeHeader(4096, 4096), idat, chunk("IEND")), /holds fewer pixels than its header says/],
    ["too few pixels", fileOf(largeHeader(4, 4), idat, chunk("IEND")), /holds fewer pixels than its header says/],
    ["too many pixels", fileOf(largeHeader(4, 2), idat, chunk("IEND")), /holds more pixels than its header says/],
    ["a bomb", fileOf(largeHeader(64, 64), bomb, chunk("IEND")), /holds more pixels than its header says/],
    ["a damaged checksum", changed(pngFile(plain), 30), /is damaged \(the checksum of IHDR is wrong\)/],
    ["a damaged checksum of pixels", changed(pngFile(plain), -14), /is damaged \(the checksum of IDAT is wrong\)/],
    ["the end cut off", pngFile(plain).slice(0, -13), /is cut off; copy the file again/],
    ["no end", pngFile(plain).slice(0, -12), /is cut off; copy the file again/],
    ["no pixels", fileOf(header(plain), chunk("IEND")), /has no pixels/],
    ["pixels that are no zlib", fileOf(header(plain), chunk("IDAT", Buffer.from("pixels")), chunk("IEND")), /is damaged \(/],
    ["two headers", fileOf(header(plain), header({ ...plain, width: 8 }), idat, chunk("IEND")), /has two chunks IHDR/],
    [
      "an unknown chunk that matters",
      fileOf(header(plain), chunk("ABCD"), idat, chunk("IEND")),
      /has a chunk "ABCD", which PNG has not/,
    ],
    ["no palette", fileOf(header({ ...plain, colourType: 3 }), idat, chunk("IEND")), /has no palette/],
    [
      "a colour beyond the palette",
      pngFile({ ...plain, colourType: 3, palette: [1, 2, 3] }),
      /has a pixel of colour 1 in a palette of 1/,
    ],
    [
      "a palette too long",
      pngFile({ ...plain, colourType: 3, palette: Array(771).fill(0) }),
      /has a chunk PLTE that is too long/,
    ],
    [
      "an unknown filter",
      fileOf(header(plain), chunk("IDAT", deflateSync(Buffer.alloc(15, 9))), chunk("IEND")),
      /is damaged \(Unsupported filter: 9\)/,
    ],
    [
      "4 bits, interlaced",
      pngFile({ ...plain, depth: 4, interlaced: true }),
      /is interlaced and has 4 bits per sample; save it without/,
    ],
  ])("%s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
    await expect(read(bytes)).rejects.toMatchObject({ name: "DrowseError", operation: "PNG" });
  });

  it("is named where its size is another, with both sizes", async () => {
    const files = [
      imageFile(
        "cat/1.png",
        greyPng(4, 3, () => 0),
      ),
      imageFile(
        "dog/7.png",
        greyPng(3, 4, () => 0),
      ),
    ];
    await expect(readImages(files)).rejects.toThrow("dog/7.png is 3 x 4 pixels, and cat/1.png 4 x 3; give images of one size");
    await expect(readImages(files, { size: [4, 3] })).rejects.toThrow("cat/1.png is 4 x 3 pixels, and 3 x 4 are due");
  });

  it("is the first of the folder that is wrong", async () => {
    const good = greyPng(2, 2, () => 1);
    const files = Array.from({ length: 40 }, (_, i) => imageFile(`a/${i}.png`, i > 20 ? changed(good, 30) : good));
    await expect(readImages(files)).rejects.toThrow("a/21.png is damaged");
  });

  it("or a call: no images, more than fit, unknown options", async () => {
    await expect(readImages([])).rejects.toThrow("readImages: there are no images; give at least one");
    const source = {
      size: 100,
      slice: (start: number, end: number) => new Blob([fileOf(largeHeader(4096, 4096)).slice(start, end)]),
    };
    const many = Array.from({ length: 65 }, (_, i) => ({ path: `${i}.png`, source }));
    await expect(readImages(many)).rejects.toThrow("65 images of 4096 x 4096 pixels are 1090519040 bytes, more than 1073741824");
    await expect(readImages(many, { channels: "red" as Channels })).rejects.toThrow('channels is "red"; give "grey" or "rgb"');
  });
});
