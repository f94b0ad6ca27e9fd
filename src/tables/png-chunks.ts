import { crc32 } from "../formats/crc32.ts";
import { show } from "../tensor/errors.ts";
import { type PngHeader, readPngHeader, refused } from "./png-header.ts";

/** A file without what says nothing of the pixels. */
export interface PngChunks {
  readonly header: PngHeader;
  /** The signature and the chunks before the pixels that say what they are, as they stand in the file. */
  readonly before: Uint8Array;
  /** The compressed lines: the data of all IDAT chunks. */
  readonly compressed: Uint8Array;
}

/** Chunks that say what the pixels are. */
const ESSENTIAL = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];
/** 256 colours. */
const MOST_PALETTE = 768;
/** The chunks' length, type and checksum. */
const AROUND = 12;

/**
 * Walks over the chunks of a PNG file (PNG, 5.3) and keeps those that say what the pixels are: what texts, profiles and times grow to is
 * then nobody's question.
 * @throws {DrowseError} on files that are cut off, wrong checksums, chunks that come twice, and chunks that must be understood and are not
 *   known.
 */
export function pngChunks(bytes: Uint8Array, path: string): PngChunks {
  const header = readPngHeader(bytes, path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kept = [bytes.subarray(0, 8)];
  const data: Uint8Array[] = [];
  const seen = new Set<string>();
  for (let at = 8, type = ""; type !== "IEND"; ) {
    const end = at + AROUND > bytes.length ? Number.POSITIVE_INFINITY : at + AROUND + view.getUint32(at);
    if (end > bytes.length) throw refused(path, "is cut off", "copy the file again");
    type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (ESSENTIAL.includes(type)) {
      if (type !== "IDAT" && seen.has(type)) throw refused(path, `has two chunks ${type}`);
      if ((type === "PLTE" || type === "tRNS") && end - at - AROUND > MOST_PALETTE)
        throw refused(path, `has a chunk ${type} that is too long`);
      if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
        throw refused(path, `is damaged (the checksum of ${type} is wrong)`, "copy the file again");
      }
      if (type === "IDAT") data.push(bytes.subarray(at + 8, end - 4));
      else if (type !== "IEND") kept.push(bytes.subarray(at, end));
      // A capital says that who does not know the chunk cannot show the image.
    } else if (!/^[a-z][A-Za-z]{3}$/.test(type)) throw refused(path, `has a chunk ${show(type)}, which PNG has not`);
    seen.add(type);
    at = end;
  }
  if (data.length === 0) throw refused(path, "has no pixels");
  if (header.colourType === 3 && !seen.has("PLTE")) throw refused(path, "has no palette");
  return { header, before: joined(kept), compressed: data.length === 1 ? data[0] : joined(data) };
}

/** Bytes one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
