import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drowse, eventsOf, writeBars } from "./command.ts";
import { Draws } from "./draws.ts";
import { hashOfRun, killAndResume, toldOf } from "./kills.ts";

// A run that is killed at any moment goes on to the bits of one that was not. The kernel ends the process: nothing of it can tidy up.

/** Kills in all: few of them in every run of the tests, many in `npm run test:deep`. */
const KILLS = process.env.DROWSE_DEEP ? 1000 : 20;

let cwd = "";
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "drowse-kills-"));
  const rows = Array.from({ length: 240 }, (_, i) => {
    const [a, b] = [((i * 7919) % 100) / 100, ((i * 104_729) % 97) / 97];
    return `${a},${b.toFixed(3)},${"xyz"[i % 3]},${a + b > 1 ? "yes" : "no"}`;
  });
  writeFileSync(join(cwd, "points.csv"), ["a,b,c,label", ...rows].join("\n"));
  writeBars(join(cwd, "bars"), { train: 120, test: 40 });
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const trainings: { name: string; args: string[]; until?: string }[] = [
  {
    name: "table",
    args: [
      "points.csv",
      "--hidden",
      "12",
      "--epochs",
      "250",
      "--reduce-on-plateau",
      "9",
      "--early-stopping",
      "250",
      "--no-refit",
    ],
  },
  {
    name: "table, trained again",
    args: ["points.csv", "--hidden", "12", "--epochs", "90", "--reduce-on-plateau", "9", "--dropout-schedule", "linear:0.5"],
    until: '"phase":"refit"',
  },
  {
    name: "images",
    args: ["bars", "--hidden", "12", "--epochs", "120", "--optimizer", "adam", "--dropout-schedule", "linear:0.1"],
  },
];

describe.skipIf(process.platform === "win32")("a training that is killed", () => {
  it.concurrent.each(trainings)(
    "again and again ends with the hash of one that is not: $name",
    { timeout: process.env.DROWSE_DEEP ? 3_600_000 : 120_000 },
    async ({ name, args, until }) => {
      const whole = eventsOf(await drowse(["train", ...args, "--out", `whole-${name}`, "--json"], { cwd }));
      expect(whole.at(-1)).toMatchObject({ event: "done" });
      const told = toldOf(cwd, `whole-${name}`);
      expect(told.some((line) => line.startsWith("refit"))).toBe(until !== undefined);
      const hash = hashOfRun(cwd, `whole-${name}`);
      const killed = { cwd, args, run: `killed-${name}`, hash, told, ...(until ? { until } : {}), draws: new Draws(name.length) };
      expect(await killAndResume(killed, Math.ceil(KILLS / trainings.length))).toBeGreaterThan(0);
    },
  );
});
