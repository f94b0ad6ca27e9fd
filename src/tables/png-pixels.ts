import { type DecodedPng, decode } from "fast-png";
import { unzlibSync } from "fflate";
import { joined, pngChunks } from "./png-chunks.ts";
import { inflatedSize, type PngHeader, refused } from "./png-header.ts";

// Pixels by fast-png, which does not ask how large things grow: so that is found first. Loaded by who meets an image.

/** What becomes of a pixel: one byte, or three. */
export type Channels = "grey" | "rgb";

/** Deflate makes at most 258 bytes of 2 bits: RFC 1951, 3.2.5. */
const MOST_GROWTH = 1032;

/**
 * The pixels of a PNG file as bytes, one row after the other.
 *
 * A sample of d bits becomes round(255 s / (2^d - 1)). What is transparent shows white: round((a s + 255 (255 - a)) / 255). Grey of
 * colours is 0.299 R + 0.587 G + 0.114 B, by the whole numbers of Pillow's `convert("L")`. Profiles and gamma are passed over.
 * @throws {DrowseError} on files that are damaged, or hold more or less than their header says.
 */
export function pngPixels(bytes: Uint8Array, path: string, channels: Channels): Uint8Array {
  const { header, before, compressed } = pngChunks(bytes, path);
  if (header.interlaced && header.depth < 8) {
    throw refused(path, `is interlaced and has ${header.depth} bits per sample`, "save it without interlacing");
  }
  const lines = inflated(compressed, inflatedSize(header), path);
  let image: DecodedPng;
  try {
    image = decode(withLines(before, lines));
  } catch (error) {
    throw refused(path, `is damaged (${(error as Error).message})`, "copy the file again");
  }
  return toBytes(image, header, channels, path);
}

/** Inflates into as many bytes as the header says and one more, which must stay free: nothing grows. */
function inflated(compressed: Uint8Array, size: number, path: string): Uint8Array {
  const differs = (much: string) => refused(path, `holds ${much} pixels than its header says`, "copy the file again");
  if (size > MOST_GROWTH * compressed.length) throw differs("fewer");
  let lines: Uint8Array;
  try {
    lines = unzlibSync(compressed, { out: new Uint8Array(size + 1) });
  } catch (error) {
    if (error instanceof RangeError) throw differs("more");
    throw refused(path, `is damaged (${(error as Error).message})`, "copy the file again");
  }
  if (lines.length !== size) throw differs(lines.length < size ? "fewer" : "more");
  return lines;
}

/** What a block of deflate stores at most. */
const LONGEST_STORED = 65_535;

/**
 * A PNG file of these lines, stored as they are: fast-png has nothing to inflate, for which it takes 128 KiB and more an image. It does not
 * ask for the checksums, which have been compared.
 */
function withLines(before: Uint8Array, lines: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at < lines.length; at += LONGEST_STORED) {
    const block = lines.subarray(at, at + LONGEST_STORED);
    const head = new DataView(new ArrayBuffer(5));
    head.setUint8(0, at + block.length === lines.length ? 1 : 0);
    head.setUint16(1, block.length, true);
    head.setUint16(3, ~block.length, true);
    blocks.push(new Uint8Array(head.buffer), block);
  }
  const data = joined([...blocks, new Uint8Array(4)]);
  return joined([before, chunk("IDAT", data), chunk("IEND", new Uint8Array(0))]);
}

/** A chunk without its checksum. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(data.length + 12);
  new DataView(whole.buffer).setUint32(0, data.length);
  whole.set(new TextEncoder().encode(type), 4);
  whole.set(data, 8);
  return whole;
}

function toBytes(image: DecodedPng, header: PngHeader, channels: Channels, path: string): Uint8Array {
  const pixels = header.width * header.height;
  const bytes = new Uint8Array(channels === "rgb" ? 3 * pixels : pixels);
  const pixel = Uint8Array.of(0, 0, 0, 255);
  const read = pixelReader(image, header, path, pixel);
  for (let i = 0; i < pixels; i++) {
    read(i);
    const [r, g, b] = pixel;
    if (channels === "grey") bytes[i] = (19_595 * r + 38_470 * g + 7471 * b + 32_768) >> 16;
    else bytes.set(pixel.subarray(0, 3), 3 * i);
  }
  return bytes;
}

/** Writes the colours of a pixel, as they show before white, to `pixel`. */
function pixelReader(image: DecodedPng, header: PngHeader, path: string, pixel: Uint8Array): (index: number) => void {
  const { colourType, samples } = header;
  const raw = image.depth < 8 ? unpacked(image) : image.data;
  const scale = 255 / (2 ** image.depth - 1);
  const write = (r: number, g: number, b: number, a: number) => {
    pixel[0] = Math.round((a * r + 255 * (255 - a)) / 255);
    pixel[1] = Math.round((a * g + 255 * (255 - a)) / 255);
    pixel[2] = Math.round((a * b + 255 * (255 - a)) / 255);
  };
  if (colourType === 3) {
    const palette = image.palette ?? [];
    return (index) => {
      const colour = palette[raw[index]];
      if (!colour) throw refused(path, `has a pixel of colour ${raw[index]} in a palette of ${palette.length}`);
      write(colour[0], colour[1], colour[2], colour[3] ?? 255);
    };
  }
  const colours = samples < 3 ? 1 : 3;
  // One colour that is transparent as a whole.
  const clear = image.transparency?.length === colours ? image.transparency : undefined;
  const byte = (at: number) => Math.round(scale * raw[at]);
  return (index) => {
    const at = index * samples;
    const isClear = clear?.every((value, place) => raw[at + place] === value) ?? false;
    const alpha = isClear ? 0 : colours < samples ? byte(at + samples - 1) : 255;
    if (colours === 1) write(byte(at), byte(at), byte(at), alpha);
    else write(byte(at), byte(at + 1), byte(at + 2), alpha);
  };
}

/** Samples of fewer than 8 bits, one a byte; a row of the image begins with a new byte. */
function unpacked({ width, height, depth, data }: DecodedPng): Uint8Array {
  const stride = Math.ceil((width * depth) / 8);
  const values = new Uint8Array(width * height);
  for (let i = 0; i < values.length; i++) {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * stride + (bit >> 3)];
    values[i] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  }
  return values;
}
