import { dense, dropout, type Layer, relu } from "drowse";
import type { NetworkJob } from "./job.ts";

/** The layers of a network; a rate of 0 or none stands for no dropout layer. */
export function networkLayers({ layers, rates, shared }: Pick<NetworkJob, "layers" | "rates" | "shared">): Layer[] {
  const widths = layers.slice(1);
  return widths.flatMap((width, index) => [
    ...(rates[index] > 0 ? [dropout({ rate: rates[index], ...(shared ? { sharedAcross: ["batch"] } : {}) })] : []),
    dense(width),
    ...(index < widths.length - 1 ? [relu()] : []),
  ]);
}
