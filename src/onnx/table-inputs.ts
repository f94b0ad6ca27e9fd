import type { CategoryInput, NumberInput, Preparation, TableInput, VectorInput } from "../tables/preparation.ts";
import { DrowseError } from "../tensor/errors.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import { ELEMENT } from "./onnx-model.ts";
import { BATCH } from "./outputs.ts";

/** Numbers of a column [B, width], and of those that may be missing whether they are [B, 1]. */
interface Prepared {
  readonly numbers: string;
  readonly indicator: string | undefined;
}

/** Codes of categories that are missing or that training did not see. */
const MISSING = -1;
const UNSEEN = -2;

/**
 * The inputs of a model of a table, an input per column by its name, and the numbers that the network takes of them [B, inputs]. Numbers
 * are standardised in double precision, as by drowse, and then rounded: the bits are the same.
 */
export function writeTableInputs(graph: GraphBuilder, { inputs, reading }: Preparation): string {
  const columns = inputs.map((input) => ({ input, value: graphInput(graph, input, reading.missing) }));
  const blocks = columns.map(({ input, value }) => {
    graph.scope = input.name;
    if (input.type === "number") return number(graph, input, value);
    return input.type === "category" ? category(graph, input, value, reading.missing) : vector(graph, input, value);
  });
  graph.scope = "inputs";
  const parts = blocks.flatMap(({ numbers, indicator }) => (indicator === undefined ? [numbers] : [numbers, indicator]));
  return parts.length === 1 ? parts[0] : graph.op("Concat", parts, { axis: 1 });
}

function graphInput(graph: GraphBuilder, input: TableInput, missing: readonly string[]): string {
  const { name } = input;
  if (name === "") throw new DrowseError("toOnnx", "a column has no name", "name it: ONNX knows inputs by their names");
  if (input.type === "number") return graph.input(name, "double", [BATCH, 1], "a number; NaN where it is missing");
  if (input.type === "vector") {
    return graph.input(name, "float", [BATCH, input.mean.length], "a vector; NaN in its first place where it is missing");
  }
  const levels = `one of ${input.levels.map((level) => JSON.stringify(level)).join(", ")}`;
  const texts = missing.map((text) => JSON.stringify(text)).join(", ");
  return graph.input(
    name,
    "string",
    [BATCH, 1],
    missing.length === 0 ? levels : `${levels}; where it is missing one of ${texts}`,
  );
}

// (value - mean) / deviation, where missing the median
function number(graph: GraphBuilder, { mean, deviation, fill, indicator }: NumberInput, value: string): Prepared {
  const isMissing = graph.op("IsNaN", [value]);
  const filled = graph.op("Where", [isMissing, graph.constant("fill", Float64Array.of(fill)), value]);
  return {
    numbers: standardised(graph, filled, [mean], [deviation]),
    indicator: indicator ? toFloat(graph, isMissing) : undefined,
  };
}

// 1 at the place of the level, where missing at that of the most frequent
function category(
  graph: GraphBuilder,
  { levels, fill, indicator }: CategoryInput,
  value: string,
  missing: readonly string[],
): Prepared {
  const attributes = {
    keys_strings: { texts: [...levels, ...missing] },
    values_int64s: [...levels.keys(), ...missing.map(() => MISSING)],
    default_int64: UNSEEN,
  };
  const code = graph.op("LabelEncoder", [value], attributes, "ai.onnx.ml");
  const isMissing = graph.op("Equal", [code, graph.lengths("missing", [MISSING])]);
  const filled = graph.op("Where", [isMissing, graph.lengths("fill", [fill]), code]);
  const isLevel = graph.op("Equal", [filled, graph.lengths("levels", [...levels.keys()])]);
  return { numbers: toFloat(graph, isLevel), indicator: indicator ? toFloat(graph, isMissing) : undefined };
}

// each number standardised by itself, a missing vector 0
function vector(graph: GraphBuilder, { mean, deviation, indicator }: VectorInput, value: string): Prepared {
  const [from, to, axis] = [graph.lengths("from", [0]), graph.lengths("to", [1]), graph.lengths("axis", [1])];
  const isMissing = graph.op("IsNaN", [graph.op("Slice", [value, from, to, axis])]);
  const standard = standardised(graph, graph.op("Cast", [value], { to: ELEMENT.double }), mean, deviation);
  const numbers = graph.op("Where", [isMissing, graph.constant("zero", 0), standard]);
  return { numbers, indicator: indicator ? toFloat(graph, isMissing) : undefined };
}

/** Numbers in double precision to standardised ones in single. */
function standardised(graph: GraphBuilder, value: string, mean: readonly number[], deviation: readonly number[]): string {
  const centred = graph.op("Sub", [value, graph.constant("mean", Float64Array.from(mean))]);
  return toFloat(graph, graph.op("Div", [centred, graph.constant("deviation", Float64Array.from(deviation))]));
}

function toFloat(graph: GraphBuilder, value: string): string {
  return graph.op("Cast", [value], { to: ELEMENT.float });
}
