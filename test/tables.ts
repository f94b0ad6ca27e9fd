import { deflateRawSync } from "node:zlib";
import type { Cell, Rows } from "../src/tables/cells.ts";

/** All rows of a reader, as objects without a prototype. */
export async function objectsOf(batches: AsyncIterable<Rows>): Promise<Record<string, Cell>[]> {
  const objects: Record<string, Cell>[] = [];
  for await (const { names, rows } of batches) {
    for (const row of rows) {
      const object = Object.create(null) as Record<string, Cell>;
      for (const [place, name] of names.entries()) object[name] = row[place];
      objects.push(object);
    }
  }
  return objects;
}

/** Text or bytes as a file that gives them in pieces of `size` bytes. */
export function inPieces(content: string | Uint8Array, size: number) {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  return {
    size: bytes.length,
    slice: (start: number, end: number) => blob.slice(start, end),
    stream: () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
          controller.close();
        },
      }),
  };
}

/** An npy file, as NumPy's format description has it. */
export function npyFile(descr: string, shape: readonly number[], data: Uint8Array, fortran = false): Uint8Array {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${axes}), }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const head = Uint8Array.of(0x93, ...Buffer.from("NUMPY"), 1, 0, padded.length & 255, padded.length >> 8);
  return Uint8Array.from([...head, ...Buffer.from(padded), ...data]);
}

/** A zip archive as NumPy writes one; `declared` lies about the size of an entry. */
export function zipFile(entries: Readonly<Record<string, Uint8Array>>, { deflate = false, declared = 0 } = {}): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of Object.entries(entries)) {
    const data = deflate ? deflateRawSync(bytes) : Buffer.from(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(deflate ? 8 : 0, 4);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(declared || bytes.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, Buffer.from(name), data]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), fields, place, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return new Uint8Array(Buffer.concat([...parts, list, end]));
}

/** Floats as the bytes of a file. */
export const floats = (values: readonly number[]) => new Uint8Array(Float64Array.from(values).buffer);
