import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drowse, eventsOf } from "./command.ts";

// What the command promises on the whole of MNIST, with the network of the paper: minutes, not seconds.

const MINUTES = 60_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "drowse-deep-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function lastEvent(...args: string[]) {
  const called = await drowse([...args, "--json"], { cwd: folder });
  expect(called).toMatchObject({ code: 0, stderr: "" });
  return eventsOf(called).at(-1) as Record<string, unknown>;
}

describe("drowse train mnist", () => {
  it(
    "is below 2.2% after three epochs, with one hash for any number of threads",
    async () => {
      const network = ["--hidden", "1024,1024", "--dropout", "0.5", "--input-dropout", "0.2"];
      const train = (threads: string) =>
        lastEvent("train", "mnist", ...network, "--epochs", "3", "--seed", "1", "--threads", threads);
      const [one, two] = [await train("1"), await train("2")];
      expect(one.testError).toBeLessThan(0.022);
      expect(two).toMatchObject({ event: "done", testError: one.testError, weightsHash: one.weightsHash });
    },
    15 * MINUTES,
  );
});

describe("the main job", () => {
  it(
    "reaches 1.60% with dropout, and beats the network without",
    async () => {
      const end = await lastEvent("main-job");
      const [without, withDropout] = end.networks as { trainingError: number; testError: number; gap: number }[];
      expect(withDropout.testError).toBeLessThanOrEqual(0.016);
      expect(withDropout.testError).toBeLessThan(without.testError);
      expect(withDropout.gap).toBeLessThan(without.gap);
      expect(end).toMatchObject({ event: "done", testError: withDropout.testError, testRows: 10_000, measuredRows: 10_000 });
    },
    20 * MINUTES,
  );
});
