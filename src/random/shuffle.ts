import type { Key } from "./philox.ts";
import { WordStream } from "./streams.ts";

/** The order of `count` rows in a pass: 0 to count - 1, shuffled (Fisher and Yates), a pure function of key and pass. */
export function shuffledRows(count: number, key: Key, pass: number): Uint32Array {
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  const words = new WordStream(key, pass);
  for (let last = count - 1; last > 0; last--) {
    const other = words.below(last + 1);
    const row = rows[last];
    rows[last] = rows[other];
    rows[other] = row;
  }
  return rows;
}
