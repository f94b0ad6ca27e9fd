import { optimizerDefaults } from "../study/optimizer.ts";
import { defaults } from "./defaults.ts";
import { tableDefaults } from "./table-defaults.ts";
import { flagOf, givenFlag, type TrainSettings } from "./train-settings.ts";

/** What config.json has besides options of the command. */
const NO_OPTIONS = ["drowse", "generator", "command", "data", "dataHash", "threads"];

/**
 * The command line that repeats a run, as people would type it: of the settings in its config.json those that are not what
 * `drowse train` takes anyway.
 */
export function commandLine(config: TrainSettings & { readonly data: string }): string {
  const isTable = "target" in config;
  const standard: Readonly<Record<string, unknown>> = {
    ...defaults,
    ...optimizerDefaults[config.optimizer],
    ...(isTable ? { ...tableDefaults, batchSize: undefined, dropout: undefined } : { test: tableDefaults.test }),
  };
  const given = Object.entries(config).filter(
    ([name, value]) =>
      !NO_OPTIONS.includes(name) && value !== undefined && JSON.stringify(value) !== JSON.stringify(standard[name]),
  );
  const options = given.flatMap(([name, value]) => optionOf(name, value));
  return ["drowse", "train", quoted(config.data), ...options].join(" ");
}

function optionOf(name: string, value: unknown): string[] {
  if (typeof value === "boolean") return [givenFlag(name, value)];
  if (Array.isArray(value)) return [flagOf(name), quoted(value.length === 0 ? "none" : value.join(","))];
  if (typeof value === "object" && value !== null) {
    return [
      flagOf(name),
      quoted(
        Object.entries(value)
          .map(([key, of]) => `${key}=${of}`)
          .join(","),
      ),
    ];
  }
  return [flagOf(name), quoted(String(value))];
}

/** An argument as a shell takes it. */
const quoted = (text: string) => (/^[\w./:,=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** The command line that repeats a comparison. */
export function compareOptionsLine(path: string, options: object): string {
  // Where it was carried out is nothing to repeat, and the address of a queue may have a password in it.
  const left = ["to", "json", "workers", "queue", "dataUrl"];
  const given = Object.entries(options).filter(([name, value]) => !left.includes(name) && value !== undefined);
  return ["drowse", "compare", quoted(path), ...given.flatMap(([name, value]) => optionOf(name, value))].join(" ");
}
