import { CommanderError } from "commander";
import { expect, it } from "vitest";
import { DrowseError } from "../tensor/errors.ts";
import { failureOf } from "./failure.ts";
import { Interrupted } from "./interrupt.ts";
import { UsageError } from "./usage-error.ts";

it.each([
  ["a mistake the user can mend", new DrowseError("train", "x is 1", "give 2"), 1, "train: x is 1; give 2\n"],
  ["a wrong call", new UsageError("drowse", "--epochs is 0", "give more"), 2, "drowse: --epochs is 0; give more\n"],
  ["Ctrl-C", new Interrupted("SIGINT"), 130, "stopped by Ctrl-C\n"],
  ["a request of the system", new Interrupted("SIGTERM"), 143, "stopped by SIGTERM\n"],
])("%s is told in one line, without a stack", (_, error, exitCode, text) => {
  expect(failureOf(error)).toMatchObject({ exitCode, text, event: { message: text.trimEnd(), exitCode } });
});

it("a call that cannot be read says where to look", () => {
  const { exitCode, text } = failureOf(new CommanderError(1, "commander.unknownOption", "error: unknown option '--foo'"));
  expect(exitCode).toBe(2);
  expect(text).toMatch(/^drowse: unknown option '--foo'; see drowse --help.*\n$/);
});

it("help and version are no failure", () => {
  expect(failureOf(new CommanderError(0, "commander.helpDisplayed", "(outputHelp)"))).toEqual({
    exitCode: 0,
    text: "",
    event: undefined,
  });
});

it.each([
  [new TypeError("x is undefined"), "failure.test.ts"],
  ["a text", "a text"],
])("a bug is told with all there is to know", (error, part) => {
  const { exitCode, text } = failureOf(error);
  expect(exitCode).toBe(1);
  expect(text).toContain(part);
  expect(text).toContain("Please report it");
});
