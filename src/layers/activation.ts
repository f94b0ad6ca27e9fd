import type { KernelArguments, KernelName } from "../wasm/kernels.ts";
import type { Layer, LayerConfig, LayerKind } from "./layer.ts";
import { checkName } from "./options.ts";

/** The functions that have kernels `<name>Forward` and `<name>Gradient` with a setting called `parameter`. */
type ActivationName = {
  [Name in KernelName]: Name extends `${infer Function}Forward`
    ? "parameter" extends keyof KernelArguments<Name>
      ? Function
      : never
    : never;
}[KernelName];

/** What an activation is made of. */
interface ActivationParts {
  readonly kind: LayerKind;
  readonly name: string | undefined;
  /** Its kernels; by default those of its kind. */
  readonly kernel: ActivationName;
  /** The kernels' setting, if they have one. */
  readonly parameter?: number;
  readonly config?: LayerConfig;
  /** What f'(x) is made of: x, or where no digit is lost y, or the sign of y, so that y may take the place of x. */
  readonly backwardReads: "input" | "output" | "sign";
  readonly homogeneous?: boolean;
}

/** A layer that is one function of each number, y = f(x). Shapes: any to the same. */
export function activation(parts: ActivationParts): Layer {
  const { kind, name, kernel, parameter = 0, config = {}, backwardReads, homogeneous = false } = parts;
  return {
    kind,
    name: checkName(kind, name),
    config,
    backwardReads,
    homogeneous,
    activation: "other",
    outputShape: (input) => input,
    parameters: () => [],
    isIdentity: () => false,
    // y = f(x)
    forward({ emit, B, input, output }) {
      const rows = { stride: input.stride, rows: B, columns: input.columns };
      emit(`${kernel}Forward`, { x: input.pointer, y: output.pointer, ...rows, parameter });
    },
    // in the forward pass this was y = f(x), so dx = f'(x) dy
    backward({ emit, B, input, output, outputGradient, inputGradient }) {
      if (!inputGradient) return;
      const kept = backwardReads === "input" ? input : output;
      emit(`${kernel}Gradient`, {
        kept: kept.pointer,
        dy: outputGradient.pointer,
        dx: inputGradient.pointer,
        stride: kept.stride,
        rows: B,
        columns: kept.columns,
        parameter,
      });
    },
  };
}
