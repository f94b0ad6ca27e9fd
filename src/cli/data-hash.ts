import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { ImageSets } from "./image-sets.ts";

/** What stands in config.json for the content of the data: `sha256:` and 64 hexadecimal digits. */
export type DataHash = `sha256:${string}`;

/** The hash of a table: of its file's bytes. */
export async function hashOfFile(path: string): Promise<DataHash> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(piece as Uint8Array);
  return `sha256:${hash.digest("hex")}`;
}

/**
 * The hash of images and labels, however their files are called or compressed: of the parts there are, training images, training
 * labels, test images and test labels, each its name and shape as JSON before its bytes. Of a folder of classes their names come first.
 */
export function hashOfImages({ train, test, folder }: ImageSets): DataHash {
  const hash = createHash("sha256");
  if (folder) hash.update(JSON.stringify(["classes", folder.classes]));
  for (const [set, part] of Object.entries({ train, test })) {
    if (part === undefined) continue;
    for (const kind of ["images", "labels"] as const) {
      const { shape, data } = part[kind];
      hash.update(JSON.stringify([set, kind, shape])).update(data);
    }
  }
  return `sha256:${hash.digest("hex")}`;
}
