import { type Model, sequential, sgd, type Trace } from "drowse";
import type { Points, Task } from "../data/data-set.ts";
import type { Settings } from "../state/settings.ts";
import {
  columnName,
  type Draw,
  drawOf,
  drawsAtRandom,
  rateNow,
  standoutKeep,
  standoutMask,
  unitKind,
  weightMask,
  weightsName,
} from "./kinds.ts";
import { activationLayer, headOf } from "./network.ts";

// One training step on one point, every number of it, as the engine computes it.

/** A column of units: the inputs, or a hidden layer. */
export interface Column extends Draw {
  /** The rate as it stands; with DropConnect that of the weights which leave the column. */
  readonly rate: number;
  /** What the units hold before the mask. */
  readonly before: Float32Array;
  /** What they hand on: masked, and scaled where the scaling says so. */
  readonly after: Float32Array;
  /** What they hold when nothing sleeps: in prediction. */
  readonly predicted: Float32Array;
  /** Of standout: the sums before the activation, which the chances to be awake are made of, in this step and in prediction. */
  readonly chances?: { readonly sums: Float32Array; readonly keep: Float32Array; readonly predicted: Float32Array };
  /** Gradients of the loss with respect to what they hold, and to what they hand on; none for inputs. */
  readonly gradient: Float32Array | undefined;
  readonly gradientAfter: Float32Array | undefined;
}

/** The weights between two columns. */
export interface Bundle {
  /** [outputs, inputs], before the step. */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
  /** With DropConnect: which weights are awake, 1, or sleep, 0. */
  readonly mask?: Uint8Array;
  /** Gradients of the loss on this point. */
  readonly gradients: Float32Array;
  readonly biasGradients: Float32Array;
  /** The weights after a step of plain gradient descent; none of the network that is awake, of which no number is shown. */
  readonly updated: Float32Array;
}

/** A step on one point. */
export interface Walk {
  readonly row: number;
  /** The pass whose masks it has. */
  readonly pass: number;
  readonly loss: number;
  readonly label: number;
  /** What the network ends in, before the sigmoid or softmax. */
  readonly outputs: Float32Array;
  /** The inputs, then the hidden layers. */
  readonly columns: readonly Column[];
  /** From each column to the next; the last to the outputs. */
  readonly bundles: readonly Bundle[];
}

interface Step {
  readonly settings: Settings;
  readonly task: Task;
  readonly row: number;
  readonly pass: number;
}

function layerOf(trace: Trace, name: string) {
  const found = trace.layers.get(name);
  if (!found) throw new Error(`the network has no layer ${name}`);
  return found;
}

/** Traces the step that a network takes on one point of its data in a pass. */
export async function walkStep(model: Model, data: Points, step: Step): Promise<Walk> {
  const { settings, task, row, pass } = step;
  const { hidden, learningRate } = settings;
  const trace = await model.trace(data, { loss: task.loss, optimizer: sgd({ learningRate }), rows: [row], pass });
  const point = data.x.slice(task.inputs * row, task.inputs * (row + 1));
  const inputs: Column = {
    ...(await drawOf(model, settings, 0, step)),
    rate: rateNow(model, settings, 0),
    before: trace.input.data,
    after: layerOf(trace, columnName(0)).output.data,
    predicted: trace.input.data,
    gradient: undefined,
    gradientAfter: undefined,
  };
  const columns = await Promise.all(hidden.map((_, index) => hiddenColumn(model, trace, { ...step, column: index + 1, point })));
  const widths = [task.inputs, ...hidden, task.outputs];
  const bundles = await Promise.all(
    widths.slice(1).map((units, column) => bundleOf(model, trace, { ...step, column, inputs: widths[column], units })),
  );
  const outputs = layerOf(trace, weightsName(hidden.length)).output.data;
  return { row, pass, loss: trace.loss, label: data.y[row], outputs, columns: [inputs, ...columns], bundles };
}

/** A hidden layer in the step. */
async function hiddenColumn(
  model: Model,
  trace: Trace,
  { settings, column, point, row, pass }: Step & { column: number; point: Float32Array | Uint8Array },
): Promise<Column> {
  const rate = rateNow(model, settings, column);
  const { output, gradient: behind } = layerOf(trace, columnName(column));
  const [after, gradientAfter] = [output.data, behind?.data];
  const draw = await drawOf(model, settings, column, { row, pass });
  const inPrediction = async (upTo: "activation" | "sums") =>
    (await headOf(model, settings, column - 1, upTo).predict(point, { output: "logits", threads: 1 })).data;
  if (unitKind(settings, column) !== "standout") {
    const { output: held, gradient } = layerOf(trace, `${settings.activation}${column}`);
    // Where nothing is drawn the step holds what prediction does.
    const predicted = drawsAtRandom(model) ? await inPrediction("activation") : held.data;
    return { ...draw, rate, before: held.data, after, predicted, gradient: gradient?.data, gradientAfter };
  }
  const sums = layerOf(trace, weightsName(column - 1)).output.data;
  const mask = standoutMask(model.seed, columnName(column), { preactivations: sums, rate, row, pass });
  const keep = sums.map((sum) => standoutKeep(sum, rate));
  const activated = sequential({ input: [sums.length], seed: 0 }, [activationLayer(settings)]);
  const { data: before } = await activated.predict(sums, { threads: 1 });
  const factors = Float32Array.from(mask);
  const gradient = gradientAfter?.map((value, unit) => value * mask[unit]);
  const [predicted, quiet] = [await inPrediction("activation"), await inPrediction("sums")];
  const chances = { sums, keep, predicted: quiet.map((sum) => standoutKeep(sum, rate)) };
  return { ...draw, mask, factors, rate, before, after, predicted, chances, gradient, gradientAfter };
}

/** The weights between a column and the next in the step. */
async function bundleOf(
  model: Model,
  trace: Trace,
  { settings, column, inputs, units, row, pass }: Step & { column: number; inputs: number; units: number },
): Promise<Bundle> {
  const [weight, bias] = [`${weightsName(column)}.weight`, `${weightsName(column)}.bias`];
  const numbers = (of: ReadonlyMap<string, Float32Array>, name: string) => of.get(name) ?? new Float32Array();
  const rate = rateNow(model, settings, column);
  const sleeps = settings.kind === "dropConnect";
  const mask = sleeps ? await weightMask(model.seed, { column, rate, inputs, units, row, pass }) : undefined;
  return {
    weights: numbers(model.weights, weight),
    biases: numbers(model.weights, bias),
    ...(mask ? { mask } : {}),
    gradients: numbers(trace.gradients, weight),
    biasGradients: numbers(trace.gradients, bias),
    updated: numbers(trace.updated, weight),
  };
}
