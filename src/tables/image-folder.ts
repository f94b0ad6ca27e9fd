import { DrowseError, show } from "../tensor/errors.ts";
import type { Sliceable } from "./byte-source.ts";
import { sortLevels } from "./column-types.ts";

/** A file of an image, and where it lies in its folder: `train/cat/1.png`, with slashes. */
export interface ImageFile {
  readonly path: string;
  /** Its bytes: a `File` of a page is such. */
  readonly source: Sliceable;
}

/** An image whose class is known: its place among the classes, or -1 where it is none of them. */
export interface LabelledImage extends ImageFile {
  readonly label: number;
}

/** What the folders say of images. */
export interface ImageFolder {
  /** Names of the classes, numbers by size and texts by their code units. */
  readonly classes: readonly string[];
  /** The images of a folder that has `train` and `test`, or one of them. */
  readonly train?: readonly LabelledImage[];
  readonly test?: readonly LabelledImage[];
  /** The images of a folder that has neither. */
  readonly all?: readonly LabelledImage[];
}

const OPERATION = "image folder";
const REMEDY =
  "give a folder whose folders are the classes, cat/1.png and dog/1.png, or train and test with such folders in them";

/**
 * Sorts images by the folders that they lie in: CLASS/….png, or train/CLASS/….png and test/CLASS/….png. Folders within that of a class
 * are of the class. The order of the files does not matter.
 * @param options.classes - the classes that a model knows; default those of the folders.
 * @throws {DrowseError} on no images, images that lie in no folder of a class, and fewer than two classes to learn.
 * @example
 * const files = Array.from(input.files, (file) => ({ path: file.webkitRelativePath.split("/").slice(1).join("/"), source: file }));
 * const { classes, all } = imageFolder(files);
 */
export function imageFolder(files: readonly ImageFile[], options: { readonly classes?: readonly string[] } = {}): ImageFolder {
  if (files.length === 0) throw new DrowseError(OPERATION, "there are no PNG images", REMEDY);
  const parted = files.map((file) => ({ file, folders: file.path.split("/").slice(0, -1) }));
  const isSet = ({ folders: [first, second] }: (typeof parted)[number]) =>
    (first === "train" || first === "test") && second !== undefined;
  const sets = parted.filter(isSet);
  if (sets.length > 0) {
    const stray = parted.find((one) => !isSet(one));
    if (stray) throw new DrowseError(OPERATION, `${stray.file.path} lies beside the classes of ${sets[0].folders[0]}`, REMEDY);
  }
  const depth = sets.length > 0 ? 1 : 0;
  const lone = parted.find(({ folders }) => folders.length <= depth);
  if (lone) throw new DrowseError(OPERATION, `${lone.file.path} lies in no folder of a class`, REMEDY);

  const learned = parted.filter(({ folders: [first] }) => depth === 0 || first === "train");
  const named = new Set((learned.length > 0 ? learned : parted).map(({ folders }) => folders[depth]));
  const classes = options.classes ?? sortLevels(named);
  if (classes.length < 2) throw new DrowseError(OPERATION, `all images are of the class ${show(classes[0])}`, REMEDY);
  const places = new Map(classes.map((name, place) => [name, place]));
  const byPath = ({ path: a }: ImageFile, { path: b }: ImageFile) => (a < b ? -1 : a > b ? 1 : 0);
  const labelled = (some: typeof parted) =>
    some.map(({ file, folders }) => ({ ...file, label: places.get(folders[depth]) ?? -1 })).sort(byPath);
  if (depth === 0) return { classes, all: labelled(parted) };
  const set = (name: "train" | "test") => {
    const images = labelled(parted.filter(({ folders: [first] }) => first === name));
    return images.length === 0 ? {} : { [name]: images };
  };
  return { classes, ...set("train"), ...set("test") };
}
