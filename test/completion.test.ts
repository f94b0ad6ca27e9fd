import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noColours } from "../src/cli/paint.ts";
import { createProgram } from "../src/cli/program.ts";
import { drowse } from "./command.ts";

// The scripts of `drowse completion`: bash is asked what it would offer; the others are read by their shell where it is there.

type Shell = "bash" | "zsh" | "fish";

let folder: string;
const scripts = new Map<Shell, string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "drowse-completion-"));
  for (const name of ["mine.txt", "two words.txt"]) writeFileSync(join(folder, name), "");
  for (const shell of ["bash", "zsh", "fish"] as const) {
    const { code, stdout, stderr } = await drowse(["completion", shell], { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    scripts.set(shell, stdout);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const has = (shell: string) => spawnSync(shell, ["--version"]).status === 0;
/** A test that a shell takes part in, or a skipped one that says that the shell is missing. */
const withShell = (shell: Shell, name: string, test: () => void) =>
  has(shell) ? it(name, test) : it.skip(`${name} (could not run: there is no ${shell})`, test);

/** What bash offers for the last of the words. */
function offered(...words: string[]): string[] {
  const call = [
    'eval "$SCRIPT"',
    'complete -p drowse >/dev/null || exit 1; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _drowse',
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join("\n");
  const { status, stdout, stderr } = spawnSync("bash", ["-c", call, "bash", "drowse", ...words], {
    ...{ cwd: folder, encoding: "utf8", env: { ...process.env, SCRIPT: scripts.get("bash") } },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\n").filter((line) => line !== "");
}

/** The commands that the help shows, and their options. */
function shown() {
  const terminal = { write() {}, writeError() {}, isLive: false, isClosed: false, columns: 80, palette: noColours };
  const program = createProgram({ terminal, exitCode: 0 });
  const help = program.createHelp();
  return help.visibleCommands(program).map((command) => ({ name: command.name(), options: help.visibleOptions(command) }));
}

describe("drowse completion bash", () => {
  withShell("bash", "offers the commands, and not those that the help does not show", () => {
    expect(offered("")).toEqual([...shown().map(({ name }) => name), "--version", "-v", "--help", "-h"]);
    expect(offered("ev")).toEqual(["evaluate"]);
    expect(offered("main")).toEqual([]);
  });

  withShell("bash", "offers every option of a command, and the choices of every one that has some", () => {
    for (const { name, options } of shown()) {
      expect(offered(name, "--")).toEqual(options.map(({ long }) => long));
      for (const { long, argChoices } of options) {
        if (long && argChoices) expect(offered(name, "data", long, "")).toEqual(argChoices);
      }
    }
    expect(offered("train", "mnist", "--opt")).toEqual(["--optimizer"]);
    expect(offered("train", "--optimizer", "ada")).toEqual(["adam", "adamW", "adagrad"]);
    expect(offered("train", "--optimizer", "=", "sg"), "--optimizer=sg").toEqual(["sgd"]);
    expect(offered("train", "--optimizer", "="), "--optimizer=").toContain("sgd");
    expect(offered("completion", "")).toEqual(["bash", "zsh", "fish"]);
  });

  withShell("bash", "offers mnist and files where data may stand, files for paths, and nothing for numbers", () => {
    expect(offered("train", "m")).toEqual(["mnist", "mine.txt"]);
    expect(offered("evaluate", "mine.txt", "mn")).toEqual(["mnist"]);
    expect(offered("train", "mnist", "--out", "t")).toEqual(["two words.txt"]);
    expect(offered("train", "mnist", "--hidden", "")).toEqual([]);
    expect(offered("train", "--json", "two"), "after an option without a value").toEqual(["two words.txt"]);
    expect(offered("train", "--early-stopping", "two"), "after an option whose value may be left out").toEqual(["two words.txt"]);
  });
});

describe.each(["zsh", "fish"] as const)("drowse completion %s", (shell) => {
  it("has every command, every option and every choice that the help shows", () => {
    const script = scripts.get(shell) ?? "";
    for (const { name, options } of shown()) {
      // zsh has a line per command, fish one per option.
      const own = script.split("\n").filter((line) => line.includes(`from ${name}'`) || line.startsWith(`    ${name}) `));
      expect(own.length, name).toBeGreaterThan(0);
      for (const { long = "", argChoices = [] } of options) {
        const wanted = shell === "zsh" ? new RegExp(`'${long}=?\\[[^'\\]]`) : new RegExp(`-l ${long.slice(2)} `);
        const line = own.find((one) => wanted.test(one));
        expect(line, `${name} ${long}`).toBeDefined();
        if (argChoices.length > 0) expect(line).toContain(argChoices.join(" "));
      }
    }
    expect(script).not.toContain("main-job");
  });

  withShell(shell, "is read by its shell", () => {
    const file = join(folder, `script.${shell}`);
    writeFileSync(file, scripts.get(shell) ?? "");
    const { status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
