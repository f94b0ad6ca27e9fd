import { formatShape, sizeOf } from "../tensor/shape.ts";
import { INPUT, isTrained } from "./graph.ts";
import type { Network } from "./network.ts";

/** A model as a table: each layer's name, output shape, parameters and settings, and the parameters' sum. */
export function summarize(model: Network): string {
  const { nodes } = model.graph;
  const rows = [
    ["layer", "output", "parameters", ""],
    ["input", formatShape(model.inputShape), "", ""],
    ...nodes.map(({ name, path, inputs, layer, outputShape, parameters }) => [
      `${"  ".repeat(path.split(".").length - 1)}${name}`,
      formatShape(outputShape),
      parameters.length === 0 ? "" : count(parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)),
      [
        ...(inputs.length > 1 ? [inputs.map((source) => (source === INPUT ? "input" : nodes[source].name)).join(" + ")] : []),
        ...Object.entries(layer.config)
          .filter(([key]) => key !== "units")
          .map(([key, value]) => `${key} ${value}`),
      ].join(", "),
    ]),
  ];
  const width = (column: number) => Math.max(...rows.map((row) => row[column].length));
  const widths = [width(0), width(1), width(2)];
  const lines = rows.map(([name, shape, parameters, settings]) =>
    `${name.padEnd(widths[0])}  ${shape.padEnd(widths[1])}  ${parameters.padStart(widths[2])}  ${settings}`.trimEnd(),
  );
  const parameters = nodes.flatMap((node) => node.parameters);
  const sizes = (some: typeof parameters) => some.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const kept = sizes(parameters.filter((parameter) => !isTrained(parameter)));
  const total = `${count(sizes(parameters))} parameters${kept > 0 ? `, ${count(kept)} of them not trained` : ""}`;
  return [...lines, `${total}, seed ${model.seed}, ${model.pass} passes trained`].join("\n");
}

function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
