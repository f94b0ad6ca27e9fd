import type { ParameterSpecification } from "../layers/layer.ts";
import type { ParameterPlace, WeightPlace } from "../layers/pass-context.ts";
import { answersPerRow, targetsFor } from "../losses/loss.ts";
import { MONTE_CARLO, streamKey, TRAINING } from "../random/streams.ts";
import { sizeOf } from "../tensor/shape.ts";
import { Arena } from "../wasm/arena.ts";
import { FACTOR_HEAD, listBytes, type Matrix, PANEL, panelBytes, SCRATCH_BYTES, strideOf, vectorBytes } from "../wasm/layout.ts";
import type { MachineSpecification } from "../wasm/machine.ts";
import type { Program } from "../wasm/program.ts";
import { type Graph, graphParameters, isTrained, nextWeights, parameterName, weightOf } from "./graph.ts";
import { emitInference } from "./passes.ts";
import { type NodeBuffers, type PlanBuilder, type PlanRequest, updatesRide } from "./plan-builder.ts";
import { dropoutNodes, dropoutRecord } from "./rates.ts";

import { BATCH, DROPOUT_BYTES, DROPOUTS, MASK_PASS, PASS, type RecordLayout, recordLayout } from "./record.ts";
import type { EmitTraining } from "./training-pass.ts";

/** Most memory that a slot of step records takes, where the request does not say. */
const SLOT_BYTES = 4 << 20;
const MOST_STEPS = 1024;

/** Layers in, kernel calls out: the memory and the programs of a run. */
export interface Plan {
  readonly specification: MachineSpecification;
  readonly programs: {
    readonly train: number;
    readonly evaluate: number;
    readonly predict: number;
    /** Monte Carlo prediction: what no mask touches, and the rest for some samples. */
    readonly trunk: number;
    readonly sample: number;
  };
  readonly batchSize: number;
  readonly record: RecordLayout;
  /** Answers of a row that can be right, for the accuracy; 0: the loss has none. */
  readonly answers: number;
  /** Two places for step records: one is filled while the steps of the other run. */
  readonly slots: readonly { readonly record: number; readonly result: number }[];
  /** Steps that a slot holds. */
  readonly slotSteps: number;
  readonly parameters: ReadonlyMap<string, ParameterPlace & { readonly bytes: number }>;
  readonly input: Matrix;
  readonly nodes: ReadonlyMap<string, NodeBuffers>;
  /** Multiply-adds of a training step for one row, when nothing is skipped. */
  readonly multiplyAdds: number;
  /** The dropout layers' parameters in a training step. */
  readonly dropouts: readonly { threshold: number; awake: number; scale: number }[];
  /** Address of the status words; the first belong to these layers, the last to the loss. */
  readonly status: { readonly pointer: number; readonly layers: readonly string[] };
}

/** Widths of everything that flows through a graph. */
function widths(graph: Graph): number[] {
  return [sizeOf(graph.input), ...graph.nodes.map(({ outputShape }) => sizeOf(outputShape))];
}

function placeParameters(arena: Arena, request: PlanRequest) {
  const { graph, optimizer } = request;
  const places = new Map<string, ParameterPlace & { bytes: number }>();
  for (const { name, node, specification } of graphParameters(graph)) {
    const [outputs, inputs] = specification.shape;
    const bytes = inputs === undefined ? vectorBytes(outputs) : panelBytes(inputs, outputs);
    const learns = optimizer !== undefined && isTrained(specification);
    places.set(name, {
      value: arena.allocate(bytes),
      state: learns && optimizer.slots.length > 0 ? arena.allocate(bytes * optimizer.slots.length) : 0,
      gradient: learns && !updatesRide(request, node) ? arena.allocate(bytes) : 0,
      bytes,
    });
  }
  return places;
}

/** Memory of the nodes that keep something from forward to backward; 0 for the others. */
function placeKept(arena: Arena, { graph, optimizer }: PlanRequest, rows: number): number[] {
  return graph.nodes.map(({ layer, inputShape }) => {
    const bytes = layer.keptBytes?.(inputShape, rows, optimizer !== undefined) ?? 0;
    return bytes > 0 ? arena.allocate(bytes) : 0;
  });
}

/** The weights on which each node has a penalty, the room for the norms of all their panels being one. */
function placePenalized(arena: Arena, { graph, optimizer }: PlanRequest, places: ReadonlyMap<string, ParameterPlace>) {
  return graph.nodes.map((node): WeightPlace[] => {
    if (!optimizer || !node.layer.penalizesNext) return [];
    const weights = nextWeights(graph, node).map((next) => {
      const weight = weightOf(next) as ParameterSpecification;
      const [N, K] = weight.shape;
      return { ...(places.get(parameterName(next, weight)) as ParameterPlace), K, N, panels: Math.ceil(N / PANEL) };
    });
    let norms = arena.allocate(8 * weights.reduce((sum, { panels }) => sum + panels, 0));
    return weights.map(({ panels, ...place }) => {
      const own = norms;
      norms += 8 * panels;
      return { ...place, norms: own };
    });
  });
}

/**
 * Makes the plan of a run.
 * @param emitTraining - makes the program of a training step, where there is an optimizer; who only predicts need not load it.
 */
export function makePlan(request: PlanRequest, emitTraining?: EmitTraining): Plan {
  const { graph, seed, batchSize, source, loss, predict, threads, sampling, copies, slotBytes = SLOT_BYTES } = request;
  const arena = new Arena();
  const state = { barrier: arena.allocate(64), status: 0, statusWords: 0 };
  const keepers = graph.nodes.filter(({ parameters }) => parameters.length > 0).map(({ name }) => name);
  state.statusWords = keepers.length + 1;
  state.status = arena.allocate(4 * state.statusWords);

  const dropouts = dropoutNodes(graph);
  const outputs = sizeOf(graph.output);
  const record = recordLayout(source, {
    batchSize: sampling?.rows ?? batchSize,
    samples: sampling?.samples ?? 0,
    copyWords: copies?.words ?? 0,
    dropouts: dropouts.length,
    targetSize: loss ? (loss.targets === "classes" ? 1 : targetsFor("plan", loss, outputs)) : 0,
    weighted: request.optimizer !== undefined && source.weighted === true,
    outputs: predict ? outputs : 0,
    // forward, and in training the gradients of the input and of the weights
    products: request.optimizer ? 3 * keepers.length : 0,
    penalties: request.optimizer ? graph.nodes.filter(({ layer }) => layer.hasPenalty).length : 0,
  });

  const mostRows = batchSize * (copies?.count ?? 1);
  const matrices: Matrix[] = [];
  let free: Matrix[] = [];
  const matrix = (columns: number, rows = batchSize): Matrix => {
    const reused = free.findIndex((candidate) => candidate.columns === columns && candidate.rows === rows);
    if (reused >= 0) return free.splice(reused, 1)[0];
    const stride = strideOf(columns);
    const made = { pointer: arena.allocate(rows * stride * 4), rows, columns, stride };
    matrices.push(made);
    return made;
  };
  const input = matrix(sizeOf(graph.input));
  const places = placeParameters(arena, request);
  const kept = placeKept(arena, request, mostRows);
  const penalized = placePenalized(arena, request, places);
  const widest = Math.max(...widths(graph));
  const byRows = listBytes(mostRows, widest);
  const byColumns = listBytes(widest, mostRows);
  const kernels = [...request.kernels, ...graph.nodes.flatMap(({ layer }) => layer.kernels ?? []), ...(loss?.kernels ?? [])];
  const builder: PlanBuilder = {
    request,
    kernels,
    arena,
    record,
    input,
    places,
    workspace: {
      lists: arena.allocate(Math.max(byRows.lists, byColumns.lists)),
      counts: arena.allocate(Math.max(byRows.counts, byColumns.counts)),
      factor: request.optimizer ? arena.allocate(FACTOR_HEAD + panelBytes(mostRows, widest)) : 0,
      scratch: arena.allocate(SCRATCH_BYTES * threads),
    },
    rows: { losses: arena.allocate(4 * mostRows), correct: arena.allocate(4 * mostRows) },
    statusOf: (name) => state.status + 4 * (keepers.includes(name) ? keepers.indexOf(name) : keepers.length),
    maskOf(node, { training }) {
      const index = dropouts.findIndex(({ name }) => name === node.name);
      if (index < 0 && !node.layer.isRandom) return undefined;
      return {
        key: streamKey(seed, `mask/${node.name}`),
        stream: training ? TRAINING : MONTE_CARLO,
        parameters: index < 0 ? 0 : { record: DROPOUTS + DROPOUT_BYTES * index },
        indices: { record: record.indices },
        pass: { value: index < 0 ? PASS : DROPOUTS + DROPOUT_BYTES * index + MASK_PASS },
        batch: { value: BATCH },
      };
    },
    parametersOf: (node) =>
      new Map(node.parameters.map((parameter) => [parameter.name, places.get(parameterName(node, parameter)) as ParameterPlace])),
    nextWeights: ({ index }) => penalized[index],
    keptOf: ({ index }) => kept[index],
    matrix,
    release: (matrix) => free.push(matrix),
    freeMatrices: () => {
      free = matrices.filter((made) => made !== input);
    },
  };

  const programs: Program[] = [];
  const add = (program: Program): number => programs.push(program) - 1;
  const nodes = new Map<string, NodeBuffers>();
  if (request.optimizer && !emitTraining) throw new Error("a training was planned without the means to emit it");
  const training =
    request.optimizer && loss && emitTraining ? emitTraining(builder, { loss, optimizer: request.optimizer }, nodes) : undefined;
  const train = training ? add(training.program) : -1;
  const evaluate = loss ? add(emitInference(builder, "evaluate", { loss: loss.evaluation ?? loss, link: predict })) : -1;
  const predicting = predict && !sampling ? add(emitInference(builder, "predict", { link: predict, loss: undefined })) : -1;
  const [trunk, sample] = predict && sampling ? sampling.emit(builder, predict, sampling).map(add) : [-1, -1];

  const slotSteps = Math.max(1, Math.min(MOST_STEPS, Math.floor(slotBytes / record.bytes)));
  const slots = [0, 1].map(() => ({
    record: arena.allocate(slotSteps * record.bytes),
    result: arena.allocate(slotSteps * record.resultBytes),
  }));
  return {
    specification: { bytes: arena.bytes, programs, state, kernels },
    programs: { train, evaluate, predict: predicting, trunk, sample },
    batchSize,
    record,
    answers: loss ? answersPerRow(loss, outputs) : 0,
    slots,
    slotSteps,
    parameters: places,
    input: builder.input,
    nodes,
    multiplyAdds: training?.multiplyAdds ?? 0,
    dropouts: dropoutRecord(graph),
    status: { pointer: state.status, layers: keepers },
  };
}
