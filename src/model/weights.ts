import type { ParameterPlace } from "../layers/layer.ts";
import { fromPanels, toPanels } from "../wasm/layout.ts";
import type { Machine } from "../wasm/machine.ts";
import { type Graph, graphParameters } from "./graph.ts";
import type { Plan } from "./plan.ts";

/** Numbers by parameter name, in the shapes users see: weights [out, in], biases [out]. */
export type Numbers = ReadonlyMap<string, Float32Array>;

/** Which of a parameter's buffers is meant: a number is a slot of the optimizer's. */
export type Part = "value" | "gradient" | number;

/** Where a part of a parameter lies. */
function addressOf({ value, gradient, state, bytes }: ParameterPlace & { readonly bytes: number }, part: Part): number {
  if (part === "value") return value;
  return part === "gradient" ? gradient : state + part * bytes;
}

/** Copies numbers of all parameters into a machine. */
export function writeNumbers(machine: Machine, plan: Plan, graph: Graph, part: Part, numbers: Numbers): void {
  for (const { name, specification } of graphParameters(graph)) {
    const values = numbers.get(name);
    const place = plan.parameters.get(name);
    if (!values || !place) throw new Error(`no numbers or place for ${name}`);
    const [N, K] = specification.shape;
    machine.write(addressOf(place, part), K === undefined ? values : toPanels(values, N, K));
  }
}

/** Copies numbers of all parameters out of a machine. */
export async function readNumbers(machine: Machine, plan: Plan, graph: Graph, part: Part): Promise<Map<string, Float32Array>> {
  const numbers = new Map<string, Float32Array>();
  for (const { name, specification } of graphParameters(graph)) {
    const place = plan.parameters.get(name);
    if (!place) throw new Error(`no place for ${name}`);
    const values = new Float32Array(await machine.read(addressOf(place, part), place.bytes));
    const [N, K] = specification.shape;
    numbers.set(name, K === undefined ? values.slice(0, N) : fromPanels(values, N, K));
  }
  return numbers;
}
