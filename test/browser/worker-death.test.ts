import type * as drowse from "drowse";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeInChromium, type OpenedPage, openPage } from "./harness.ts";

// Workers that are ended behind the library's back. A test that waits for ever is what these are against.
const SECONDS = { timeout: 20_000 };

// Functions given to `page.evaluate` run in the page: they reach nothing but their argument, and what `keepWorkers` put there.

declare global {
  var startedWorkers: Worker[];
  var unheardRejections: string[];
}

/** Before the library loads: keeps every worker that is started, and notes down what nobody caught. */
function keepWorkers() {
  globalThis.startedWorkers = [];
  globalThis.unheardRejections = [];
  globalThis.Worker = class extends Worker {
    constructor(...parameters: ConstructorParameters<typeof Worker>) {
      super(...parameters);
      globalThis.startedWorkers.push(this);
    }
  };
  addEventListener("unhandledrejection", ({ reason }) => globalThis.unheardRejections.push(String(reason)));
}

interface Lesson {
  readonly library: typeof drowse;
  readonly threads: number;
  /** Which of the workers that have been started is ended at the first sign of progress; none, and there is one epoch only. */
  readonly dying: number | undefined;
}

/** Fits, and says how it ended. */
async function learn({ library, threads, dying }: Lesson) {
  const { sequential, dense, relu, dropout, sgd, WorkerError } = library;
  const model = sequential({ input: [8], seed: 2 }, [dense(40), relu(), dropout({ rate: 0.3 }), dense(3)]);
  const x = Float32Array.from({ length: 200 * 8 }, (_, i) => ((i * 7919) % 101) / 101);
  const y = Int32Array.from({ length: 200 }, (_, row) => row % 3);
  const training = { loss: "crossEntropy" as const, optimizer: sgd({ learningRate: 0.05 }), batchSize: 8, threads };
  let epochs = 0;
  const onEvent = ({ event }: drowse.FitEvent) => {
    if (event === "epoch") epochs += 1;
    if (event === "progress" && dying !== undefined) globalThis.startedWorkers[dying].terminate();
  };
  try {
    await model.fit({ x, y }, { ...training, epochs: dying === undefined ? 1 : 1e6, onEvent });
    return "trained";
  } catch (error) {
    if (!(error instanceof WorkerError)) return String(error);
    return model.pass === epochs ? error.message : `the model has ${model.pass} epochs of ${epochs}`;
  }
}

/** The names of the locks that workers hold, and of those that the page waits for, which must be the same. */
async function lockNames() {
  const { held = [], pending = [] } = await navigator.locks.query();
  const names = (locks: LockInfo[]) => locks.map(({ name }) => String(name)).sort();
  return { held: names(held), pending: names(pending) };
}

for (const isolated of [true, false]) {
  describeInChromium(`a worker that dies on a page that is ${isolated ? "" : "not "}cross-origin isolated`, () => {
    let opened: OpenedPage;
    beforeEach(async () => {
      opened = await openPage({ isolated });
      await opened.page.evaluate(keepWorkers);
    });
    afterEach(() => opened?.close());

    const deaths = [[1, 0], [2, 0], ...(isolated ? [[2, 1]] : [])];
    it.each(deaths)(
      "ends fit with a WorkerError, and the next fit works (%i threads, number %i dies)",
      SECONDS,
      async (threads, dying) => {
        const { page } = opened;
        const library = await opened.load();
        // Without isolation one worker does the work of all threads.
        const workers = isolated ? threads : 1;
        expect(await page.evaluate(learn, { library, threads, dying })).toBe(
          `run: worker thread ${dying} of ${workers} died: it ended without a word; start again from the last finished epoch or saved state`,
        );
        expect(await page.evaluate(learn, { library, threads, dying: undefined })).toBe("trained");
        expect(await page.evaluate(() => globalThis.startedWorkers.length)).toBe(2 * workers);
        const { held, pending } = await page.evaluate(lockNames);
        expect(held).toHaveLength(workers);
        expect(pending).toEqual(held);
        expect(await page.evaluate(() => globalThis.unheardRejections)).toEqual([]);
      },
    );

    it("is not handed out where it died idle, and leaves no lock behind", SECONDS, async () => {
      const { page } = opened;
      const library = await opened.load();
      const fitOnce = () => page.evaluate(learn, { library, threads: 1, dying: undefined });
      expect(await fitOnce()).toBe("trained");
      const before = await page.evaluate(lockNames);
      expect(before.held).toHaveLength(1);
      expect(before.pending).toEqual(before.held);
      await page.evaluate(() => globalThis.startedWorkers[0].terminate());
      await expect.poll(() => page.evaluate(lockNames)).toEqual({ held: [], pending: [] });
      expect(await fitOnce()).toBe("trained");
      expect(await page.evaluate(() => globalThis.startedWorkers.length)).toBe(2);
      const { held, pending } = await page.evaluate(lockNames);
      expect(held).not.toEqual(before.held);
      expect(pending).toEqual(held);
      expect(await page.evaluate(() => globalThis.unheardRejections)).toEqual([]);
    });
  });
}

describeInChromium("a worker that dies on a page that has no locks", () => {
  it("is believed to be dead after 30 seconds of silence", SECONDS, async () => {
    const { page, load, close } = await openPage({ isolated: false, secure: false });
    try {
      expect(await page.evaluate(() => [isSecureContext, "locks" in navigator])).toEqual([false, false]);
      await page.evaluate(keepWorkers);
      const library = await load();
      expect(await page.evaluate(learn, { library, threads: 2, dying: undefined })).toBe("trained");
      await page.clock.install();
      const said = page.evaluate(learn, { library, threads: 2, dying: 0 });
      await expect.poll(() => page.evaluate(() => globalThis.startedWorkers.length)).toBe(1);
      await page.clock.runFor(60_000);
      expect(await said).toBe(
        "run: worker thread 0 of 1 died: it has been silent for 30 seconds; start again from the last finished epoch or saved state",
      );
      expect(await page.evaluate(learn, { library, threads: 2, dying: undefined })).toBe("trained");
    } finally {
      await close();
    }
  });
});
