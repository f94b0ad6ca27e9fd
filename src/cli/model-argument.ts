import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Model } from "../model/model.ts";
import { loadTableModel, type TableModel } from "../tables/table-model.ts";
import { DrowseError } from "../tensor/errors.ts";
import { isUnfinished } from "./inspect-checkpoint.ts";
import { ofFile } from "./of-file.ts";
import { ENSEMBLE_FILE, MODEL_FILE } from "./run-folder.ts";

const REMEDY = `give a run folder or its ${MODEL_FILE}, as drowse train writes them`;

/**
 * The model behind `<model>`: a run folder, or the model's file.
 * @throws {DrowseError} when there is none, or the file is damaged or another program's.
 */
export async function openModel(operation: string, argument: string): Promise<Model> {
  return (await openTableModel(operation, argument)).model;
}

/** The model behind `<model>`, and where it is one of a table what makes its inputs. */
export async function openTableModel(operation: string, argument: string): Promise<TableModel> {
  const { path, bytes } = await modelBytes(operation, argument);
  return ofFile(path, () => loadTableModel(bytes));
}

/** The file behind `<model>`, whatever it holds. */
export async function modelBytes(operation: string, argument: string): Promise<{ path: string; bytes: Uint8Array }> {
  const refuse = (path: string) => (error: NodeJS.ErrnoException) => {
    const missing = error.code === "ENOENT" || error.code === "ENOTDIR";
    throw new DrowseError(operation, `${path} ${missing ? "does not exist" : `cannot be read (${error.code})`}`, REMEDY);
  };
  const isFolder = (await stat(argument).catch(refuse(argument))).isDirectory();
  if (isFolder && (await isUnfinished(argument))) {
    const received = `${argument} has no model yet: the run has not come to its end`;
    throw new DrowseError(operation, received, `go on with it: drowse train --resume ${argument}`);
  }
  const path = isFolder ? join(argument, MODEL_FILE) : argument;
  const index = isFolder ? join(argument, ENSEMBLE_FILE) : path;
  if (basename(index) === ENSEMBLE_FILE && (await stat(index).catch(() => undefined))?.isFile()) {
    const member = join(dirname(index), "members", "1.safetensors");
    throw new DrowseError(
      operation,
      `${argument} is an ensemble, of several models`,
      `give one of its members, such as ${member}`,
    );
  }
  return { path, bytes: await readFile(path).catch(refuse(path)) };
}
