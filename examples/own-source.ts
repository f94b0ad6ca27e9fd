// A source of batches of one's own: rows that stay in a file until a step asks for them, so that data may be larger than memory.
//
//   node examples/own-source.ts
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BatchSource, dense, dropout, relu, sequential, sgd } from "drowse";

/** A record of the file: two numbers, little-endian, and one byte for the class. */
const RECORD = 9;

/** A file of points in two rings, the class being the ring. */
export async function writeRings(path: string, count: number): Promise<void> {
  const bytes = new DataView(new ArrayBuffer(count * RECORD));
  for (let row = 0; row < count; row++) {
    const ring = row % 2;
    const radius = 0.3 + 0.5 * ring + 0.2 * ((0.618 * row) % 1);
    bytes.setFloat32(row * RECORD, radius * Math.cos(row), true);
    bytes.setFloat32(row * RECORD + 4, radius * Math.sin(row), true);
    bytes.setUint8(row * RECORD + 8, ring);
  }
  await writeFile(path, new Uint8Array(bytes.buffer));
}

/** The file as a source. `gather` copies the rows that it is asked for, in that order; it may take its time. */
export async function openRings(path: string): Promise<BatchSource & { close(): Promise<void> }> {
  const file = await open(path);
  const { size } = await file.stat();
  return {
    count: size / RECORD,
    inputShape: [2],
    inputType: "f32",
    inputScale: 1,
    targetType: "classes",
    targetSize: 1,
    async gather(rows, { x, y }) {
      const record = new DataView(new ArrayBuffer(RECORD));
      for (const [i, row] of rows.entries()) {
        await file.read(record, 0, RECORD, row * RECORD);
        x[2 * i] = record.getFloat32(0, true);
        x[2 * i + 1] = record.getFloat32(4, true);
        if (y) y[i] = record.getUint8(8);
      }
    },
    close: () => file.close(),
  };
}

/** Trains on such a file, and tells the share of its rows that are in the right ring in the end. */
export async function trainOnRings(count: number, epochs: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "drowse-rings-"));
  try {
    await writeRings(join(folder, "rings"), count);
    const source = await openRings(join(folder, "rings"));
    const model = sequential({ input: [2], seed: 1 }, [dense(64), relu(), dropout({ rate: 0.2 }), dense(2)]);
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
    await model.fit(source, { loss: "crossEntropy", optimizer, epochs, batchSize: 32 });
    const { accuracy = 0 } = await model.evaluate(source);
    await source.close();
    return accuracy;
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`${(100 * (await trainOnRings(2000, 20))).toFixed(1)}% of the points are put into the right ring`);
}
