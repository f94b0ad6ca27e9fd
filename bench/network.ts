import { dense, dropout, type Layer, relu } from "drowse";
import type { NetworkJob } from "./job.ts";

/** The layers of a network; a rate of 0 or none stands for no dropout layer. */
export function networkLayers({ layers, rates }: Pick<NetworkJob, "layers" | "rates">): Layer[] {
  const widths = layers.slice(1);
  return widths.flatMap((width, index) => [
    ...(rates[index] > 0 ? [dropout({ rate: rates[index] })] : []),
    dense(width),
    ...(index < widths.length - 1 ? [relu()] : []),
  ]);
}
