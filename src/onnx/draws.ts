import type { GraphBuilder } from "./graph-builder.ts";

/** factor x, or x itself. */
export function scaled(graph: GraphBuilder, x: string, factor: number): string {
  return factor === 1 ? x : graph.op("Mul", [x, graph.constant("factor", factor)]);
}

/** What is drawn where `training_mode` is true. Each node that draws is one of its own, for each run anew. */
export function drawn(graph: GraphBuilder, live: string) {
  /** Numbers from 0 to 1 in the shape of a value. */
  const uniform = (like: string) => graph.op("RandomUniformLike", [like]);
  return {
    uniform,
    /** Normal numbers in the shape of a value. */
    normal: (like: string, mean: number, deviation: number) =>
      graph.op("RandomNormalLike", [like], { mean: { float: mean }, scale: { float: deviation } }),
    /** Whether each number of a value is awake. */
    awake: (like: string, rate: number) => graph.op("GreaterOrEqual", [uniform(like), graph.constant("rate", rate)]),
    /** x where it is awake, else 0. */
    masked: (x: string, awake: string) => graph.op("Where", [awake, x, graph.constant("zero", 0)]),
    /** What there is in training, or in prediction, to the bit. */
    choose: (training: string, prediction: string) => graph.op("Where", [live, training, prediction]),
  };
}
