import { mkdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { sha256 } from "../formats/sha256.ts";
import { weightsHash } from "../formats/weights-hash.ts";
import { type Ensemble, ensemble } from "../study/ensemble.ts";
import type { MemberRecord } from "../study/member-record.ts";
import { parse } from "../study/parse.ts";
import { MOST_MEMBERS } from "../study/train-ensemble.ts";
import type { Preparation } from "../tables/preparation.ts";
import { preparationText } from "../tables/preparation-json.ts";
import { loadTableModel } from "../tables/table-model.ts";
import { DrowseError } from "../tensor/errors.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { ofFile } from "./of-file.ts";
import { ENSEMBLE_FILE } from "./run-folder.ts";

// An ensemble in its run folder: members/1.safetensors, members/2.safetensors, …, each the file of a model as any other, and ensemble.json,
// which is written last and says how many there are, by which seeds, and what their weights hash to. Files are found by their numbers: no
// path is read from a file.

const MEMBERS = "members";

/** The folder of the members. */
export const membersFolder = (folder: string) => join(folder, MEMBERS);

/** The file of a member. */
export const memberFile = (folder: string, member: number) => join(folder, MEMBERS, `${member}.safetensors`);

const REMEDY = "give a run folder as drowse train --members writes it";

const indexSchema = v.strictObject(
  {
    format: v.literal("drowse-ensemble/1", 'give "drowse-ensemble/1"'),
    members: v.pipe(
      v.array(
        v.strictObject(
          {
            seed: v.pipe(v.number(REMEDY), v.safeInteger(REMEDY), v.minValue(0, REMEDY)),
            weightsHash: v.pipe(v.string(REMEDY), v.regex(/^[0-9a-f]{64}$/, REMEDY)),
          },
          REMEDY,
        ),
        REMEDY,
      ),
      v.minLength(1, REMEDY),
      v.maxLength(MOST_MEMBERS, REMEDY),
    ),
  },
  REMEDY,
);

/** What ensemble.json says of a member. */
export type IndexedMember = Pick<MemberRecord, "seed" | "weightsHash">;

/** The text of ensemble.json, of the members in their order. */
export function indexText(members: readonly IndexedMember[]): string {
  const told = members.map(({ seed, weightsHash }) => ({ seed, weightsHash }));
  return `${JSON.stringify({ format: "drowse-ensemble/1", members: told }, null, 2)}\n`;
}

/** One hash for all members: SHA-256 of theirs, a line each. */
export const ensembleHash = (members: readonly IndexedMember[]): Promise<string> =>
  sha256(new TextEncoder().encode(members.map(({ weightsHash }) => `${weightsHash}\n`).join("")));

/** Writes the file of a member, whole or not at all. */
export async function writeMember(folder: string, member: number, model: Uint8Array): Promise<void> {
  await mkdir(membersFolder(folder), { recursive: true });
  await writeFileAtomic(memberFile(folder, member), model);
}

/** An ensemble that was read, and what makes its inputs of a table's columns. */
export interface EnsembleModel {
  readonly model: Ensemble;
  readonly preparation: Preparation;
  readonly members: readonly IndexedMember[];
  /** The bytes of their files. */
  readonly files: readonly Uint8Array[];
}

/** The folder of an ensemble behind `<model>`: a run folder with an index, or that file; undefined where it is none. */
export async function ensembleFolder(argument: string): Promise<string | undefined> {
  const isFile = async (path: string) => (await stat(path).catch(() => undefined))?.isFile() ?? false;
  if (basename(argument) === ENSEMBLE_FILE && (await isFile(argument))) return dirname(argument);
  return (await isFile(join(argument, ENSEMBLE_FILE))) ? argument : undefined;
}

/**
 * The ensemble behind `<model>`; undefined where it is none.
 * @throws {DrowseError} when its index or a member is missing, damaged, or not of the others.
 */
export async function openEnsemble(operation: string, argument: string): Promise<EnsembleModel | undefined> {
  const folder = await ensembleFolder(argument);
  if (folder === undefined) return undefined;
  const index = await readIndex(operation, join(folder, ENSEMBLE_FILE));
  const models = [];
  for (const [place, indexed] of index.members.entries()) models.push(await readMember(operation, folder, place + 1, indexed));
  const [first] = models;
  for (const [place, { preparation }] of models.entries()) {
    if (preparationText(preparation) === preparationText(first.preparation)) continue;
    throw new DrowseError(operation, `${memberFile(folder, place + 1)} is of another table than member 1`, REMEDY);
  }
  const { preparation } = first;
  const files = models.map(({ bytes }) => bytes);
  return { model: ensemble(models.map(({ model }) => model)), preparation, members: index.members, files };
}

async function readIndex(operation: string, path: string) {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new DrowseError(operation, `${path} cannot be read (${error.code})`, REMEDY);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new DrowseError(operation, `${path} is damaged: it is no JSON`, REMEDY);
  }
  return ofFile(path, () => parse(operation, "the index", indexSchema, json));
}

/**
 * Reads a member.
 * @throws {DrowseError} where it is missing, damaged, or another than it should be.
 */
export async function readMember(operation: string, folder: string, member: number, indexed: IndexedMember) {
  const path = memberFile(folder, member);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const missing = error.code === "ENOENT" || error.code === "ENOTDIR";
    throw new DrowseError(operation, `${path} ${missing ? "does not exist" : `cannot be read (${error.code})`}`, REMEDY);
  });
  const { model, preparation } = ofFile(path, () => loadTableModel(bytes));
  if (!preparation) throw new DrowseError(operation, `${path} is no model of a table`, REMEDY);
  if (model.seed !== indexed.seed || (await weightsHash(model.weights)) !== indexed.weightsHash) {
    throw new DrowseError(operation, `${path} is not the member ${member} that ${ENSEMBLE_FILE} tells of`, REMEDY);
  }
  return { model, preparation, bytes };
}
