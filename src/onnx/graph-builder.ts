import type { ElementType, OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "./onnx-model.ts";

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** A graph that is written node by node. Values go by their names, of which each is given once. */
export class GraphBuilder {
  readonly #names = new Set<string>();
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  /** What the nodes that follow belong to: the beginning of their values' names. */
  scope = "";

  /** An input of the graph; the name is another only where it was taken. */
  input(name: string, type: ElementType, shape: OnnxValue["shape"], doc: string): string {
    const own = this.#fresh(name);
    this.#inputs.push({ name: own, type, shape, doc });
    return own;
  }

  /** Gives a value out, under a name that is another only where it was taken. */
  output(name: string, value: string, type: ElementType, shape: OnnxValue["shape"], doc: string): void {
    const own = this.#fresh(name);
    this.#add("Identity", [value], own, {}, "");
    this.#outputs.push({ name: own, type, shape, doc });
  }

  /** A tensor that stands in the file. Without a shape: one number, or a list. */
  constant(name: string, values: OnnxTensor["values"] | number, shape?: readonly number[]): string {
    const own = this.#fresh(this.#scoped(name));
    if (typeof values === "number") this.#initializers.push({ name: own, shape: shape ?? [], values: Float32Array.of(values) });
    else if (typeof values === "boolean") this.#initializers.push({ name: own, shape: [], values });
    else this.#initializers.push({ name: own, shape: shape ?? [values.length], values });
    return own;
  }

  /** Lengths or places of axes. */
  lengths(name: string, values: readonly number[]): string {
    return this.constant(name, BigInt64Array.from(values, BigInt));
  }

  /** A node of one output, whose name it returns. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}, domain = ""): string {
    return this.#add(op, inputs, this.#fresh(this.#scoped(op)), attributes, domain);
  }

  /** The graph without what leads to no output, such as a branch that counts for nothing. */
  finish(doc: string, metadata: OnnxModel["metadata"]): OnnxModel {
    const [inputs, outputs] = [this.#inputs, this.#outputs];
    const taken = new Set(outputs.map(({ name }) => name));
    const nodes = this.#nodes.toReversed().filter((node) => {
      const isTaken = node.outputs.some((name) => taken.has(name));
      if (isTaken) for (const name of node.inputs) taken.add(name);
      return isTaken;
    });
    const initializers = this.#initializers.filter(({ name }) => taken.has(name));
    return { nodes: nodes.reverse(), initializers, inputs, outputs, doc, metadata };
  }

  #add(op: string, inputs: readonly string[], output: string, attributes: Attributes, domain: string): string {
    this.#nodes.push({ op, domain, inputs, outputs: [output], attributes });
    return output;
  }

  #scoped(name: string): string {
    return this.scope === "" ? name : `${this.scope}/${name}`;
  }

  #fresh(name: string): string {
    let own = name;
    for (let number = 2; this.#names.has(own); number++) own = `${name}_${number}`;
    this.#names.add(own);
    return own;
  }
}
