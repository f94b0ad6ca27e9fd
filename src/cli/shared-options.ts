import { Option } from "commander";
import { metricNames, wholeNumber } from "./option-values.ts";

// Options that several commands have, with one meaning.

export const threadsOption = () =>
  new Option("--threads <n>", "threads, 1 to 64 (default: as many as help); the result is the same for any number").argParser(
    wholeNumber("--threads", 1, 64),
  );

export const seedOption = (value: number) =>
  new Option("--seed <n>", "of everything random: first weights, order of the images, who sleeps")
    .argParser(wholeNumber("--seed", 0, Number.MAX_SAFE_INTEGER))
    .default(value);

export const epochsOption = (value: number) =>
  new Option("--epochs <n>", "passes over the training images").argParser(wholeNumber("--epochs", 1, 1_000_000)).default(value);

export const setOption = () =>
  new Option("--set <name>", "which images of the data (default: test, or the only set there is)").choices(["train", "test"]);

export const jsonOption = () => new Option("--json", "print events, one JSON object a line, instead of text");

/** @param when - says what is measured, to begin the description. */
export const metricsOption = (when: string) =>
  new Option(
    "--metrics <names>",
    `${when}: accuracy, top5Accuracy (any k), macroPrecision, macroRecall, macroF1, auroc; of two classes precision, recall, f1`,
  ).argParser(metricNames("--metrics"));
