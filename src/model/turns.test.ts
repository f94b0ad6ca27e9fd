import { adamW, dense, dropout, relu, sequential, sgd } from "drowse";
import { afterEach, expect, it, vi } from "vitest";
import { weightsHash } from "../formats/weights-hash.ts";

// On the calling thread training lets others have their turn every 50 ms: when that is must change nothing.

afterEach(() => vi.restoreAllMocks());

it("comes to the same weights however the clock runs", async () => {
  const x = Float32Array.from({ length: 136 * 2 }, (_, i) => ((i * 7919) % 200) / 100 - 1);
  const y = Int32Array.from({ length: 136 }, (_, i) => (i * 31) % 2);
  const train = async (optimizer: ReturnType<typeof sgd>, threads: number) => {
    const model = sequential({ input: [2], seed: 5 }, [dense(12), relu(), dropout({ rate: 0.3 }), dense(2)]);
    const validation = { x: x.subarray(0, 48), y: y.subarray(0, 24) };
    await model.fit({ x, y }, { loss: "crossEntropy", optimizer, epochs: 12, batchSize: 32, threads, validation });
    return weightsHash(model.weights);
  };
  for (const optimizer of [sgd({ learningRate: 0.05 }), adamW({ learningRate: 0.003 })]) {
    const alone = await train(optimizer, 1);
    const clock = performance.now.bind(performance);
    let ahead = 0;
    let draw = 12_345;
    vi.spyOn(performance, "now").mockImplementation(() => {
      draw = (draw * 1_103_515_245 + 12_345) % 2 ** 31;
      if (draw % 7 === 0) ahead += draw % 300;
      return clock() + ahead;
    });
    for (let round = 0; round < 8; round++) expect(await train(optimizer, 0)).toBe(alone);
    vi.restoreAllMocks();
  }
});
