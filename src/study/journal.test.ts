import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { quickExecutor, quickSweep } from "../../test/sweeps.ts";
import { headerLine, readJournal, wholeLines } from "./journal.ts";
import { openJournal } from "./journal-file.ts";
import { type SweepRequest, sweep, sweepHeader } from "./sweep.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drowse-journal-"));
  path = join(folder, "study.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const headerOf = (request: SweepRequest) => sweepHeader(request, { name: "x.csv", hash: "0".repeat(64) }, { drowse: "0.0.0" });

async function run(request = quickSweep()) {
  const journal = openJournal(path, headerOf(request));
  const executor = quickExecutor();
  try {
    return { trials: await sweep(request, { executor, journal }), asked: executor.asked };
  } finally {
    journal.close();
  }
}

describe("a journal", () => {
  it.each(["median", "none", "halving"] as const)(
    "goes on from wherever it was cut off, also within a line: no training is lost or repeated, the trials are the same (%s)",
    async (pruning) => {
      const request = quickSweep({ pruning, trials: 8, ...(pruning === "halving" ? { lag: 8 } : {}) });
      const whole = await run(request);
      const bytes = readFileSync(path);
      const lines = bytes.toString().split("\n").length - 1;
      expect(lines).toBeGreaterThan(20);
      const ends = [...bytes.keys()].filter((at) => bytes[at] === 10);
      // After each line, in the middle of the next, and with nothing but its end missing.
      const cuts = [
        0,
        ...ends.flatMap((end, line) => [
          end + 1,
          ...(line + 1 < ends.length ? [Math.floor((end + ends[line + 1]) / 2), ends[line + 1]] : []),
        ]),
      ];
      for (const cut of cuts) {
        writeFileSync(path, bytes.subarray(0, cut));
        const known = readJournal(bytes.subarray(0, wholeLines(bytes.subarray(0, cut))).toString())?.folds.length ?? 0;
        const { trials, asked } = await run(request);
        expect(trials).toEqual(whole.trials);
        expect(asked).toHaveLength(whole.asked.length - known);
        expect(readFileSync(path, "utf8").split("\n")).toHaveLength(lines + 1);
        expect(sortedLines(readFileSync(path, "utf8"))).toEqual(sortedLines(bytes.toString()));
      }
    },
  );

  it("refuses to go on with another study, and says what differs", async () => {
    await run();
    expect(() => openJournal(path, headerOf(quickSweep({ seed: 5 })))).toThrow(
      `journal: ${path}: it is of a study whose seed is 4, and not 5; give the same as before, or another journal`,
    );
    await expect(run(quickSweep({ fixed: {} }))).rejects.toThrow("of a study whose fixed is");
    expect(readdirSync(folder)).toEqual(["study.jsonl"]);
  });

  const damages: readonly (readonly [name: string, damage: (lines: string[]) => string[], message: string])[] = [
    ["a line is no JSON", (lines) => lines.with(2, "{"), 'line 3 is "{"'],
    ["a line is cut", (lines) => lines.with(2, lines[2].slice(0, -3)), "line 3 is"],
    ["a number is changed", (lines) => lines.with(1, lines[1].replace('"fold":0', '"fold":-1')), "line 2.fold is -1"],
    ["a member is added", (lines) => lines.with(1, lines[1].replace("{", '{"more":1,')), "line 2.more is no setting"],
    ["a member is missing", (lines) => lines.with(1, lines[1].replace(/"epochs":\d+,/, "")), "line 2.epochs is missing"],
    ["a hash is no hash", (lines) => lines.with(1, lines[1].replace(/[0-9a-f]{64}/, "0")), 'line 2.weightsHash is "0"'],
    ["a training is there twice", (lines) => [...lines.slice(0, 2), ...lines.slice(1)], "line 3 tells of a training again"],
    ["it is no journal", () => ["hello"], 'line 1 is "hello"'],
    [
      "it is of another version",
      (lines) => lines.with(0, lines[0].replace("drowse-study/1", "drowse-study/2")),
      'line 1.format is "drowse-study/2"',
    ],
  ];
  it.each(damages)("is refused where %s, and left as it is", async (_, damage, message) => {
    await run();
    const damaged = `${damage(readFileSync(path, "utf8").split("\n").slice(0, -1)).join("\n")}\n`;
    writeFileSync(path, damaged);
    await expect(run()).rejects.toThrow(`journal: ${path}: ${message}`);
    expect(readFileSync(path, "utf8")).toBe(damaged);
    expect(readdirSync(folder)).toEqual(["study.jsonl"]);
  });

  it("is kept from a second program, and taken over from one that was killed", () => {
    const first = openJournal(path, headerOf(quickSweep()));
    expect(() => openJournal(path, headerOf(quickSweep()))).toThrow(
      `journal: ${path} is open in process ${process.pid} on ${hostname()}; wait for it, give another journal, or remove ${path}.lock if that process is gone`,
    );
    first.close();
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    writeFileSync(`${path}.lock`, JSON.stringify({ host: hostname(), pid }));
    openJournal(path, headerOf(quickSweep())).close();
    writeFileSync(`${path}.lock`, JSON.stringify({ host: "another", pid }));
    expect(() => openJournal(path, headerOf(quickSweep()))).toThrow(`is open in process ${pid} on another`);
    writeFileSync(`${path}.lock`, "");
    expect(() => openJournal(path, headerOf(quickSweep()))).toThrow("is open in another process");
    rmSync(`${path}.lock`);
  });

  it("says where it cannot be", () => {
    expect(() => openJournal(join(folder, "no", "such.jsonl"), {})).toThrow(
      /such.jsonl cannot be written \(ENOENT\); give another path$/,
    );
  });
});

/** Lines without what depends on the clock, in an order of their own: trials that run together may be over in any order. */
function sortedLines(text: string): string[] {
  return text
    .replace(/"seconds":[\d.e-]+/g, "")
    .split("\n")
    .sort();
}

it("a journal of no whole line has nothing in it", () => {
  expect(readJournal("")).toBeUndefined();
  expect(readJournal(headerLine({ seed: 1 }))).toEqual({ header: { seed: 1 }, folds: [], trials: [] });
  expect(wholeLines(Buffer.from("a\nb"))).toBe(2);
});
