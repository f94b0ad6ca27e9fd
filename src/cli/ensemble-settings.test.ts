import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { memberSeed, trainMember } from "../study/member.ts";
import { configurationOf } from "./ensemble-settings.ts";
import { KeptRun } from "./kept-run.ts";
import { readTask } from "./read-task.ts";
import { tableDefaults } from "./table-defaults.ts";
import { trainTable } from "./table-run.ts";
import { addTrainOptions } from "./train-options.ts";
import { type TrainRequest, trainSettings } from "./train-settings.ts";

// A member is trained by a configuration, and a network alone by the settings of the command: both must come to the same bits.

const rows = Array.from({ length: 120 }, (_, i) => {
  const [a, b] = [((i * 7919) % 100) / 100, ((i * 104_729) % 97) / 97];
  return `${a},${b.toFixed(3)},c${i % 5},${i % 2 ? a : ""},${a + b + ((i * 31) % 7) / 7 > 1.5 ? "yes" : "no"}`;
});
const source = new Blob([["a,b,colour,gap,label", ...rows].join("\n")]);

/** The settings of options, as `drowse train` has them for a table. */
function settingsOf(...options: string[]) {
  const command = addTrainOptions(new Command());
  command.parse(["--hidden", "6", "--epochs", "8", "--batch-size", "16", "--threads", "1", ...options], { from: "user" });
  const { checkpointEvery: _, test: __, refit: ___, ...given } = command.opts();
  const isGiven = (name: string) => command.getOptionValueSource(name) === "cli";
  const standard = Object.fromEntries(Object.entries(tableDefaults).filter(([name]) => !isGiven(name)));
  const { refit: ____, test: _____, ...request } = { ...given, ...standard };
  return trainSettings({ dropout: 0.3, ...request } as unknown as TrainRequest);
}

/** A plateau lowers the learning rate before the best epoch, which is number 7. */
const LOWERED = ["--reduce-on-plateau", "1", "--early-stopping", "8", "--learning-rate", "0.3", "--epochs", "14", "--seed", "3"];

const CASES: readonly (readonly string[])[] = [
  [],
  ["--schedule", "cosine", "--warmup", "10", "--optimizer", "sgd", "--momentum", "0.9", "--nesterov", "--weight-decay", "0.001"],
  ["--dropout-schedule", "linear:0.1", ...LOWERED],
  ["--schedule", "step", "--decay-steps", "9", "--decay-factor", "0.3", "--clip-norm", "0.5", "--max-norm", "2"],
  ["--class-weights", "balanced", "--label-smoothing", "0.1", "--clip-value", "0.05", "--input-dropout", "0.1"],
  ["--dropout-kind", "alpha", "--activation", "selu", "--dropout", "0.1", "--optimizer", "rmsprop"],
  ["--scaling", "standard", "--optimizer", "adagrad", "--class-weights", "1,3", "--schedule", "polynomial"],
];

describe("member 1 of an ensemble", () => {
  it.each(CASES.flatMap((options) => [true, false].map((refit) => ({ options: options.join(" "), refit }))))(
    "is the network of drowse train $options, refit $refit",
    async ({ options, refit }) => {
      const settings = settingsOf(...options.split(" ").filter(Boolean));
      const asked = { test: 0.2, refit };
      const task = await readTask(source, asked);
      const kept = new KeptRun({ out: undefined, name: "t", checkpointEvery: null }, () => {});
      // Nothing is written: what keeps a run is left out.
      const untold = Object.assign(Object.create(kept) as KeptRun, { beginRefit: async () => ({}), tell() {} });
      Object.defineProperties(untold, {
        state: { value: undefined },
        between: { value: undefined },
        secondsBefore: { value: 0 },
      });
      const alone = await trainTable({ path: "t.csv", task }, asked, settings, {
        signal: new AbortController().signal,
        onEvent() {},
        kept: untold,
        begin: async () => ({}),
      });
      const { validation = 0, seed } = settings;
      const request = { configuration: configurationOf(settings), validation, test: 0.2, refit, seed };
      const member = await trainMember({ kind: "table", task }, { ...request, member: 1 });
      expect(member.weightsHash).toBe(alone.end.weightsHash);
      expect(member).toMatchObject({ epochs: alone.end.epochs, bestEpoch: alone.end.bestEpoch });
      // Another member is the network of another seed, on the rows of the same split.
      const other = await trainMember({ kind: "table", task }, { ...request, member: 2 });
      expect(other.seed).toBe(memberSeed(seed, 2));
      expect(other.weightsHash).not.toBe(member.weightsHash);
    },
  );
});
