import { runChild } from "./child.ts";

// Memory of programs that train for long, measured by themselves in a Node of their own.

const measure = `
const { sequential, dense, relu, dropout, sgd } = drowse;
const { readdirSync } = process.getBuiltinModule("node:fs");
const build = (width) =>
  sequential({ input: [10], seed: 1 }, [dense(width), relu(), dropout({ rate: 0.5 }), dense(width), relu(), dense(3)]);
const data = {
  x: Float32Array.from({ length: 10 * 200 }, (_, i) => ((i * 31) % 17) / 17),
  y: Int32Array.from({ length: 200 }, (_, row) => row % 3),
};
const options = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.01, momentum: 0.5 }), batchSize: 2, threads: 2 };
const megabytes = 2 ** -20;
const countThreads = () => process.platform === "linux" ? readdirSync("/proc/self/task").length : 0;
async function now() {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    gc();
  }
  const { rss, arrayBuffers, heapUsed } = process.memoryUsage();
  return { rss: rss * megabytes, arrayBuffers: arrayBuffers * megabytes, heap: heapUsed * megabytes, threads: countThreads() };
}
`;

/** What a program held, in MiB, and its threads (0 where they cannot be counted). */
export interface Held {
  readonly rss: number;
  readonly arrayBuffers: number;
  readonly heap: number;
  readonly threads: number;
}

async function measured(text: string, timeout: number): Promise<{ warm: Held; end: Held }> {
  const program = `${measure}${text}\nconsole.log(JSON.stringify({ warm, end }));`;
  const { code, stdout, output } = await runChild(program, { flags: ["--expose-gc"], timeout });
  if (code !== 0) throw new Error(`the program ended with ${code}: ${output}`);
  return JSON.parse(stdout);
}

/** What a program holds after the first tenth of so many steps of one fit, and after all. */
export function heldOverSteps(steps: number): Promise<{ warm: Held; end: Held }> {
  const epochs = steps / 100;
  const text = `
    const model = build(20);
    await model.fit(data, { ...options, epochs: ${epochs / 10} });
    const warm = await now();
    await model.fit(data, { ...options, epochs: ${epochs - epochs / 10} });
    const end = await now();`;
  return measured(text, 600_000);
}

/**
 * What a program holds after a quarter of so many fits, evaluations and predictions of one model, and after
 * all. A fit takes about 2 MiB, which the workers give back when their collectors see fit.
 */
export function heldOverFits(fits: number): Promise<{ warm: Held; end: Held }> {
  const text = `
    const model = build(400);
    const few = { x: data.x.slice(0, 300), y: data.y.slice(0, 30) };
    let warm;
    for (let fit = 0; fit < ${fits}; fit++) {
      if (fit === ${Math.floor(fits / 4)}) warm = await now();
      await model.fit(few, { ...options, batchSize: 10 });
      await model.evaluate(few);
      await model.predict(few.x, { threads: 2 });
    }
    const end = await now();`;
  return measured(text, 600_000);
}
