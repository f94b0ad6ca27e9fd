import { readTable, tableTask } from "drowse/tables";
import { unitInterval } from "../src/random/normal.ts";
import { streamKey, WordStream } from "../src/random/streams.ts";
import type { TableData } from "../src/study/trial-data.ts";

/** A table of points on two rings, one of which is inside the other, with a column of noise and one of categories. */
export async function ringsTable(rows: number, seed = 1): Promise<TableData> {
  const words = new WordStream(streamKey(seed, "test/rings"));
  const uniform = () => 2 * unitInterval(words.next()) - 1;
  const lines = Array.from({ length: rows }, () => {
    const [x, y] = [uniform(), uniform()];
    const ring = x * x + y * y + 0.15 * uniform() < 0.6 ? "inner" : "outer";
    return `${x.toFixed(4)},${y.toFixed(4)},${uniform().toFixed(3)},${uniform() > 0 ? "red" : "blue"},${ring}`;
  });
  return { kind: "table", task: tableTask(await readTable(new Blob([`x,y,noise,colour,ring\n${lines.join("\n")}\n`]))) };
}

/** A table whose target is a number. */
export async function slopeTable(rows: number, seed = 1): Promise<TableData> {
  const words = new WordStream(streamKey(seed, "test/slope"));
  const uniform = () => 2 * unitInterval(words.next()) - 1;
  const lines = Array.from({ length: rows }, () => {
    const [a, b] = [uniform(), uniform()];
    return `${a.toFixed(4)},${b.toFixed(4)},${(100 + 30 * a * b + 2 * uniform()).toFixed(3)}`;
  });
  return { kind: "table", task: tableTask(await readTable(new Blob([`a,b,height\n${lines.join("\n")}\n`]))) };
}
