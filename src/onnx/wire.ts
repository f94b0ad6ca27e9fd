import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { exchangeByteOrder } from "../data/byte-order.ts";
import {
  ELEMENT,
  IR_VERSION,
  ML_OPSET,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  OPSET,
} from "./onnx-model.ts";

// The messages of onnx.proto by the numbers of their fields, which are written beside their names there.

const { Varint, LengthDelimited, Bit32 } = WireType;

/** Numbers of AttributeProto.AttributeType. */
const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7, strings: 8 } as const;

/** A model as the bytes of a file: ModelProto. */
export function encodeModel({ metadata, ...graph }: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  number(writer, 1, IR_VERSION);
  text(writer, 2, "drowse");
  text(writer, 6, graph.doc);
  message(writer, 7, () => writeGraph(writer, graph));
  const domains = new Map(graph.nodes.map(({ domain }) => [domain, domain === "" ? OPSET : ML_OPSET]));
  for (const [domain, version] of new Map([["", OPSET], ...domains])) {
    message(writer, 8, () => {
      text(writer, 1, domain);
      number(writer, 2, version);
    });
  }
  for (const [key, value] of Object.entries(metadata)) {
    message(writer, 14, () => {
      text(writer, 1, key);
      text(writer, 2, value);
    });
  }
  return writer.finish();
}

/** GraphProto. */
function writeGraph(writer: BinaryWriter, { nodes, initializers, inputs, outputs, doc }: Omit<OnnxModel, "metadata">): void {
  for (const node of nodes) message(writer, 1, () => writeNode(writer, node));
  text(writer, 2, "drowse");
  for (const tensor of initializers) message(writer, 5, () => writeTensor(writer, tensor));
  text(writer, 10, doc);
  for (const value of inputs) message(writer, 11, () => writeValue(writer, value));
  for (const value of outputs) message(writer, 12, () => writeValue(writer, value));
}

/** NodeProto. */
function writeNode(writer: BinaryWriter, { op, domain, inputs, outputs, attributes }: OnnxNode): void {
  for (const name of inputs) text(writer, 1, name);
  for (const name of outputs) text(writer, 2, name);
  text(writer, 4, op);
  for (const [name, value] of Object.entries(attributes)) message(writer, 5, () => writeAttribute(writer, name, value));
  text(writer, 7, domain);
}

/** AttributeProto. */
function writeAttribute(writer: BinaryWriter, name: string, value: OnnxAttribute): void {
  text(writer, 1, name);
  if (typeof value === "number") {
    number(writer, 3, value);
    number(writer, 20, ATTRIBUTE.int);
  } else if ("float" in value) {
    writer.tag(2, Bit32).float(value.float);
    number(writer, 20, ATTRIBUTE.float);
  } else if ("text" in value) {
    text(writer, 4, value.text);
    number(writer, 20, ATTRIBUTE.string);
  } else if ("texts" in value) {
    for (const item of value.texts) text(writer, 9, item);
    number(writer, 20, ATTRIBUTE.strings);
  } else {
    for (const item of value) number(writer, 8, item);
    number(writer, 20, ATTRIBUTE.ints);
  }
}

/** TensorProto: numbers as they lie in memory, little-endian. */
function writeTensor(writer: BinaryWriter, { name, shape, values }: OnnxTensor): void {
  for (const length of shape) number(writer, 1, length);
  if (typeof values === "boolean") {
    number(writer, 2, ELEMENT.bool);
    bytes(writer, 9, Uint8Array.of(values ? 1 : 0));
  } else if (values instanceof Float32Array) {
    number(writer, 2, ELEMENT.float);
    bytes(writer, 9, littleEndian(values));
  } else if (values instanceof Float64Array) {
    number(writer, 2, ELEMENT.double);
    bytes(writer, 9, littleEndian(values));
  } else if (values instanceof BigInt64Array) {
    number(writer, 2, ELEMENT.int64);
    bytes(writer, 9, littleEndian(values));
  } else {
    number(writer, 2, ELEMENT.string);
    for (const item of values) text(writer, 6, item);
  }
  text(writer, 8, name);
}

/** ValueInfoProto, its TypeProto.Tensor and the dimensions of its TensorShapeProto. */
function writeValue(writer: BinaryWriter, { name, type, shape, doc }: OnnxValue): void {
  text(writer, 1, name);
  const writeShape = () => {
    for (const length of shape) {
      message(writer, 1, () => (typeof length === "number" ? number(writer, 1, length) : text(writer, 2, length)));
    }
  };
  const writeType = () => {
    number(writer, 1, ELEMENT[type]);
    message(writer, 2, writeShape);
  };
  message(writer, 2, () => message(writer, 1, writeType));
  text(writer, 3, doc);
}

/** A field that holds a message. */
function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, LengthDelimited).fork();
  write();
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, LengthDelimited).string(value);
}

function bytes(writer: BinaryWriter, field: number, value: Uint8Array): void {
  writer.tag(field, LengthDelimited).bytes(value);
}

function number(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, Varint).int64(value);
}

function littleEndian(values: Float32Array | Float64Array | BigInt64Array): Uint8Array {
  const packed = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new Uint8Array(exchangeByteOrder(packed, values.BYTES_PER_ELEMENT === 4 ? 4 : 8, true));
}
