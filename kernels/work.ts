// How much of a product's work is done: what the share of skipped multiply-adds is made of.
import { PACKED, countsOf } from "./compress";
import { BLOCK, ceilDivide } from "./layout";

/** work = multiply-adds that A [rows, inner] times [inner, outputs] takes with A as it is listed and packed. work 0: nobody asks. */
export function countTerms(counts: usize, rows: i32, inner: i32, outputs: i32, work: usize): void {
  if (!work) return;
  let terms: i64 = 0;
  for (let group: i32 = 0; group << 2 < rows; ++group) {
    for (let first: i32 = 0; first < inner; first += BLOCK) {
      const at = countsOf(counts, inner, group, first / BLOCK);
      if (load<i32>(at) == PACKED) terms += min(BLOCK, inner - first) << 2;
      else terms += load<i32>(at) + load<i32>(at, 4) + load<i32>(at, 8) + load<i32>(at, 12);
    }
  }
  store<f64>(work, <f64>terms * <f64>outputs);
}
