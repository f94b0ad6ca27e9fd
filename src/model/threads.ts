import { sizeOf } from "../tensor/shape.ts";
import { checkThreads, coreCount } from "../wasm/host.ts";
import { type Graph, graphParameters } from "./graph.ts";

/** Multiply-adds between two barriers that make a thread worth its wake-up: about 50 microseconds of them. */
const WORTH_A_THREAD = 400_000;

/** Multiply-adds of one row's forward pass: each parameter is one. */
export function rowWork(graph: Graph): number {
  return graphParameters(graph).reduce((sum, { specification }) => sum + sizeOf(specification.shape), 0);
}

/** The threads asked for, 0 being the calling thread, or as many as help: one per core, but no more than each product has work for. */
export function resolveThreads(operation: string, threads: number | undefined, graph: Graph, batchSize: number): number {
  if (threads !== undefined) return checkThreads(operation, threads);
  const products = graphParameters(graph).filter(({ specification }) => specification.shape.length > 1).length;
  const perProduct = (rowWork(graph) * batchSize) / Math.max(1, products);
  return Math.max(1, Math.min(coreCount(), Math.floor(perProduct / WORTH_A_THREAD)));
}
