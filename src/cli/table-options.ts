import { type Command, Option } from "commander";
import { MOST_MEMBERS } from "../study/train-ensemble.ts";
import type { GivenType } from "../tables/column-types.ts";
import type { ReadOptions } from "../tables/open-rows.ts";
import type { Channels } from "../tables/png-pixels.ts";
import type { TaskKind } from "../tables/table-task.ts";
import { wholeNumber } from "./option-values.ts";
import { UsageError } from "./usage-error.ts";

/** How a table is read: for all commands that take one. */
export interface TableReading {
  readonly delimiter?: string;
  readonly decimal?: "." | ",";
  readonly header?: boolean;
  readonly skipLines?: number;
  readonly missing?: readonly string[];
}

/** What is to be learned of it. */
export interface TableRequest extends TableReading {
  readonly target?: string;
  readonly task?: TaskKind;
  readonly dropColumns?: readonly string[];
  readonly types?: Readonly<Record<string, GivenType>>;
  /** Share of the rows to test on. */
  readonly test?: number;
  /** Whether to train again on all rows but those to test on, when early stopping has found for how long. */
  readonly refit?: boolean;
  /** Networks of an ensemble. */
  readonly members?: number;
}

/** What is to be made of a folder of PNG images. */
export interface ImageRequest {
  readonly channels?: Channels;
  /** Share of the images to test on, where there is no folder of such. */
  readonly test?: number;
}

/** Names of the options of tables, for those who must tell them from others. */
export const TABLE_OPTIONS = [
  ...["target", "task", "dropColumns", "types", "test", "refit", "members"],
  ...["delimiter", "decimal", "header", "skipLines", "missing"],
] as const;

const list = (text: string) => text.split(",").map((part) => part.trim());

/** `a=category,b=number`. */
function types(text: string): Record<string, GivenType> {
  const pairs = list(text).map((pair) => {
    const at = pair.lastIndexOf("=");
    const type = pair.slice(at + 1);
    if (at > 0 && (type === "number" || type === "category")) return [pair.slice(0, at), type] as const;
    throw new UsageError(
      "drowse",
      `--types is ${JSON.stringify(text)}`,
      "give number or category per column, such as age=number,zip=category",
    );
  });
  return Object.fromEntries(pairs);
}

function share(text: string): number {
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value < 1) return value;
  throw new UsageError("drowse", `--test is ${JSON.stringify(text)}`, "give a share from 0 to below 1, such as 0.2");
}

/** Adds the options of how a table is read. */
export function addTableReading(command: Command): Command {
  return command
    .optionsGroup("Tables, where they are not as they look:")
    .addOption(new Option("--delimiter <text>", "between two fields"))
    .addOption(new Option("--decimal <sign>", "before the fraction of a number").choices([".", ","]))
    .addOption(new Option("--header", "the first row names the columns"))
    .addOption(new Option("--no-header", "it does not: they are c1, c2, …"))
    .addOption(new Option("--skip-lines <n>", "lines to pass over first").argParser(wholeNumber("--skip-lines", 0, 1_000_000)))
    .addOption(
      new Option("--missing <texts>", "what means missing, joined by commas (default: nothing, ?, NA, NaN, null, …)").argParser(
        list,
      ),
    );
}

/** Adds the options of what is learned of a table. */
export function addTableTask(command: Command): Command {
  return command
    .optionsGroup("Tables:")
    .addOption(new Option("--target <column>", "what to predict (default: the last column)"))
    .addOption(
      new Option("--task <kind>", "default: classification of texts and of at most 20 whole numbers").choices([
        "classification",
        "regression",
      ]),
    )
    .addOption(new Option("--drop-columns <names>", "columns to leave out, joined by commas").argParser(list))
    .addOption(
      new Option("--types <pairs>", "columns that are not what they look like, as zip=category,age=number").argParser(types),
    );
}

/** Adds the options of what a table's rows are for. */
export function addTableRows(command: Command): Command {
  return command
    .addOption(new Option("--test <share>", "share of the rows to test on (default: 0.15)").argParser(share))
    .addOption(new Option("--refit", "train again on all rows but these, as long as was best (default)"))
    .addOption(new Option("--no-refit", "keep the model of the best epoch, which has not seen the rows to validate on"));
}

/** Adds the option of how many networks learn from a table. */
export function addMembers(command: Command): Command {
  const read = wholeNumber("--members", 1, MOST_MEMBERS);
  return command.addOption(
    new Option("--members <n>", "networks of an ensemble, which differ by their seeds (default: 1)").argParser(read),
  );
}

/** Adds the option of what becomes of colours. */
export function addImageChannels(command: Command): Command {
  return command
    .optionsGroup("Folders of PNG images (and --test):")
    .addOption(
      new Option("--channels <kind>", "a number or three for each pixel (default: rgb where any image has colours)").choices([
        "grey",
        "rgb",
      ]),
    );
}

/** The options of reading that were given. */
export function readingOf({ delimiter, decimal, header, skipLines, missing }: TableReading): ReadOptions {
  return {
    ...(delimiter === undefined ? {} : { delimiter: delimiter === "\\t" ? "\t" : delimiter }),
    ...(decimal === undefined ? {} : { decimal }),
    ...(header === undefined ? {} : { header }),
    ...(skipLines === undefined ? {} : { skipLines }),
    ...(missing === undefined ? {} : { missing }),
  };
}
