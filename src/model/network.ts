import { BYTE_SCALE } from "../data/arrays.ts";
import type { OutputLink } from "../losses/loss.ts";
import { streamKey } from "../random/streams.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { Shape } from "../tensor/shape.ts";
import { nestedNumbers } from "../tensor/values.ts";
import { firstWrong, type Graph, graphParameters } from "./graph.ts";
import { allRates, type Rates } from "./rates.ts";
import type { Numbers } from "./weights.ts";

/** What a network is made of. */
export interface NetworkParts {
  readonly graph: Graph;
  readonly seed: number;
  /** Parameters by name; left out: the initial ones of the seed. */
  readonly weights?: Numbers;
  readonly pass?: number;
  readonly link?: OutputLink | undefined;
  readonly inputScale?: number;
}

/** What training makes beside the weights; the graph has the model's layers, perhaps with other rates. */
export interface Trained {
  readonly graph: Graph;
  readonly pass: number;
  readonly link: OutputLink;
  readonly inputScale: number | undefined;
}

/** Layers and weights: what training changes, what files hold. What can be done with them is added by `Model`. */
export class Network {
  /** Of everything random: first weights, order of the rows, masks. */
  readonly seed: number;
  #graph: Graph;
  #weights: Numbers;
  #pass: number;
  #link: OutputLink | undefined;
  #inputScale: number;

  /**
   * Use `sequential` or `loadModel`.
   * @internal
   */
  constructor({ graph, seed, weights, pass = 0, link, inputScale = BYTE_SCALE }: NetworkParts) {
    this.#graph = graph;
    this.seed = seed;
    this.#weights = weights ?? initialWeights(graph, seed);
    this.#pass = pass;
    this.#link = link;
    this.#inputScale = inputScale;
  }

  /**
   * The layers and what flows between them. Training may change rates of dropout layers.
   * @internal
   */
  get graph(): Graph {
    return this.#graph;
  }

  /** Shape of one row of inputs. */
  get inputShape(): Shape {
    return this.graph.input;
  }

  /** Shape of one row of outputs. */
  get outputShape(): Shape {
    return this.graph.output;
  }

  /** Passes over training data in the life of the model: each has masks of its own. */
  get pass(): number {
    return this.#pass;
  }

  /** What `predict` makes of logits; undefined before the first training. */
  get link(): OutputLink | undefined {
    return this.#link;
  }

  /** What a byte of the inputs counts: as in the last training on bytes, at first 1 / 255. */
  get inputScale(): number {
    return this.#inputScale;
  }

  /**
   * All that layers learn and keep, by name: `dense1.weight` [out, in], `dense1.bias` [out], `batchNorm1.running_mean` [width].
   * Not to be written to: see `setWeights`.
   */
  get weights(): ReadonlyMap<string, Float32Array> {
    return this.#weights;
  }

  /** Rates of the dropout layers by name, as they were given, changed or learned. */
  get rates(): Rates {
    return allRates(this.#graph, this.#weights);
  }

  /**
   * Replaces weights by name.
   * @throws {DrowseError} on unknown names, another count of numbers, or numbers that are not finite or that the parameter cannot have.
   * @example
   * model.setWeights({ "dense1.bias": [0.5, -0.5] });
   */
  setWeights(weights: Readonly<Record<string, ArrayLike<number>>>): void {
    if (typeof weights !== "object" || weights === null) {
      throw new DrowseError("setWeights", `the weights are ${show(weights)}`, "give numbers by name");
    }
    const numbers = new Map(this.#weights);
    const parameters = new Map(graphParameters(this.#graph).map(({ name, specification }) => [name, specification]));
    for (const [name, values] of Object.entries(weights)) {
      const old = numbers.get(name);
      const specification = parameters.get(name);
      if (!old || !specification)
        throw new DrowseError("setWeights", `there is no ${show(name)}`, `the weights are ${[...numbers.keys()].join(", ")}`);
      const copy = nestedNumbers(`setWeights: ${name}`, values).data;
      if (copy.length !== old.length)
        throw new DrowseError("setWeights", `${name} has ${copy.length} numbers`, `give ${old.length}`);
      const wrong = firstWrong(copy, specification);
      if (wrong) throw new DrowseError("setWeights", `number ${wrong.at} of ${name} is ${copy[wrong.at]}`, wrong.remedy);
      numbers.set(name, copy);
    }
    this.#weights = numbers;
  }

  /**
   * Takes over what training made.
   * @internal
   */
  accept(weights: Numbers, { graph, pass, link, inputScale }: Trained): void {
    this.#weights = weights;
    this.#graph = graph;
    this.#pass = pass;
    this.#link = link;
    if (inputScale !== undefined) this.#inputScale = inputScale;
  }
}

function initialWeights(graph: Graph, seed: number): Map<string, Float32Array> {
  return new Map(
    graphParameters(graph).map(({ name, specification }) => [name, specification.initial(streamKey(seed, `initial/${name}`))]),
  );
}
