import type { ParameterPlace } from "../layers/pass-context.ts";
import { fromPanels, toPanels } from "../wasm/layout.ts";
import type { Machine } from "../wasm/machine.ts";
import { type Graph, type GraphParameter, graphParameters, trainedParameters } from "./graph.ts";
import type { Plan } from "./plan.ts";

/** Numbers by parameter name, in the shapes users see: matrices [out, in], vectors [length]. */
export type Numbers = ReadonlyMap<string, Float32Array>;

/** Which of a parameter's buffers is meant: a number is a slot of the optimizer's. */
export type Part = "value" | "gradient" | number;

/** Where a part of a parameter lies. */
function addressOf({ value, gradient, state, bytes }: ParameterPlace & { readonly bytes: number }, part: Part): number {
  if (part === "value") return value;
  return part === "gradient" ? gradient : state + part * bytes;
}

/** The parameters that have a part: what is not trained has values only. */
function parametersWith(graph: Graph, part: Part): GraphParameter[] {
  return part === "value" ? graphParameters(graph) : trainedParameters(graph);
}

/** Copies numbers of all parameters that have this part into a machine. */
export function writeNumbers(machine: Machine, plan: Plan, graph: Graph, part: Part, numbers: Numbers): void {
  for (const { name, specification } of parametersWith(graph, part)) {
    const values = numbers.get(name);
    const place = plan.parameters.get(name);
    if (!values || !place) throw new Error(`no numbers or place for ${name}`);
    const [N, K] = specification.shape;
    machine.write(addressOf(place, part), K === undefined ? values : toPanels(values, N, K));
  }
}

/** Copies numbers of all parameters that have this part out of a machine. */
export async function readNumbers(machine: Machine, plan: Plan, graph: Graph, part: Part): Promise<Map<string, Float32Array>> {
  const numbers = new Map<string, Float32Array>();
  for (const { name, specification } of parametersWith(graph, part)) {
    const place = plan.parameters.get(name);
    if (!place) throw new Error(`no place for ${name}`);
    const values = new Float32Array(await machine.read(addressOf(place, part), place.bytes));
    const [N, K] = specification.shape;
    numbers.set(name, K === undefined ? values.slice(0, N) : fromPanels(values, N, K));
  }
  return numbers;
}
