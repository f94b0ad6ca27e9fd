import { type Model, sgd } from "drowse";
import type { Points, Task } from "../data/data-set.ts";
import type { Settings } from "../state/settings.ts";
import { drawOf } from "./kinds.ts";
import { headOf, hiddenDropout, INPUT_DROPOUT } from "./network.ts";

// One training step on one point, every number of it, as the engine computes it.

/** A column of units: the inputs, or a hidden layer. */
export interface Column {
  /** 1: awake, 0: asleep. */
  readonly mask: Uint8Array;
  /** What the step multiplies them by: mask and scale in one, or noise. */
  readonly factors: Float32Array;
  /** What the units hold before the mask. */
  readonly before: Float32Array;
  /** What they hand on: masked, and scaled where the scaling says so. */
  readonly after: Float32Array;
  /** What they hold when nothing sleeps: in prediction. */
  readonly predicted: Float32Array;
  /** Gradients of the loss with respect to what they hold, and to what they hand on; none for inputs. */
  readonly gradient: Float32Array | undefined;
  readonly gradientAfter: Float32Array | undefined;
}

/** The weights between two columns. */
export interface Bundle {
  /** [outputs, inputs], before the step. */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
  /** Gradients of the loss on this point. */
  readonly gradients: Float32Array;
  readonly biasGradients: Float32Array;
  /** The weights after a step of plain gradient descent. */
  readonly updated: Float32Array;
}

/** A step on one point. */
export interface Walk {
  readonly row: number;
  /** The pass whose masks it has. */
  readonly pass: number;
  readonly loss: number;
  readonly label: number;
  /** Before the sigmoid. */
  readonly logit: number;
  /** The inputs, then the hidden layers. */
  readonly columns: readonly Column[];
  /** From each column to the next; the last to the output. */
  readonly bundles: readonly Bundle[];
}

const denseName = (index: number) => `dense${index + 1}`;

/** Traces the step that a network takes on one point of its data in a pass. */
export async function walkStep(
  model: Model,
  data: Points,
  { settings, task, row, pass }: { settings: Settings; task: Task; row: number; pass: number },
): Promise<Walk> {
  const { hidden, activation, learningRate } = settings;
  const { inputs: width, loss } = task;
  const trace = await model.trace(data, {
    loss,
    optimizer: sgd({ learningRate }),
    rows: [row],
    pass,
  });
  const layer = (name: string) => {
    const found = trace.layers.get(name);
    if (!found) throw new Error(`the network has no layer ${name}`);
    return found;
  };
  const numbers = (of: ReadonlyMap<string, Float32Array>, name: string) => of.get(name) ?? new Float32Array();
  const inputs: Column = {
    ...drawOf(model, settings, { name: INPUT_DROPOUT, rate: settings.inputRate, row, pass }),
    before: trace.input.data,
    after: layer(INPUT_DROPOUT).output.data,
    predicted: trace.input.data,
    gradient: undefined,
    gradientAfter: undefined,
  };
  const point = data.x.subarray(width * row, width * (row + 1));
  const heads = hidden.map((_, index) => headOf(model, settings, index).predict(point, { output: "logits", threads: 1 }));
  const predictions = await Promise.all(heads);
  const columns = hidden.map((_, index): Column => {
    const { output, gradient } = layer(`${activation}${index + 1}`);
    const name = hiddenDropout(index);
    const { output: after, gradient: gradientAfter } = layer(name);
    return {
      ...drawOf(model, settings, { name, rate: settings.rate, row, pass }),
      before: output.data,
      after: after.data,
      predicted: predictions[index].data,
      gradient: gradient?.data,
      gradientAfter: gradientAfter?.data,
    };
  });
  const bundles = Array.from({ length: hidden.length + 1 }, (_, index): Bundle => {
    const [weight, bias] = [`${denseName(index)}.weight`, `${denseName(index)}.bias`];
    return {
      weights: numbers(model.weights, weight),
      biases: numbers(model.weights, bias),
      gradients: numbers(trace.gradients, weight),
      biasGradients: numbers(trace.gradients, bias),
      updated: numbers(trace.updated, weight),
    };
  });
  const logit = layer(denseName(hidden.length)).output.data[0];
  return { row, pass, loss: trace.loss, label: data.y[row], logit, columns: [inputs, ...columns], bundles };
}
