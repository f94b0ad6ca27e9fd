/** Types of elements, by the number that ONNX has for each (TensorProto.DataType of onnx.proto). */
export const ELEMENT = { float: 1, uint8: 2, int64: 7, string: 8, bool: 9, double: 11 } as const;

export type ElementType = keyof typeof ELEMENT;

/** A tensor that stands in the file. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array | BigInt64Array | readonly string[] | boolean;
}

/** An attribute of a node: a whole number is one, another number is written as `{ float }`. */
export type OnnxAttribute =
  | number
  | { readonly float: number }
  | { readonly text: string }
  | readonly number[]
  | { readonly texts: readonly string[] };

export interface OnnxNode {
  readonly op: string;
  /** `""`: the operators of every runtime; `"ai.onnx.ml"`: those of classical machine learning. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output. Of its axes a number is a length, a text the name of one that may differ from call to call. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
  /** What it is, for who opens the file. */
  readonly doc: string;
}

/** An ONNX model: what onnx.proto calls ModelProto, as far as networks need it. */
export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly doc: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The operators' version: 13 has all that is needed, and every runtime of the last years has 13. */
export const OPSET = 13;

/** That of the operators of classical machine learning. */
export const ML_OPSET = 2;

/** The version of the format that belongs to operators of version 13. */
export const IR_VERSION = 7;
