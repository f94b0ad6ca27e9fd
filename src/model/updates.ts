import type { Optimizer } from "../optimizers/optimizer.ts";
import { updateRules } from "../wasm/kernels.ts";
import { PANEL, SCRATCH_BYTES } from "../wasm/layout.ts";
import type { Argument } from "../wasm/program.ts";
import { trainedParameters } from "./graph.ts";
import type { PlanBuilder, ProgramBuilder } from "./plan-builder.ts";
import { HYPER } from "./record.ts";

// The update from stored gradients: of layers on whose products it does not ride, and of all in the unfused plan and where the
// norm of the whole gradient comes first.

const hyper: Argument = { record: HYPER };

/** An optimizer's rule as the kernels number it. */
export const ruleNumber = ({ rule }: Optimizer): number => updateRules.indexOf(rule);

/** All parameters whose gradient is stored, with their places. */
function storedGradients({ request, places }: PlanBuilder) {
  return trainedParameters(request.graph).flatMap(({ name, node, specification }) => {
    const place = places.get(name);
    return place && place.gradient !== 0 ? [{ node, specification, place }] : [];
  });
}

/** Updates every parameter whose gradient is stored; with `clipNorm`, where that is all, it is first shortened to it as a whole. */
export function emitUpdates(plan: PlanBuilder, program: ProgramBuilder, optimizer: Optimizer): void {
  const { scratch } = plan.workspace;
  const factor = optimizer.clipNorm === undefined ? 0 : emitClipFactor(plan, program, optimizer.clipNorm);
  for (const { node, specification, place } of storedGradients(plan)) {
    const emit = program.emitter(node.name);
    const decays = specification.decays === true;
    emit("update", {
      rule: ruleNumber(optimizer),
      weights: place.value,
      state: place.state,
      gradients: place.gradient,
      count: place.bytes / 4,
      factor,
      hyper,
      decays: decays ? 1 : 0,
      status: plan.statusOf(node.name),
      scratch,
    });
    const [N, K] = specification.shape;
    if (specification.most !== undefined) emit("limitNumbers", { numbers: place.value, count: N, most: specification.most });
    if (!decays || K === undefined) continue;
    emit("maxNorm", { weights: place.value, K, N, hyper, scratch, scratchBytes: SCRATCH_BYTES });
  }
}

/** Norms of the panels, each summed by one thread, then their sum by one: the same bits for any number of threads. */
function emitClipFactor(plan: PlanBuilder, program: ProgramBuilder, limit: number): number {
  const emit = program.emitter("clipNorm");
  const parameters = storedGradients(plan).map(({ specification, place }) => {
    const pieces = Math.ceil(specification.shape[0] / PANEL);
    return { gradients: place.gradient, pieces, pieceBytes: place.bytes / pieces };
  });
  const count = parameters.reduce((sum, { pieces }) => sum + pieces, 0);
  const sums = plan.arena.allocate(8 * count);
  let first = 0;
  for (const parameter of parameters) {
    const last = first + parameter.pieces;
    emit("squaredNorms", { ...parameter, sums: sums + 8 * first }, { barrier: last === count });
    first = last;
  }
  const factor = plan.arena.allocate(4);
  emit("clipFactor", { sums, count, limit, factor });
  return factor;
}
