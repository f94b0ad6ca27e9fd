import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findField } from "./field.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "drowse-bench-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program that answers what it is asked for versions as a Python with these would. */
async function python(name: string, versions: Record<string, string>): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho noise\necho '${JSON.stringify(versions)}'\n`);
  await chmod(path, 0o755);
  return path;
}

describe("findField", () => {
  it("names all peers that are missing, and how to add them", async () => {
    const { missing, torch, jax, tfjs, onnxruntime } = await findField(folder, [join(folder, "no-such-python")]);
    expect([torch, jax, tfjs, onnxruntime]).toEqual([[], undefined, undefined, undefined]);
    expect(missing.map(({ peer }) => peer)).toEqual([
      "PyTorch 1.13 with OpenBLAS",
      "the newest PyTorch",
      "onnxruntime",
      "jax-js",
      "TensorFlow.js",
    ]);
    for (const { remedy } of missing) expect(remedy).toMatch(/install|npm ci/);
  });

  it("takes each version once, of the first Python that has it, oldest first", async ({ skip }) => {
    skip(process.platform === "win32", "Windows starts no shell script by its name");
    const newest = await python("newest", { torch: "2.15.0+cpu", onnxruntime: "1.32.0" });
    const again = await python("again", { torch: "2.15.0+cpu" });
    const old = await python("old", { torch: "1.13.0a0" });
    await mkdir(join(folder, "bench/node_modules/@jax-js/jax"), { recursive: true });
    const { torch, onnxruntime, jax, missing } = await findField(folder, [newest, again, old]);
    expect(torch.map(({ version, command }) => [version, command.program])).toEqual([
      ["1.13.0a0", old],
      ["2.15.0+cpu", newest],
    ]);
    expect(onnxruntime?.version).toBe("1.32.0");
    expect(jax).toBeDefined();
    expect(missing.map(({ peer }) => peer)).toEqual(["TensorFlow.js"]);
  });
});
