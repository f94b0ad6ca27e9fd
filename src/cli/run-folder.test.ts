import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DrowseError } from "../tensor/errors.ts";
import { writeFileAtomic } from "./atomic-write.ts";
import { checkRunFolder, MODEL_FILE, RunFolder } from "./run-folder.ts";

vi.mock("./atomic-write.ts", { spy: true });

const files = { model: Uint8Array.of(1, 2, 3), metrics: [{ epoch: 1 }, { event: "done" }] };
const refuse = (error: DrowseError) => expect.unreachable(error.message);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "drowse-run-"));
  vi.spyOn(process, "cwd").mockReturnValue(folder);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const create = (out: string) => RunFolder.create({ out, name: "mnist", config: "{}\n" });

describe("RunFolder", () => {
  it("has config.json from its beginning, and writes the model last", async () => {
    const out = join(folder, "deep", "run");
    const run = await create(out);
    expect(run.path).toBe(out);
    expect(await readdir(out)).toEqual(["config.json"]);
    await run.finish({ ...files, others: { "report.html": Uint8Array.of(1) } });
    expect((await readdir(out)).sort()).toEqual(["config.json", "metrics.jsonl", MODEL_FILE, "report.html"]);
    expect(await readFile(join(out, "metrics.jsonl"), "utf8")).toBe('{"epoch":1}\n{"event":"done"}\n');
    expect(vi.mocked(writeFileAtomic).mock.calls.at(-1)?.[0]).toBe(join(out, MODEL_FILE));
  });
  it("takes an empty folder, and a numbered name where another run came first", async () => {
    const out = join(folder, "run");
    await mkdir(out);
    expect((await create(out)).path).toBe(out);
    expect((await create(out)).path).toBe(`${out}-1`);
    expect((await create(out)).path).toBe(`${out}-2`);
  });
  it("gives runs that begin at once a folder each", async () => {
    const out = join(folder, "run");
    const made = await Promise.all(Array.from({ length: 8 }, () => create(out)));
    expect(new Set(made.map(({ path }) => path)).size).toBe(8);
    for (const { path } of made) expect(await readdir(path)).toEqual(["config.json"]);
  });
  it("leaves nothing where the disk is full at the beginning, not even the folders it made", async () => {
    vi.mocked(writeFileAtomic).mockRejectedValueOnce(new DrowseError("write", "the disk is full", "free some space"));
    await expect(create(join(folder, "runs", "mnist-1"))).rejects.toThrow("the disk is full");
    expect(await readdir(folder)).toEqual([]);
  });
  it("tells of a place where no folder can be made", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(create(join(folder, "file", "run"))).rejects.toThrow(DrowseError);
  });
  it("takes all back that it made, when it is discarded", async () => {
    const run = await create(join(folder, "deep", "run"));
    run.tell([{ epoch: 1 }], refuse);
    await run.discard();
    expect(await readdir(folder)).toEqual([]);
  });
  it("brings metrics.jsonl to the lines that it is told, whatever was there", async () => {
    const { path } = await create(join(folder, "run"));
    const read = async () => (await readFile(join(path, "metrics.jsonl"), "utf8")).trimEnd().split("\n");
    // As a killed process leaves it: a line too many, and a torn one.
    await writeFile(join(path, "metrics.jsonl"), '{"epoch":1}\n{"epoch":2}\n{"epo');
    const before = vi.mocked(writeFileAtomic).mock.calls.length;
    const run = new RunFolder(path);
    const lines: object[] = [{ epoch: 1 }];
    for (const epoch of [2, 3, 4]) {
      lines.push({ epoch });
      run.tell(lines, refuse);
    }
    await run.finish({ ...files, metrics: [...lines, { event: "done" }] });
    expect(await read()).toEqual([1, 2, 3, 4].map((epoch) => `{"epoch":${epoch}}`).concat('{"event":"done"}'));
    // Whole at the first line and at the end, and appended between.
    expect(vi.mocked(writeFileAtomic).mock.calls.length - before).toBe(3);
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
