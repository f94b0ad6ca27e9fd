import { emitSharedMask, isPlainDropout } from "../layers/dropout/dropout.ts";
import { ridesForward, soleProducer, soleReader } from "./fusion.ts";
import type { Node } from "./graph.ts";
import { type ForwardRiders, passContext } from "./passes.ts";
import { type PlanBuilder, TRAINS } from "./plan-builder.ts";

// A mask that the batch shares rides on the product before it in training: known before the product, it leaves out the columns of
// who sleeps. So a layer shrinks to the sub-matrix of who is awake, its inputs being skipped as all zeros are.

/** Whether a dropout layer's work is done by the product before it, past a rectifier that rides on that too. */
function rides(plan: PlanBuilder, node: Node): boolean {
  const { layer } = node;
  if (!plan.request.fused || !isPlainDropout(layer) || !layer.isShared || layer.isIdentity(true)) return false;
  const before = soleProducer(plan, node, true);
  return before?.layer.kind === "dense" || (before !== undefined && ridesForward(plan, before, true));
}

/** The dropout layer whose mask a dense layer's product takes. */
function maskBehind(plan: PlanBuilder, node: Node): Node | undefined {
  if (node.layer.kind !== "dense") return undefined;
  let reader = soleReader(plan, node, true);
  if (reader && ridesForward(plan, reader, true)) reader = soleReader(plan, reader, true);
  return reader && rides(plan, reader) ? reader : undefined;
}

/** What rides on the products of a training step beside rectifiers. */
export const sharedMasks: ForwardRiders = {
  rides,
  maskFor(plan, program, node, output) {
    const masked = maskBehind(plan, node);
    if (!masked) return 0;
    const context = passContext(plan, program, masked, TRAINS, { inputs: [output], output });
    emitSharedMask(context);
    return context.kept;
  },
};
