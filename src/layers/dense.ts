import { DrowseError, show } from "../tensor/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../tensor/shape.ts";
import { nestedNumbers } from "../tensor/values.ts";
import { type InitializerName, initializers } from "./initializers.ts";
import type { Layer } from "./layer.ts";
import { checkLayerOptions } from "./layer-options.ts";
import { checkName, checkNumber } from "./options.ts";
import type { BackwardContext, ForwardContext, ParameterPlace, PassContext } from "./pass-context.ts";

/** Numbers given by the caller: flat or nested. */
export type GivenNumbers = ArrayLike<number> | ReadonlyArray<ArrayLike<number>>;

/** Options of {@link dense}. */
export interface DenseOptions {
  /** Add a bias; default true. It begins at 0 unless given. */
  bias?: boolean | GivenNumbers;
  /** How the weights begin: `"he"` (default), `"glorot"`, `"lecun"`, or the weights themselves, [units, inputs]. */
  initializer?: InitializerName | GivenNumbers;
  /** Factor of initial weights that are drawn, above 0; default 1. Less than 1 calms the start of noisy training. */
  gain?: number;
  /** Name of the layer, part of its initial weights' key; by default `dense1`, `dense2`, ... */
  name?: string;
}

/** A dense layer; the model reads its units. */
export interface Dense extends Layer {
  readonly kind: "dense";
  /** Number of outputs. */
  readonly units: number;
}

/** 4 GiB of them: more than a run's memory holds. */
const MOST_WEIGHTS = 2 ** 30;

const NONE: ParameterPlace = { value: 0, state: 0, gradient: 0 };

/**
 * Dense layer, y = W x + b.
 *
 * Shapes: [I] to [units]; weight [units, I], bias [units].
 *
 * @param units - number of outputs, at least 1.
 * @throws {DrowseError} on units that are not a whole number of at least 1, unknown options or initializers, and
 * when the model is built: on an input of more than one axis, or given numbers of another size.
 * @example
 * dense(1024)
 * dense(10, { initializer: "glorot", bias: false })
 */
export function dense(units: number, options: DenseOptions = {}): Dense {
  checkLayerOptions("dense", options);
  return product("dense", units, options);
}

/** A dense layer, `operation` being the function that users call: {@link dense}, or one of a layer that is made of it. */
export function product(operation: string, units: number, options: DenseOptions): Dense {
  checkNumber(
    operation,
    "units",
    units,
    (value) => Number.isInteger(value) && value >= 1 && value <= 2 ** 24,
    "give a whole number from 1 to 16777216",
  );
  const { bias = true, initializer = "he", gain = 1 } = options;
  checkNumber(operation, "gain", gain, (value) => value > 0, "give a number above 0");
  if (typeof initializer === "string" && !Object.hasOwn(initializers, initializer)) {
    throw new DrowseError(
      operation,
      `the initializer is ${show(initializer)}`,
      'give "he", "glorot", "lecun" or the weights, [units, inputs]',
    );
  }
  const hasBias = bias !== false;
  return {
    kind: "dense",
    name: checkName(operation, options.name),
    units,
    config: { units, bias: hasBias },
    backwardReads: "input",
    homogeneous: false,
    carriesUpdates: true,
    keepsGradient: true,
    isIdentity: () => false,

    outputShape(input, name) {
      if (input.length !== 1) {
        throw new DrowseError(name, `its input has shape ${formatShape(input)}`, "put flatten() before a dense layer");
      }
      return [units];
    },

    parameters([inputs], name) {
      if (inputs * units > MOST_WEIGHTS) {
        throw new DrowseError(
          name,
          `it has ${units} units of ${inputs} inputs`,
          `take fewer: a layer has at most ${MOST_WEIGHTS} weights`,
        );
      }
      const weight = {
        name: "weight",
        decays: true,
        shape: [units, inputs],
        initial:
          typeof initializer === "string"
            ? (key: readonly [number, number]) => initializers[initializer](inputs, units, key, gain)
            : () => given(`${name}.weight`, initializer, [units, inputs]),
      };
      if (!hasBias) return [weight];
      const initial = () => (bias === true ? new Float32Array(units) : given(`${name}.bias`, bias as GivenNumbers, [units]));
      return [weight, { name: "bias", shape: [units], initial }];
    },

    // z = H W + b, with rectify h = max(0, z), with a mask that the batch shares h = m max(0, z)
    forward(context: ForwardContext) {
      const { emit, B, input, output, workspace, path, rectify, sharedMask } = context;
      const { weight, bias: vector } = places(context);
      const { lists, counts, scratch } = workspace;
      emit("compressRows", { source: input.pointer, stride: input.stride, rows: B, columns: input.columns, lists, counts, path });
      const product = {
        lists,
        counts,
        B,
        K: input.columns,
        weights: weight.value,
        bias: vector.value,
        N: units,
        out: output.pointer,
        outStride: output.stride,
        rectify: rectify ? 1 : 0,
        work: context.work(input.columns * units),
        scratch,
      };
      if (sharedMask) emit("maskedDenseForward", { ...product, mask: sharedMask });
      else emit("denseForward", product);
    },

    // in the forward pass this was z = H W + b, so dH = D Wt (before W changes), dW = Ht D, db = sum of D's rows
    backward(context: BackwardContext) {
      const { emit, B, input, outputGradient: d, inputGradient, workspace, path, gate, update } = context;
      const { weight, bias: vector } = places(context);
      const { lists, counts, factor, scratch } = workspace;
      if (inputGradient) {
        emit("compressRows", { source: d.pointer, stride: d.stride, rows: B, columns: units, lists, counts, path });
        emit("denseInputGradient", {
          lists,
          counts,
          B,
          N: units,
          weights: weight.value,
          K: input.columns,
          gate: gate ? input.pointer : 0,
          scale: gate ? gate.scale : 0,
          out: inputGradient.pointer,
          outStride: inputGradient.stride,
          work: context.work(input.columns * units),
          scratch,
        });
      }
      emit("compressFactor", {
        h: input.pointer,
        hStride: input.stride,
        K: input.columns,
        d: d.pointer,
        dStride: d.stride,
        N: units,
        B,
        lists,
        counts,
        factor,
        path,
      });
      emit("denseWeightGradient", {
        lists,
        counts,
        factor,
        B,
        K: input.columns,
        d: d.pointer,
        dStride: d.stride,
        N: units,
        weights: weight.value,
        state: weight.state,
        gradient: weight.gradient,
        bias: vector.value,
        biasState: vector.state,
        biasGradient: vector.gradient,
        rule: update ? update.rule : 0,
        hyper: update ? update.hyper : 0,
        status: update ? update.status : 0,
        work: context.work(input.columns * units),
        scratch,
      });
      if (update) emit("finishPanels", { weights: weight.value, K: input.columns, N: units, ...update, scratch });
    },
  };
}

function places({ parameters }: PassContext): { weight: ParameterPlace; bias: ParameterPlace } {
  return { weight: parameters.get("weight") as ParameterPlace, bias: parameters.get("bias") ?? NONE };
}

function given(operation: string, numbers: GivenNumbers, shape: Shape): Float32Array {
  const { data: values, shape: nesting } = nestedNumbers(operation, numbers);
  if (values.length !== sizeOf(shape) || (nesting.length > 1 && !sameShape(nesting, shape))) {
    const received = nesting.length > 1 ? `numbers of shape ${formatShape(nesting)}` : `${values.length} numbers`;
    throw new DrowseError(operation, `${received} are given`, `give ${sizeOf(shape)}, for the shape ${formatShape(shape)}`);
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new DrowseError(operation, `number ${wrong} is ${values[wrong]}`, "give finite numbers");
  return values;
}
