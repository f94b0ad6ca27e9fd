import { type KeptHistory, keptHistory } from "../formats/kept-history.ts";

/** What is said of an epoch, as `fit` and the command tell it. */
interface EpochTold {
  readonly epoch: number;
  /** Of tables: the training that stops early, or the one that follows. */
  readonly phase?: unknown;
}

const OPERATION = "train";
/** What stands in an epoch's event and is no measure. */
const OTHERS: readonly string[] = ["event", "phase", "epoch", "epochs"];

/**
 * What a model's file keeps of the epochs of a run.
 * @param bestEpoch - of the training that stopped early, where one did.
 */
export function runHistory(epochs: readonly EpochTold[], bestEpoch: number | undefined): readonly KeptHistory[] {
  return (["first", "refit"] as const).flatMap((phase) => {
    const told = epochs.filter((epoch) => (epoch.phase === "refit") === (phase === "refit"));
    const best = phase === "first" ? bestEpoch : undefined;
    return keptHistory(OPERATION, columnsOf(told), { phase, bestEpoch: best }) ?? [];
  });
}

/** The numbers of epochs by name; null where an epoch lacks one. */
function columnsOf(epochs: readonly EpochTold[]): Record<string, (number | null)[]> {
  const names = new Set(epochs.flatMap((epoch) => Object.keys(epoch)).filter((name) => !OTHERS.includes(name)));
  const numberOf = (epoch: EpochTold, name: string) => {
    const value: unknown = (epoch as unknown as Readonly<Record<string, unknown>>)[name];
    return typeof value === "number" ? value : null;
  };
  return Object.fromEntries([...names].map((name) => [name, epochs.map((epoch) => numberOf(epoch, name))]));
}
