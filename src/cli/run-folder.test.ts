import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DrowseError } from "../tensor/errors.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { checkRunFolder, MODEL_FILE, writeRunFolder } from "./run-folder.ts";

vi.mock("./atomic-write.ts", { spy: true });

const files = { model: Uint8Array.of(1, 2, 3), metrics: [{ epoch: 1 }, { event: "done" }], config: { seed: 1 } };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "drowse-run-"));
  vi.spyOn(process, "cwd").mockReturnValue(folder);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

describe("writeRunFolder", () => {
  it("writes three files, the model last", async () => {
    const out = join(folder, "deep", "run");
    expect(await writeRunFolder(out, "mnist", files)).toBe(out);
    expect((await readdir(out)).sort()).toEqual(["config.json", "metrics.jsonl", MODEL_FILE]);
    expect(await readFile(join(out, "metrics.jsonl"), "utf8")).toBe('{"epoch":1}\n{"event":"done"}\n');
    expect(vi.mocked(writeFileAtomic).mock.calls.at(-1)?.[0]).toBe(join(out, MODEL_FILE));
  });
  it("takes an empty folder, and a numbered name where another run came first", async () => {
    const out = join(folder, "run");
    await mkdir(out);
    expect(await writeRunFolder(out, "mnist", files)).toBe(out);
    expect(await writeRunFolder(out, "mnist", files)).toBe(`${out}-1`);
    expect(await writeRunFolder(out, "mnist", files)).toBe(`${out}-2`);
  });
  it("gives runs that end at once a folder each", async () => {
    const out = join(folder, "run");
    const written = await Promise.all(Array.from({ length: 8 }, () => writeRunFolder(out, "mnist", files)));
    expect(new Set(written).size).toBe(8);
    for (const path of written) expect(await readdir(path)).toHaveLength(3);
  });
  it("leaves nothing where the disk is full, not even the folders it made", async () => {
    vi.mocked(writeFileAtomic)
      .mockResolvedValueOnce()
      .mockRejectedValueOnce(new DrowseError("write", "the disk is full", "free some space"));
    await expect(writeRunFolder(join(folder, "runs", "mnist-1"), "mnist", files)).rejects.toThrow("the disk is full");
    expect(await readdir(folder)).toEqual([]);
  });
  it("tells of a place where no folder can be made", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(writeRunFolder(join(folder, "file", "run"), "mnist", files)).rejects.toThrow(DrowseError);
  });
});

describe("checkRunFolder refuses, before any training,", () => {
  it("a folder that holds something, and a file", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(checkRunFolder(folder)).rejects.toThrow("holds 1 entries already; give a new folder, or empty that one");
    await expect(checkRunFolder(join(folder, "file"))).rejects.toThrow("is, or leads through, a file");
    await expect(checkRunFolder(join(folder, "file", "x"))).rejects.toThrow("is, or leads through, a file");
  });
  it("but takes a new or an empty one, and makes nothing", async () => {
    await checkRunFolder(join(folder, "a", "b"));
    await checkRunFolder(folder);
    expect(await readdir(folder)).toEqual([]);
  });
});
