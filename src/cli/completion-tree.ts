import type { Command, Option } from "commander";
import { dropoutSchedules } from "../study/dropout-schedules.ts";
import { classMetrics } from "./option-values.ts";

/** What may stand in a place of a command line. */
export interface Offer {
  readonly words: readonly string[];
  readonly files: boolean;
}

/** An option as shells complete it; without a value there is nothing to offer after it. */
export interface CompletedOption {
  /** `--help`, `-h`. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly value: Offer | undefined;
  /** Its value may be left out. */
  readonly optional: boolean;
}

/** A command as shells complete it. */
export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Of all arguments: which one comes next, a shell would have to count. */
  readonly argument: Offer;
}

/** Arguments and values that are paths, by their names in the help. */
const PATHS = ["data", "model", "folder", "file"];
/** Words that are not the only ones, but worth offering. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  data: ["mnist"],
  names: classMetrics,
  weights: ["balanced"],
  schedule: Object.keys(dropoutSchedules),
};

function offerOf(name: string, choices: readonly string[] | undefined): Offer {
  return { words: choices ?? WORDS[name] ?? [], files: PATHS.includes(name) };
}

function both(offers: readonly Offer[]): Offer {
  return { words: offers.flatMap(({ words }) => words), files: offers.some(({ files }) => files) };
}

/** The first clause of a description. */
const clause = (text: string) => text.split(/[;:]| \(/)[0];

function completedOption({ short, long, description, argChoices, flags, optional, required }: Option): CompletedOption {
  const [, name = ""] = /[<[](.+)[>\]]/.exec(flags) ?? [];
  return {
    flags: [long, short].filter((flag) => flag !== undefined),
    description: clause(description),
    value: required || optional ? offerOf(name, argChoices) : undefined,
    optional,
  };
}

/** Everything that shells can complete of a program: what its help shows. */
export function completionTree(program: Command): { commands: CompletedCommand[]; options: CompletedOption[] } {
  const help = program.createHelp();
  const options = (command: Command) => help.visibleOptions(command).map(completedOption);
  const commands = help.visibleCommands(program).map((command) => ({
    name: command.name(),
    description: clause(command.summary()),
    options: options(command),
    argument: both(command.registeredArguments.map((argument) => offerOf(argument.name(), argument.argChoices))),
  }));
  return { commands, options: options(program) };
}
