import { describe, expect, it } from "vitest";
import { classFacts, epochsOf, numberFacts } from "../../test/run-facts.ts";
import { adviceFor } from "./advice.ts";
import type { RunFacts } from "./run-facts.ts";

const titles = (facts: RunFacts) => adviceFor(facts).map(({ title }) => title);
const steady = epochsOf().map((epoch) => ({ ...epoch, loss: 0.3, heldLoss: 0.3 }));
/** Numbers that nothing is to be said of. */
const calm = { ...numberFacts(), epochs: steady };

describe("adviceFor", () => {
  it("says nothing where nothing stands out", () => {
    expect(titles(calm)).toEqual([]);
  });

  it.each([
    ["Train for longer", { reason: "epochs", bestEpoch: 40, mostEpochs: 40 }, "--epochs 80"],
    ["More dropout, or a smaller network", { epochs: steady.map((epoch) => ({ ...epoch, loss: 0.1 })) }, "--dropout 0.4"],
    [
      "Less dropout, or a wider network",
      { epochs: steady.map((epoch) => ({ ...epoch, loss: 0.5 })) },
      "--dropout 0.1, or --hidden 32,32",
    ],
    ["Try dropout", { network: { ...calm.network, dropout: 0 } }, "--dropout 0.2"],
    ["Measure it", { measured: undefined }, "--test 0.15"],
    [
      "Leave out what only names the rows",
      {
        columns: {
          preparation: (calm.columns as NonNullable<RunFacts["columns"]>).preparation,
          kinds: [{ name: "ticket no", type: "number", missing: 0, reason: "its whole numbers are nearly all different" }],
        },
      },
      '--drop-columns "ticket no"',
    ],
  ] as const)("says %j", (title, change, option) => {
    expect(adviceFor({ ...calm, ...change })).toMatchObject([{ title, option }]);
  });

  it("takes a loss that rises after the best epoch for overfitting, and dropout to no more than 0.5 at once", () => {
    const epochs = epochsOf().map((epoch) => ({ ...epoch, loss: 0.3 }));
    const network = { ...calm.network, dropout: 0.4 };
    const [advice] = adviceFor({ ...calm, epochs, network });
    expect(advice).toMatchObject({ title: "More dropout, or a smaller network", option: "--dropout 0.5" });
    expect(advice.why).toContain("rose from 0.2 to 0.36");
    expect(adviceFor({ ...calm, epochs, network: { ...network, dropout: 0.8 } })[0].option).toBe("--hidden 8,8");
  });

  it("looks at how sure a network is only beyond what chance makes of it", () => {
    const temperature = "Divide the logits by a temperature";
    const facts = (sure: number): RunFacts => ({ ...classFacts({ sure, rows: 2000 }), epochs: steady, classCounts: [100, 100] });
    expect(titles(facts(40))).toContain(temperature);
    expect(adviceFor(facts(40)).find(({ title }) => title === temperature)?.why).toContain("too sure of itself");
    expect(adviceFor(facts(0.3)).find(({ title }) => title === temperature)?.why).toContain("not sure enough");
  });

  it("asks for weights where a rare class is not recognised", () => {
    const facts = classFacts({ rows: 200 });
    const measured = facts.measured as Extract<RunFacts["measured"], { readonly kind: "classification" }>;
    // All are taken for the first class.
    const blind = {
      shape: measured.logits.shape,
      data: Float32Array.from(measured.logits.data, (_, i) => (i % 2 === 0 ? 2 : 0)),
    };
    const changed = { ...facts, epochs: steady, measured: { ...measured, logits: blind, probabilities: blind } };
    expect(titles({ ...changed, measured: { ...changed.measured, probabilities: halves(blind) } })).toContain(
      "Let rare classes count for more",
    );
    expect(
      titles({ ...changed, classCounts: [100, 90], measured: { ...changed.measured, probabilities: halves(blind) } }),
    ).not.toContain("Let rare classes count for more");
  });
});

/** As probabilities. */
const halves = ({ shape, data }: { shape: readonly number[]; data: Float32Array }) => ({
  shape,
  data: data.map((z) => (z > 0 ? 0.75 : 0.25)),
});
