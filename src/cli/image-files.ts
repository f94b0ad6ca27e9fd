import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ImageFile } from "../tables/image-folder.ts";
import { DrowseError } from "../tensor/errors.ts";
import { partsOf, readPart } from "./file-source.ts";

/** How deep folders are looked into, which ends links that lead back, and how many files are listed. */
const DEEPEST = 8;
const MOST_FILES = 2 ** 20;

const isPngName = (name: string) => /\.png$/i.test(name);
/** Images of other kinds, which are not read. */
const isImageName = (name: string) => /\.(jpe?g|gif|webp|bmp|tiff?|avif|heic)$/i.test(name);

/** What is in a folder: PNG images by their paths in it, and the other files. */
export interface ListedImages {
  readonly images: readonly ImageFile[];
  readonly others: readonly string[];
}

/**
 * Lists the images of a folder and of the folders in it, each sorted by names. What begins with a dot, as systems leave it behind, is
 * passed over.
 * @throws {DrowseError} where a folder cannot be listed, holds too much, or has no PNG images.
 */
export async function listImages(operation: string, folder: string): Promise<ListedImages> {
  const images: ImageFile[] = [];
  const others: string[] = [];
  const refuse = (path: string) => (error: NodeJS.ErrnoException) => {
    throw new DrowseError(operation, `${path} cannot be read (${error.code})`, "check the folder and its permissions");
  };
  const walk = async (inner: string, depth: number): Promise<void> => {
    const names = await readdir(join(folder, inner)).catch(refuse(join(folder, inner)));
    for (const name of names.filter((one) => !one.startsWith(".") && one !== "__MACOSX").sort()) {
      const path = inner === "" ? name : `${inner}/${name}`;
      const full = join(folder, path);
      const found = await stat(full).catch(refuse(full));
      if (found.isDirectory()) {
        if (depth < DEEPEST) await walk(path, depth + 1);
      } else if (isPngName(name) && found.isFile()) images.push({ path, source: partsOf(full, found.size) });
      else others.push(path);
      if (images.length + others.length > MOST_FILES) {
        throw new DrowseError(operation, `${folder} holds more than ${MOST_FILES} files`, "give a folder with fewer");
      }
    }
  };
  await walk("", 0);
  if (images.length > 0) return { images, others };
  const instead = others.length > 0 ? `, but ${others[0]}${others.length > 1 ? ` and ${others.length - 1} more` : ""}` : "";
  const due = "a folder with a folder of PNG images for each class, or of IDX files";
  const remedy = others.some(isImageName) ? `convert images to PNG; give ${due}` : `give ${due}`;
  throw new DrowseError(operation, `${folder} holds neither PNG images nor IDX files${instead}`, remedy);
}

/** A single image, as one that lies in a folder. */
export async function oneImage(path: string): Promise<ImageFile> {
  return { path, source: partsOf(path, (await stat(path)).size) };
}

/** Whether `<data>` is images: a folder that has no IDX files, or a file that is an image by its name or PNG by its first bytes. */
export async function isImages(data: string): Promise<boolean> {
  if (data === "mnist") return false;
  const found = await stat(data).catch(() => undefined);
  if (found?.isDirectory()) return !(await readdir(data).catch(() => [])).some((name) => name.includes("ubyte"));
  if (!found?.isFile()) return false;
  return isPngName(data) || isImageName(data) || Buffer.from(await readPart(data, 0, 4)).toString("latin1") === "\x89PNG";
}
