import { DrowseError } from "../tensor/errors.ts";

/**
 * Bytes that can be read more than once: a `Blob` or `File` of a page is one, and so is anything with these three. A table
 * is read twice, for the types of its columns and for its values, so that it need not lie in memory as text.
 */
export interface ByteSource extends Sliceable {
  /** All bytes, from the first. */
  stream(): ReadableStream<Uint8Array>;
}

/** Bytes of which any part can be read. */
export interface Sliceable {
  /** Number of bytes. */
  readonly size: number;
  /** Bytes `start` to `end - 1`. */
  slice(start: number, end: number): Pick<Blob, "arrayBuffer">;
}

/** The first bytes of a gzip file. */
const GZIP = [0x1f, 0x8b];

/** The bytes of a source, decompressed where they are gzip: in pieces, so that nothing grows in memory. */
export async function decompressed(source: ByteSource): Promise<ReadableStream<Uint8Array>> {
  const head = new Uint8Array(await source.slice(0, GZIP.length).arrayBuffer());
  if (!GZIP.every((byte, index) => head[index] === byte)) return source.stream();
  return source.stream().pipeThrough(new DecompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>);
}

/**
 * Text in pieces, of UTF-8 with or without its mark.
 * @throws {DrowseError} on bytes that are no UTF-8, and on damaged gzip.
 */
export async function* textOf(operation: string, source: ByteSource): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const bytes of chunksOf(await decompressed(source))) yield decoder.decode(bytes, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (isDamagedGzip(error)) {
      throw new DrowseError(
        operation,
        `the file begins as gzip does and is none (${error.message})`,
        "compress it again, or give it as it is",
      );
    }
    if (!(error instanceof TypeError)) throw error;
    throw new DrowseError(operation, `the file is not text in UTF-8 (${error.message})`, "save it as UTF-8, or give its format");
  }
}

/** Whether it comes of decompression in Node, whose zlib says so in its own way; browsers throw a TypeError. */
function isDamagedGzip(error: unknown): error is Error {
  return error instanceof Error && "code" in error && /^(Z_|ERR_TRAILING_JUNK)/.test(String(error.code));
}

/** What a stream gives, for browsers whose streams cannot be iterated too. */
export async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Where the reader of this stops early, the file need not be read on.
    await reader.cancel().catch(() => {});
  }
}
