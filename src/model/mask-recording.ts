import type { DropoutLayer } from "../layers/dropout/dropout-layer.ts";
import { checkNumber, checkOptions } from "../layers/options.ts";
import { GENERATOR } from "../random/philox.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import { formatShape, type Shape, sameShape } from "../tensor/shape.ts";
import type { Graph } from "./graph.ts";
import { isCount } from "./mask-of-layer.ts";
import { Network } from "./network.ts";
import { checkDropoutNames, dropoutNodes } from "./rates.ts";

/** Masks are functions of keys, so remembering which keys is remembering all of them: plain values, a few for each layer. */
export interface MaskRecording {
  readonly version: 1;
  readonly generator: string;
  readonly seed: number;
  /** By the layers' names. */
  readonly layers: Readonly<Record<string, RecordedMasks>>;
}

/** Which masks of a layer. */
export interface RecordedMasks {
  /** The pass whose masks they are. */
  readonly pass: number;
  /** For which shape, at which rate. */
  readonly shape: Shape;
  readonly rate: number;
  /** Of which kind of layer, such as `"dropout"`, or `"shared dropout"` where the rows of a batch have one. */
  readonly kind: string;
}

/**
 * A recording of the masks that a model has in a pass, without a trainer: for {@link predictMasked}, and for `masks.replay` of a
 * trainer. Nothing is trained, drawn or kept.
 *
 * @param options.pass - which pass over the data, from 0; default the model's next.
 * @param options.layers - names; default all layers with a rate.
 * @throws {DrowseError} on a pass that is not whole or out of range, and on a name that no dropout layer has.
 * @example
 * const masks = recordMasks(model);
 */
export function recordMasks(model: Network, options: { pass?: number; layers?: readonly string[] } = {}): MaskRecording {
  if (!(model instanceof Network))
    throw new DrowseError("recordMasks", `the model is ${show(model)}`, "give a model of this library");
  checkOptions("recordMasks", options, ["pass", "layers"]);
  const { pass = model.pass, layers } = options;
  checkNumber("recordMasks", "pass", pass, isCount, "give a whole number of at least 0");
  return recordingOf("recordMasks", model, { layers, passOf: () => pass });
}

/**
 * What replays masks of a graph's layers, each those of a pass of its own.
 * @throws {DrowseError} on layers that are no array, and a name that no dropout layer has.
 */
export function recordingOf(
  operation: string,
  { graph, seed }: { readonly graph: Graph; readonly seed: number },
  { layers, passOf }: { readonly layers: readonly string[] | undefined; readonly passOf: (layer: string) => number },
): MaskRecording {
  if (layers !== undefined && !Array.isArray(layers))
    throw new DrowseError(operation, `layers is ${show(layers)}`, "give an array of names, or leave it out");
  const nodes = dropoutNodes(graph);
  const names = layers ?? nodes.map(({ name }) => name);
  checkDropoutNames(operation, graph, names);
  const recorded = nodes
    .filter(({ name }) => names.includes(name))
    .map(({ name, layer, outputShape: shape }) => [name, { pass: passOf(name), shape, rate: layer.rate, kind: kindOf(layer) }]);
  return { version: 1, generator: GENERATOR, seed, layers: Object.fromEntries(recorded) };
}

const kindOf = ({ kind, isShared }: DropoutLayer) => (isShared ? `shared ${kind}` : kind);

/** @throws {DrowseError} unless the masks of a recording are masks of this graph under this seed. */
export function checkRecording(operation: string, recording: MaskRecording, seed: number, graph: Graph): void {
  const refuse = (received: string, remedy: string): never => {
    throw new DrowseError(operation, received, remedy);
  };
  if (recording?.version !== 1 || typeof recording.layers !== "object" || recording.layers === null)
    refuse(`the recording is ${show(recording)}`, "give one that masks.record() or recordMasks made");
  if (recording.generator !== GENERATOR)
    refuse(`the recording was made with generator ${show(recording.generator)}`, `this version has ${GENERATOR}`);
  if (recording.seed !== seed) refuse(`the recording's seed is ${show(recording.seed)}`, `this model's is ${seed}`);
  checkDropoutNames(operation, graph, Object.keys(recording.layers));
  for (const { name, layer, outputShape } of dropoutNodes(graph)) {
    if (!Object.hasOwn(recording.layers, name)) continue;
    const { pass, shape, rate, kind } = recording.layers[name] ?? {};
    if (!Array.isArray(shape) || !sameShape(shape, outputShape))
      refuse(`the recorded masks of ${name} have shape ${show(shape)}`, `in this model it has ${formatShape(outputShape)}`);
    if (kind !== kindOf(layer)) refuse(`the masks of ${name} were recorded of ${kind}`, `here it is ${kindOf(layer)}`);
    if (rate !== layer.rate)
      refuse(
        `the masks of ${name} were recorded at rate ${show(rate)}`,
        `its rate is ${layer.rate}: setRate("${name}", ${rate}) first`,
      );
    checkNumber(operation, `the pass of ${name}`, pass, isCount, "give one that masks.record() or recordMasks made");
  }
}
