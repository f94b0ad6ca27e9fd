import { BinaryReader, type WireType } from "@bufbuild/protobuf/wire";

// Reads ONNX files back by the fields of onnx.proto, and says what is wrong with them: a file's structure, not what it computes.

type Kind = "int" | "float" | "text" | "bytes" | keyof typeof MESSAGES;

/** Fields of the messages by their numbers, `[]`: repeated. */
const MESSAGES = {
  Model: {
    1: ["irVersion", "int"],
    2: ["producer", "text"],
    6: ["doc", "text"],
    7: ["graph", "Graph"],
    8: ["opsets[]", "Opset"],
    14: ["metadata[]", "Entry"],
  },
  Graph: {
    1: ["nodes[]", "Node"],
    2: ["name", "text"],
    5: ["initializers[]", "Tensor"],
    10: ["doc", "text"],
    11: ["inputs[]", "Value"],
    12: ["outputs[]", "Value"],
  },
  Node: {
    1: ["inputs[]", "text"],
    2: ["outputs[]", "text"],
    4: ["op", "text"],
    5: ["attributes[]", "Attribute"],
    7: ["domain", "text"],
  },
  Attribute: {
    1: ["name", "text"],
    2: ["f", "float"],
    3: ["i", "int"],
    4: ["s", "text"],
    8: ["ints[]", "int"],
    9: ["strings[]", "text"],
    20: ["type", "int"],
  },
  Tensor: { 1: ["dims[]", "int"], 2: ["type", "int"], 6: ["texts[]", "text"], 8: ["name", "text"], 9: ["raw", "bytes"] },
  Value: { 1: ["name", "text"], 2: ["type", "Type"], 3: ["doc", "text"] },
  Type: { 1: ["tensor", "TensorType"] },
  TensorType: { 1: ["element", "int"], 2: ["shape", "Shape"] },
  Shape: { 1: ["dims[]", "Dimension"] },
  Dimension: { 1: ["length", "int"], 2: ["name", "text"] },
  Opset: { 1: ["domain", "text"], 2: ["version", "int"] },
  Entry: { 1: ["key", "text"], 2: ["value", "text"] },
} as const satisfies Record<string, Record<number, readonly [name: string, kind: string]>>;

interface Decoded {
  readonly irVersion: number;
  readonly doc: string;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
  readonly graph: {
    readonly nodes: readonly DecodedNode[];
    readonly initializers: readonly DecodedTensor[];
    readonly inputs: readonly DecodedValue[];
    readonly outputs: readonly DecodedValue[];
  };
}

interface DecodedNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

interface DecodedTensor {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
  readonly raw?: Uint8Array;
  readonly texts: readonly string[];
}

interface DecodedValue {
  readonly name: string;
  readonly doc: string;
  readonly type: {
    readonly tensor: {
      readonly element: number;
      readonly shape: { readonly dims: readonly { length?: number; name?: string }[] };
    };
  };
}

/** The messages of an ONNX file. */
export function decodeOnnx(bytes: Uint8Array): Decoded {
  return decode(new BinaryReader(bytes), bytes.length, "Model") as unknown as Decoded;
}

function decode(reader: BinaryReader, end: number, message: keyof typeof MESSAGES): Record<string, unknown> {
  const fields: Readonly<Record<number, readonly [name: string, kind: string]>> = MESSAGES[message];
  const lists = Object.values(fields).flatMap(([name]): [string, unknown[]][] =>
    name.endsWith("[]") ? [[name.slice(0, -2), []]] : [],
  );
  const values: Record<string, unknown> = Object.fromEntries(lists);
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const field = fields[number];
    if (!field) throw new Error(`${message} has no field ${number}`);
    const [name, kind] = field;
    const value = read(reader, wire, kind as Kind);
    if (name.endsWith("[]")) (values[name.slice(0, -2)] as unknown[]).push(value);
    else if (name in values) throw new Error(`${message} has ${name} twice`);
    else values[name] = value;
  }
  if (reader.pos !== end) throw new Error(`${message} ends at ${end}, and a field of it at ${reader.pos}`);
  return values;
}

const VARINT: WireType = 0;
const FIXED: WireType = 5;

function read(reader: BinaryReader, wire: WireType, kind: Kind): unknown {
  if (wire !== (kind === "int" ? VARINT : kind === "float" ? FIXED : 2))
    throw new Error(`a field of kind ${kind} has wire type ${wire}`);
  if (kind === "int") return Number(reader.int64());
  if (kind === "float") return reader.float();
  if (kind === "text") return reader.string();
  if (kind === "bytes") return reader.bytes();
  const length = reader.uint32();
  return decode(reader, reader.pos + length, kind);
}

/** Bytes of an element, by the number of its type; texts lie apart. */
const WIDTHS: Readonly<Record<number, number>> = { 1: 4, 7: 8, 9: 1, 11: 8 };

/** What is wrong with a file: empty where it is sound. */
export function onnxFaults({ graph, opsets, irVersion }: Decoded): string[] {
  const faults: string[] = [];
  const check = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
  };
  check(irVersion >= 7, `the format's version is ${irVersion}`);
  const versions = new Map(opsets.map(({ domain, version }) => [domain, version]));
  check(versions.size === opsets.length, "a domain has two versions");
  const known = new Set<string>();
  const used = new Set<string>();
  const define = (name: string) => {
    check(name !== "" && !known.has(name), `${JSON.stringify(name)} is defined twice, or no name`);
    known.add(name);
  };
  for (const { name } of [...graph.inputs, ...graph.initializers]) define(name);
  for (const { op, domain, inputs, outputs } of graph.nodes) {
    check(versions.has(domain), `${op} is of ${JSON.stringify(domain)}, which has no version`);
    for (const name of inputs) {
      check(known.has(name), `${op} takes ${name}, which is not there yet`);
      used.add(name);
    }
    for (const name of outputs) define(name);
  }
  for (const { name } of graph.outputs) {
    check(known.has(name), `the output ${name} is not there`);
    used.add(name);
  }
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  for (const name of known) check(used.has(name) || inputs.has(name), `nobody takes ${name}`);
  for (const { name, type, dims, raw, texts } of graph.initializers) {
    const size = dims.reduce((product, length) => product * length, 1);
    const held = raw ? raw.length / WIDTHS[type] : texts.length;
    check(held === size, `${name} has ${held} numbers, and the shape [${dims}]`);
  }
  return faults;
}
