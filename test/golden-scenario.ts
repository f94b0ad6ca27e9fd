// One training that must end in the same bits everywhere: in every Node, in a browser, on any number of threads.
// Its data is made by whole-number arithmetic, and it uses nothing but the library that it is given, so that its text
// can be run in a page or by another Node.

/**
 * What the scenario must end in. These hashes are a promise to users: they change only when kernels, keys or
 * initial weights change on purpose, together with a line in the CHANGELOG.
 */
export const GOLDEN: GoldenOutcome = {
  weights: "739f04a1b9ec3636ceea9d523fd3e1af82dae0d8fac6d41a3a3a7fb6d4a271cc",
  predictions: "12ccc2b5e3e89120b40037c7c77eba7303e33acc6e2a9a16f2fac56acfb9c39c",
  losses: "e8bc86fae45964ff4a0969047073b65240e8fa4c46237d23fe10e527396bddb5",
};

/** SHA-256 of the weights (names, then numbers), of predictions for the training rows, and of the losses of the epochs. */
export interface GoldenOutcome {
  readonly weights: string;
  readonly predictions: string;
  readonly losses: string;
}

export interface GoldenRun {
  readonly drowse: typeof import("drowse");
  readonly threads: number;
}

/**
 * Trains 784-128-64-10 for three epochs on bytes: dropout on the input and between layers, momentum, max-norm, L2, a
 * schedule, a last batch that is not full. All it needs stands inside, so that `runGolden.toString()` is complete.
 */
export async function runGolden({ drowse, threads }: GoldenRun): Promise<GoldenOutcome> {
  const { sequential, dense, relu, dropout, sgd } = drowse;
  let state = 12345;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 16;
  };
  const count = 600;
  const x = new Uint8Array(count * 784);
  const y = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const label = next() % 10;
    y[row] = label;
    for (let column = 0; column < 784; column++) {
      const lit = (column * 7 + label * 31) % 97 < 19;
      x[row * 784 + column] = lit ? 128 + (next() & 127) : next() % 9 === 0 ? next() & 255 : 0;
    }
  }

  const model = sequential({ input: [784], seed: 2 ** 40 + 7 }, [
    dropout({ rate: 0.2 }),
    dense(128),
    relu(),
    dropout({ rate: 0.5 }),
    dense(64, { initializer: "glorot" }),
    relu(),
    dropout({ rate: 0.25, scaling: "standard" }),
    dense(10, { initializer: "lecun" }),
  ]);
  // A rational schedule: `0.9 ** step` may have other bits in another engine.
  const optimizer = sgd({ learningRate: (step) => 0.2 / (1 + step / 64), momentum: 0.9, maxNorm: 1.5, l2: 1 / 4096 });
  const history = await model.fit({ x, y }, { loss: "crossEntropy", optimizer, epochs: 3, batchSize: 64, threads });
  const { data } = await model.predict(x, { threads });

  const hex = async (parts: readonly ArrayBufferView[]) => {
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
    let at = 0;
    for (const { buffer, byteOffset, byteLength } of parts) {
      bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
      at += byteLength;
    }
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  };
  const encoder = new TextEncoder();
  return {
    weights: await hex([...model.weights].flatMap(([name, values]) => [encoder.encode(name), values])),
    predictions: await hex([data]),
    losses: await hex([Float64Array.from(history.loss)]),
  };
}
