import { type Configuration, configuration, standardConfiguration } from "../study/configuration.ts";
import type { OptimizerName } from "../study/optimizer.ts";
import { ratesOf, standardSpace } from "../study/settings.ts";
import type { Space } from "../study/space.ts";
import type { SweepRequest } from "../study/sweep.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { QueueRequest } from "./queue-options.ts";
import { objectives, prunings, samplers } from "./sweep-space.ts";
import type { TableRequest } from "./table-options.ts";
import { flagOf } from "./train-settings.ts";
import { UsageError } from "./usage-error.ts";

/** What stays the same in every trial, where it is given. */
export interface FixedSettings {
  readonly hidden?: readonly number[];
  readonly activation?: Configuration["activation"];
  readonly dropoutKind?: Configuration["dropoutKind"];
  /** One rate for all hidden layers. */
  readonly dropout?: number;
  readonly inputDropout?: number;
  readonly scaling?: Configuration["scaling"];
  readonly optimizer?: OptimizerName;
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly maxNorm?: number | "none";
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly earlyStopping?: number;
}

/** The options of `drowse sweep`, as they are read. */
export interface SweepOptions extends FixedSettings, TableRequest, QueueRequest {
  readonly search?: Space;
  readonly trials: number;
  readonly sampler: keyof typeof samplers;
  readonly pruning: keyof typeof prunings;
  readonly objective: keyof typeof objectives;
  readonly folds: number;
  readonly repeats: number;
  readonly lag: number;
  readonly seed: number;
  readonly workers?: number;
  readonly trainBest?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

const FIXED = [
  ...["hidden", "activation", "dropoutKind", "dropout", "inputDropout", "scaling", "optimizer", "learningRate"],
  ...["weightDecay", "maxNorm", "epochs", "batchSize", "earlyStopping"],
] as const;

/**
 * What is to be swept.
 * @throws {UsageError} on a setting that is both searched and given, and on options that do not go together.
 */
export function sweepRequest(options: SweepOptions): SweepRequest {
  const { search, trials, folds, repeats, lag, seed } = options;
  const [sampler, pruning] = [samplers[options.sampler](), prunings[options.pruning]];
  const fixed = fixedOf(options);
  const layers = fixed.hidden?.length ?? standardConfiguration.hidden.length;
  const space = search ?? withoutGiven(standardSpace(layers), options);
  checkSearch(space, options);
  if (Object.keys(space).length === 0) {
    throw new UsageError("drowse", "every setting is given", "leave one to be searched, or give --search");
  }
  if (pruning === "halving" && sampler.looks) {
    const remedy = "give --sampler random, sobol or grid: all trials of a halving are drawn before the first is trained";
    throw new UsageError("drowse", "--pruning halving is given with --sampler tpe", remedy);
  }
  const all = sampler.count?.(space) ?? Number.POSITIVE_INFINITY;
  return {
    ...{ space, fixed, sampler, pruning, seed, lag },
    trials: Math.min(trials, all),
    objective: objectives[options.objective],
    resampling: { folds, repeats, seed },
  };
}

/** The settings that stay, checked. */
function fixedOf(options: FixedSettings): Partial<Configuration> {
  const given = FIXED.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]] as const]));
  const { earlyStopping, dropout, ...members } = Object.fromEntries(given) as FixedSettings;
  const { hidden = standardConfiguration.hidden } = members;
  const rate = dropout ?? standardConfiguration.dropout[0];
  const fixed = {
    ...members,
    ...(earlyStopping === undefined ? {} : { patience: earlyStopping }),
    ...(dropout === undefined && members.hidden === undefined ? {} : { dropout: hidden.map(() => rate) }),
  };
  try {
    configuration(fixed);
  } catch (error) {
    if (!(error instanceof DrowseError)) throw error;
    throw new UsageError(
      "drowse",
      error.received.replace(/^configuration\.(\w+)/, (_, name) => flagOf(name)),
      error.remedy,
    );
  }
  return fixed;
}

function withoutGiven(space: Space, options: FixedSettings): Space {
  const isGiven = (name: string) =>
    /^dropout\d+$/.test(name) ? options.dropout !== undefined : options[name as keyof FixedSettings] !== undefined;
  return Object.fromEntries(Object.entries(space).filter(([name]) => !isGiven(name)));
}

function checkSearch(space: Space, options: FixedSettings): void {
  for (const name of Object.keys(space)) {
    const option = name === "patience" ? "earlyStopping" : /^dropout\d+$/.test(name) ? "" : name;
    if (options[option as keyof FixedSettings] === undefined) continue;
    throw new UsageError("drowse", `${flagOf(option)} is given, and searched`, "leave one of them out");
  }
}

/** Whether any rate is searched: else there is no page about rates. */
export const searchesRates = ({ space }: SweepRequest) => ratesOf(space).length > 0;
