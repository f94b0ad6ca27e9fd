import { stat } from "node:fs/promises";
import { join } from "node:path";
import { formatCount } from "./format.ts";
import { checkpointNames, newestCheckpoint } from "./run-checkpoints.ts";
import { CONFIG_FILE, ENSEMBLE_FILE, MODEL_FILE } from "./run-folder.ts";

const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;

/** Whether a folder is that of a run without a model: one that was killed, or goes on. */
export async function isUnfinished(folder: string): Promise<boolean> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) return false;
  if ((await exists(join(folder, MODEL_FILE))) || (await exists(join(folder, ENSEMBLE_FILE)))) return false;
  return (await checkpointNames(folder)).length > 0 || (await exists(join(folder, CONFIG_FILE)));
}

/** How a run goes on that has not come to its end; nothing of one that has. */
export async function goOnLines(folder: string): Promise<string[]> {
  const waits = (await isUnfinished(folder)) || (await checkpointNames(folder).catch(() => [])).length > 0;
  return waits ? ["the run has not come to its end; to go on with it:", `  drowse train --resume ${folder}`] : [];
}

/**
 * What the newest checkpoint of a run without a model holds.
 * @throws {DrowseError} where there are checkpoints and none is whole.
 */
export async function checkpointLines(folder: string): Promise<string[]> {
  const found = await newestCheckpoint(folder);
  if (found === undefined) return [`${folder}: no model yet, and no checkpoint`];
  const { trainer, epochs, best } = found.state;
  const refused = found.refused.map(({ name, reason }) => `${name} is damaged (${reason})`);
  const weights = Object.entries(trainer.values).map(([name, { length }]) => [name, formatCount(length)]);
  const width = (column: number) => Math.max(0, ...weights.map((row) => row[column].length));
  const table = weights.map(([name, count]) => `${name.padEnd(width(0))}  ${count.padStart(width(1))} numbers`);
  const rates = Object.entries(trainer.rates).map(([name, rate]) => `${name} ${Number(rate.toPrecision(4))}`);
  const kept = best ? `, of which epoch ${best.epoch} is the best` : "";
  const again = found.note.endsWith(" refit") ? " of the second training, on all rows" : "";
  return [
    `${folder}: no model yet, but a checkpoint, ${found.name}`,
    ...refused,
    `step ${formatCount(trainer.step)}, after ${epochs.length} finished epochs${again}${kept}`,
    `optimizer ${trainer.optimizer}, seed ${trainer.seed}`,
    ...(table.length > 0 ? [table.join("\n")] : []),
    ...(rates.length > 0 ? [`rates: ${rates.join(", ")}`] : []),
  ];
}
