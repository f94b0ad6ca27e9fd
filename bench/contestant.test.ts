import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ContestantProcess, contestantEnvironment } from "./contestant.ts";
import type { Job } from "./job.ts";

const serve = new URL("./peers/serve.mjs", import.meta.url);
const job: Job = { task: "peak", threads: 3 };
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "drowse-bench-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A contestant in Node, whose `prepare` is this text. */
async function contestant(name: string, prepare: string): Promise<{ program: string; arguments: string[] }> {
  const path = join(folder, `${name}.mjs`);
  await writeFile(path, `import { serve } from ${JSON.stringify(serve.href)};\nawait serve(${prepare});\n`);
  return { program: process.execPath, arguments: [path] };
}

describe("a contestant's process", () => {
  it("is given its job, says what it is, runs as often as it is asked and ends when it is let go", async () => {
    const command = await contestant(
      "good",
      `async (job) => {
        console.log("what libraries print is not the protocol");
        return { version: "peer 1.2", detail: job.task + " " + job.threads, run: (units) => { if (units === 7) throw new Error("not seven"); } };
      }`,
    );
    const process_ = await ContestantProcess.start(command, job);
    expect([process_.version, process_.detail]).toEqual(["peer 1.2", "peak 3"]);
    expect(await process_.run(1)).toBeGreaterThan(0);
    expect(await process_.run(1000)).toBeGreaterThan(0);
    await process_.rest();
    await expect(process_.run(7)).rejects.toThrow("not seven");
    process_.close();
  });

  it("that cannot start says why", async () => {
    const command = await contestant("bad", `async () => { throw new Error("no such kernel"); }`);
    await expect(ContestantProcess.start(command, job)).rejects.toThrow("no such kernel");
    await expect(ContestantProcess.start({ program: join(folder, "nobody"), arguments: [] }, job)).rejects.toThrow("ENOENT");
  });

  it("has the number of threads by every name, and no library's kernels forced on it", () => {
    const before = process.env.OPENBLAS_CORETYPE;
    process.env.OPENBLAS_CORETYPE = "Haswell";
    try {
      const environment = contestantEnvironment(2);
      expect(environment).toMatchObject({ OMP_NUM_THREADS: "2", OPENBLAS_NUM_THREADS: "2", MKL_NUM_THREADS: "2" });
      expect(environment).not.toHaveProperty("OPENBLAS_CORETYPE");
    } finally {
      if (before === undefined) delete process.env.OPENBLAS_CORETYPE;
      else process.env.OPENBLAS_CORETYPE = before;
    }
  });
});
