import * as onnx from "onnxruntime-web";

// onnxruntime compiled to WebAssembly, as a page has it: its CPU kernels, on the calling thread.
onnx.env.wasm.numThreads = 1;

type Feed = Float32Array | Float64Array | readonly string[] | boolean;

/** What a file's inputs get: numbers, texts, or a boolean without axes. */
export interface Feeds {
  readonly [name: string]: { readonly data: Feed; readonly shape: readonly number[] } | boolean;
}

/** What came out, by the outputs' names. */
export type Results = Readonly<Record<string, { readonly data: ArrayLike<number | string>; readonly shape: readonly number[] }>>;

/** A file opened by onnxruntime. */
export interface OnnxSession {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  run(feeds: Feeds): Promise<Results>;
  close(): Promise<void>;
}

/** Opens a file. */
export async function openOnnx(bytes: Uint8Array): Promise<OnnxSession> {
  const session = await onnx.InferenceSession.create(bytes);
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(feeds) {
      const tensors = Object.entries(feeds).map(([name, feed]) => [name, tensorOf(feed)]);
      const results = await session.run(Object.fromEntries(tensors));
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => [
          name,
          { data: data as ArrayLike<number | string>, shape: dims },
        ]),
      );
    },
    close: () => session.release(),
  };
}

/** Opens a file, runs it once, and closes it. */
export async function runOnnx(bytes: Uint8Array, feeds: Feeds): Promise<Results> {
  const session = await openOnnx(bytes);
  try {
    return await session.run(feeds);
  } finally {
    await session.close();
  }
}

function tensorOf(feed: Feeds[string]): onnx.Tensor {
  if (typeof feed === "boolean") return new onnx.Tensor("bool", Uint8Array.of(feed ? 1 : 0), []);
  const { data, shape } = feed;
  if (data instanceof Float32Array) return new onnx.Tensor("float32", data, shape);
  if (data instanceof Float64Array) return new onnx.Tensor("float64", data, shape);
  return new onnx.Tensor("string", data as string[], shape);
}
