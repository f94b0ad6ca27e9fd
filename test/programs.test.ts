import { describe, expect, it } from "vitest";
import { runChild } from "./child.ts";

// Programs that train, each in a Node of its own, with the built package.

const task = `
const { sequential, dense, relu, dropout, sgd } = drowse;
const build = () => sequential({ input: [6], seed: 1 }, [dense(40), relu(), dropout({ rate: 0.5 }), dense(3)]);
const data = {
  x: Float32Array.from({ length: 6 * 90 }, (_, i) => ((i * 31) % 17) / 17),
  y: Int32Array.from({ length: 90 }, (_, row) => row % 3),
};
const options = { loss: "crossEntropy", optimizer: sgd({ learningRate: 0.05 }), batchSize: 16 };
`;

describe("a program", () => {
  it.each([
    ["after fit", `await build().fit(data, { ...options, threads: 2 }); console.log("done");`],
    ["after fit without await", `build().fit(data, { ...options, epochs: 20, threads: 3 }).then(() => console.log("done"));`],
    ["after predictions by threads", `await build().predict(data.x, { threads: 2 }); console.log("done");`],
    [
      "with a trainer that it never closed",
      `const trainer = await build().trainer(data, { ...options, threads: 2 }); await trainer.run(3); console.log("done");`,
    ],
    [
      "after an abort",
      `const signal = AbortSignal.abort("enough");
       await build().fit(data, { ...options, signal }).catch((reason) => console.log(reason === "enough" && "done"));`,
    ],
    [
      "after divergence",
      `const optimizer = sgd({ learningRate: 1e30 });
       await build().fit(data, { ...options, optimizer, threads: 2 }).catch((error) => console.log(error.name === "DivergenceError" && "done"));`,
    ],
  ])("ends by itself, and not before it is done: %s", async (_, text) => {
    const { code, stdout, output } = await runChild(task + text);
    expect(code, output).toBe(0);
    expect(stdout).toBe("done\n");
  });

  it("ends with an error that nobody caught, as Node ends programs", async () => {
    const { code, output } = await runChild(`${task} await build().fit(data, { ...options, epochs: 0, threads: 2 });`);
    expect(code).toBe(1);
    expect(output).toContain("fit: epochs is 0; give a whole number of at least 1");
  });
});
