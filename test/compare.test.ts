import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drowse, eventsOf } from "./command.ts";

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "drowse-compare-"));
  const rows = Array.from({ length: 120 }, (_, i) => {
    const [x, y] = [((i * 7919) % 97) / 97, ((i * 104729) % 89) / 89];
    return `${x.toFixed(3)},${y.toFixed(3)},${(3 * x - y).toFixed(3)},${x + y > 1 ? "far" : "near"}`;
  });
  writeFileSync(join(cwd, "places.csv"), ["x,y,height,place", ...rows].join("\n"));
  writeFileSync(join(cwd, "one.csv"), ["x,place", "1,near", "2,near", "3,near"].join("\n"));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const call = (...args: string[]) => drowse(["compare", ...args], { cwd });
const SHORT = ["--hidden", "8", "--folds", "3", "--repeats", "1", "--epochs", "4", "--rates", "0.2,0.6"];

describe("drowse compare", () => {
  it("tells variants, differences and a verdict as events, the same for any number of workers", async () => {
    const done = [];
    for (const workers of ["1", "2"]) {
      const called = await call("places.csv", ...SHORT, "--json", "--workers", workers);
      expect(called).toMatchObject({ code: 0, stderr: "" });
      const events = eventsOf(called);
      expect(events.map(({ event }) => event)).toEqual(["start", ...Array(12).fill("fold"), "done"]);
      const { seconds: _, ...end } = events.at(-1) as Record<string, unknown>;
      done.push(end);
    }
    expect(done[1]).toEqual(done[0]);
    const variants = done[0].variants as { name: string; error: number; errorDifference?: object }[];
    expect(variants.map(({ name }) => name)).toEqual(["none", "inverted 0.2", "inverted 0.6", "standard 0.2"]);
    expect(variants[1].errorDifference).toMatchObject({
      mean: expect.any(Number),
      low: expect.any(Number),
      high: expect.any(Number),
    });
    expect(["helps", "hurts", "unclear"]).toContain(done[0].verdict);
  });

  it("draws a table, answers in words and writes a page", async () => {
    const called = await call("places.csv", ...SHORT, "--target", "height", "--drop-columns", "place", "--to", "page.html");
    expect(called).toMatchObject({ code: 0, stderr: "" });
    expect(called.stdout).toMatch(/120 rows, target height \(regression\)/);
    expect(called.stdout).toMatch(/dropout +rmse +difference \(95%\)/);
    expect(called.stdout).toMatch(/^(Yes|No|These folds do not tell): /m);
    const page = readFileSync(join(cwd, "page.html"), "utf8");
    expect(page).toMatch(/Content-Security-Policy/);
    expect(page).toContain("inverted 0.6");
    expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  it("ends at Ctrl-C in the middle of its trainings, and writes no page", async () => {
    const onOutput = (text: string, kill: (signal: NodeJS.Signals) => void) => {
      if (text.includes('"event":"fold"')) kill("SIGINT");
    };
    const long = ["--hidden", "64", "--repeats", "40", "--epochs", "4"];
    const called = await drowse(["compare", "places.csv", ...long, "--to", "stopped.html", "--json"], { cwd, onOutput });
    expect(called).toMatchObject({ code: 130, stderr: "stopped by Ctrl-C\n" });
    const events = eventsOf(called);
    expect(events.at(-1)).toMatchObject({ event: "interrupted", exitCode: 130 });
    expect(events.filter(({ event }) => event === "fold").length).toBeLessThan(40);
    expect(existsSync(join(cwd, "stopped.html"))).toBe(false);
  });

  it.each<[args: string[], code: number, message: RegExp]>([
    [["places.csv", "--rates", "0,0.5"], 2, /^drowse: --rates is "0"; give rates above 0/],
    [["places.csv", "--rates", "1"], 2, /^drowse: --rates is "1"; give /],
    [["places.csv", "--folds", "1"], 2, /^drowse: --folds is "1"; give a whole number from 2/],
    [["places.csv", "--hidden", "none"], 2, /^drowse: --hidden is none; give hidden layers/],
    [["one.csv"], 1, /^table: the target "place" cannot be predicted/],
    [["nowhere.csv"], 1, /nowhere\.csv/],
    [["places.csv", "--folds", "500", "--rates", "0.5"], 1, /fold/],
  ])("refuses %j", async (args, code, message) => {
    const called = await call(...args);
    expect({ code: called.code, stdout: called.stdout.split("\n").length < 6 }).toEqual({ code, stdout: true });
    expect(called.stderr.trimEnd()).toMatch(message);
    expect(called.stderr.trimEnd().split("\n"), "one line, no stack").toHaveLength(1);
  });
});
