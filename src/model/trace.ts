import type { BatchSource } from "../data/source.ts";
import type { ProductPath } from "../layers/pass-context.ts";
import type { Loss } from "../losses/loss.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { Shape } from "../tensor/shape.ts";
import { allKernels } from "../wasm/all-kernels.ts";
import type { Matrix } from "../wasm/layout.ts";
import { createLocalMachine, type LocalMachine } from "../wasm/local-machine.ts";
import { planCopies } from "./copies.ts";
import { divergence } from "./divergence.ts";
import type { Graph } from "./graph.ts";
import { readResult, writeRecord } from "./record.ts";
import { makeTrainingPlan } from "./training-pass.ts";
import { type Numbers, readNumbers, writeNumbers } from "./weights.ts";

/** An array that a step made. */
export interface Traced {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** Everything that a training step computes. */
export interface Trace {
  /** Mean loss of the rows. */
  readonly loss: number;
  /** What layers add to it, with the rows of the data for those of the training; 0 where none does. */
  readonly penalty: number;
  /** The inputs as the first layer sees them. */
  readonly input: Traced;
  /**
   * By layer name: what it made, [rows, ...shape], or where a loss makes copies [rows, copies, ...shape], and the gradient of the loss with respect to that (undefined below the
   * first weights).
   */
  readonly layers: ReadonlyMap<string, { readonly output: Traced; readonly gradient: Traced | undefined }>;
  /** By parameter name: the gradient of loss and penalty, before L2 and clipping. Running statistics have none. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** By parameter name: the values after the step. The model's own stay as they are. */
  readonly updated: ReadonlyMap<string, Float32Array>;
}

/** What a traced step is given. */
export interface TraceRequest {
  readonly graph: Graph;
  readonly seed: number;
  readonly numbers: Numbers;
  readonly source: BatchSource;
  readonly loss: Loss;
  readonly rows: Uint32Array;
  readonly pass: number;
  readonly batch: number;
  readonly optimizer: Optimizer;
  readonly path: ProductPath;
}

function readMatrix(machine: LocalMachine, { pointer, stride, columns, rows }: Matrix, shape: Shape): Traced {
  const values = new Float32Array(machine.memory.buffer, pointer, rows * stride);
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) data.set(values.subarray(row * stride, row * stride + columns), row * columns);
  return { data, shape };
}

/** Runs one training step in the unfused plan, where every value has a buffer of its own. */
export async function traceStep(request: TraceRequest): Promise<Trace> {
  const { graph, seed, numbers, source, loss, rows, pass, batch, optimizer, path } = request;
  const { copies } = loss;
  const from = copies?.beginsAt("trace", graph.nodes, source.count) ?? "";
  const plan = makeTrainingPlan({
    kernels: allKernels,
    graph,
    seed,
    batchSize: rows.length,
    source,
    optimizer,
    loss,
    predict: undefined,
    threads: 1,
    fused: false,
    path,
    trainingRows: source.count,
    copies: copies && planCopies(graph, rows.length, copies.count, from),
  });
  const machine = await createLocalMachine(plan.specification);
  writeNumbers(machine, plan, graph, "value", numbers);
  const { record: layout, slots, dropouts } = plan;
  const buffer = new ArrayBuffer(layout.bytes);
  await writeRecord(buffer, 0, layout, source, {
    rows,
    pass,
    batch,
    hyper: optimizer.hyper(0),
    dropouts,
    copies: copies?.words(rows),
  });
  machine.write(slots[0].record, new Uint8Array(buffer));
  const steps = { ...slots[0], recordBytes: layout.bytes, resultBytes: layout.resultBytes, count: 1 };
  const { clean } = machine.runNow(plan.programs.train, steps);
  if (clean === 0) throw await divergence(machine, plan, { step: 0, batch: 0, rows: rows.length });
  const { lossSum, penalty } = readResult(await machine.read(slots[0].result, layout.resultBytes), 0, layout);
  const layers = new Map(
    graph.nodes.map(({ name, outputShape }) => {
      const buffers = plan.nodes.get(name);
      if (!buffers) throw new Error(`no buffers for ${name}`);
      const { output, gradient } = buffers;
      const times = output.rows / rows.length;
      const shape = [rows.length, ...(times > 1 ? [times] : []), ...outputShape];
      const read = (matrix: Matrix) => readMatrix(machine, matrix, shape);
      return [name, { output: read(output), gradient: gradient && read(gradient) }];
    }),
  );
  return {
    loss: lossSum / rows.length,
    penalty,
    input: readMatrix(machine, plan.input, [rows.length, ...graph.input]),
    layers,
    gradients: await readNumbers(machine, plan, graph, "gradient"),
    updated: await readNumbers(machine, plan, graph, "value"),
  };
}
