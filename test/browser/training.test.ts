import * as drowse from "drowse";
import { afterAll, beforeAll, expect, it } from "vitest";
import { GOLDEN, runGolden } from "../golden-scenario.ts";
import { describeInChromium, type OpenedPage, openPage } from "./harness.ts";

// Functions given to `page.evaluate` run in the page: they reach nothing but their argument.

interface Lesson {
  readonly library: typeof drowse;
  readonly threads: number;
}

/** Trains a small network on whole numbers, and predicts and evaluates in every way there is. */
async function learn({ library, threads }: Lesson) {
  const { sequential, dense, relu, dropout, sgd } = library;
  const model = sequential({ input: [5], seed: 3 }, [dense(33), relu(), dropout({ rate: 0.5 }), dense(3)]);
  const x = Float32Array.from({ length: 60 * 5 }, (_, i) => ((i * 7919) % 101) / 101 - 0.5);
  const y = Int32Array.from({ length: 60 }, (_, row) => row % 3);
  await model.fit({ x, y }, { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.1 }), epochs: 5, batchSize: 16, threads });
  const probabilities = await model.predict(x);
  const logits = await model.predict(x, { output: "logits", threads });
  const bits = ({ data }: { data: Float32Array }) => Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length));
  return {
    probabilities: bits(probabilities),
    logits: bits(logits),
    evaluation: await model.evaluate({ x, y }),
    evaluatedByThreads: await model.evaluate({ x, y }, { threads }),
  };
}

for (const isolated of [true, false]) {
  describeInChromium(`a page that is ${isolated ? "" : "not "}cross-origin isolated`, () => {
    let opened: OpenedPage;
    beforeAll(async () => {
      opened = await openPage({ isolated });
    });
    afterAll(() => opened?.close());

    it.each([1, 2, 4])("ends the golden training in the golden bits, asked for %i threads", async (threads) => {
      expect(await opened.page.evaluate(runGolden, { drowse: await opened.load(), threads })).toEqual(GOLDEN);
    });

    it("predicts and evaluates as Node does, to the bit", async () => {
      const here = await learn({ library: drowse, threads: 2 });
      expect(await opened.page.evaluate(learn, { library: await opened.load(), threads: 2 })).toEqual(here);
      expect(here.evaluatedByThreads).toEqual(here.evaluation);
      expect(here.probabilities).not.toEqual(here.logits);
    });

    it("is never blocked by fit: its timers fire within every epoch", async () => {
      const ticks = await opened.page.evaluate(
        async (library) => {
          const { sequential, dense, relu, sgd } = library;
          const model = sequential({ input: [200], seed: 1 }, [dense(400), relu(), dense(10)]);
          // Epochs of many times the milliseconds that a page's timers wait at least.
          const x = Float32Array.from({ length: 8000 * 200 }, (_, i) => ((i * 31) % 17) / 17);
          const y = Int32Array.from({ length: 8000 }, (_, row) => row % 10);
          let count = 0;
          const timer = setInterval(() => count++, 1);
          const atEpochs: number[] = [];
          await model.fit(
            { x, y },
            {
              loss: "crossEntropy",
              optimizer: sgd({ learningRate: 0.01 }),
              epochs: 6,
              onEvent: ({ event }) => void (event === "epoch" && atEpochs.push(count)),
            },
          );
          clearInterval(timer);
          return atEpochs;
        },
        await opened.load(),
      );
      expect(ticks).toHaveLength(6);
      for (let epoch = 1; epoch < 6; epoch++) expect(ticks[epoch]).toBeGreaterThan(ticks[epoch - 1]);
    });

    it("can stop training, and train again", async () => {
      const said = await opened.page.evaluate(
        async (library) => {
          const { sequential, dense, sgd } = library;
          const model = sequential({ input: [4], seed: 1 }, [dense(2)]);
          const x = Float32Array.from({ length: 4000 }, (_, i) => (i % 13) / 13);
          const y = Int32Array.from({ length: 1000 }, (_, row) => row % 2);
          const options = { loss: "crossEntropy" as const, optimizer: sgd({ learningRate: 0.01 }) };
          const controller = new AbortController();
          const reason = await model
            .fit({ x, y }, { ...options, epochs: 1e6, signal: controller.signal, onEvent: () => controller.abort("enough") })
            .catch((error: unknown) => error);
          await model.fit({ x, y }, options);
          return { reason, link: model.link };
        },
        await opened.load(),
      );
      expect(said).toEqual({ reason: "enough", link: "softmax" });
    });
  });
}

describeInChromium("a page with a content security policy", () => {
  const train = async (library: typeof drowse) => {
    const { sequential, dense, sgd, WorkerError } = library;
    const model = sequential({ input: [2], seed: 1 }, [dense(2)]);
    const options = { loss: "crossEntropy" as const, optimizer: sgd({ learningRate: 0.1 }) };
    return model.fit({ x: [[0, 1]], y: [1] }, options).then(
      ({ loss }) => ({ epochs: loss.length }),
      (error: Error) => ({ refused: error instanceof WorkerError, message: error.message }),
    );
  };

  it("trains where it allows WebAssembly and workers of its own", async () => {
    const csp = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:";
    const { page, load, close } = await openPage({ isolated: true, csp });
    try {
      expect(await page.evaluate(train, await load())).toEqual({ epochs: 1 });
    } finally {
      await close();
    }
  });

  it("says what it needs where it allows no workers", async () => {
    const csp = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";
    const { page, load, close } = await openPage({ isolated: true, csp });
    try {
      const said = await page.evaluate(train, await load());
      expect(said).toMatchObject({ refused: true, message: expect.stringContaining("worker-src blob:") });
    } finally {
      await close();
    }
  });
});
