import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classFacts, numberFacts } from "../../test/run-facts.ts";
import { reportPage } from "./page.ts";
import type { RunFacts } from "./run-facts.ts";

/** What would mean that a number was not there. */
const HOLES = /NaN|Infinity|undefined|\[object|null%/;

describe("reportPage", () => {
  it.each([
    ["classes", classFacts()],
    ["numbers", numberFacts()],
    ["many classes", classFacts({ classes: Array.from({ length: 30 }, (_, index) => `class ${index}`) })],
    ["a rate that moves", classFacts({ rate: (epoch) => epoch / 100 })],
    ["a single epoch", { ...classFacts(), epochs: classFacts().epochs.slice(0, 1), bestEpoch: 1 }],
    ["a second training", { ...classFacts(), refit: { rows: 850, epochs: 20 } }],
    ["nothing held out", withoutHeld(classFacts())],
    ["nothing but the run", bare(numberFacts())],
  ] as const)("tells of a run with %s: one page without scripts, styles of elements, addresses or holes", async (_, facts) => {
    const page = await reportPage(facts);
    expect(page).not.toMatch(HOLES);
    expect(page).not.toMatch(/<script|<link|<img|\sstyle=|\son\w+=|https?:|url\(|@import/i);
    expect(page.match(/<style>/g)).toHaveLength(1);
    expect(page).toContain("default-src 'none'; style-src 'sha256-");
    for (const heading of ["How it learned", "What to try next", "How to repeat it"]) expect(page).toContain(heading);
  });

  it("says of a network that was trained again what it has seen", async () => {
    const once = await reportPage(classFacts());
    const twice = await reportPage({ ...classFacts(), refit: { rows: 850, epochs: 20 } });
    expect(once).toContain("The model has the weights of epoch 20.");
    expect(twice).not.toContain("The model has the weights");
    expect(twice).toContain("trained again, from the first weights, on all 850 rows that are not tested on, for 20 epochs");
    expect(twice).toContain("it has seen the validation rows too");
  });

  it("is a pure function of the facts", async () => {
    expect(await reportPage(classFacts())).toBe(await reportPage(classFacts()));
  });

  it("escapes every name and text that comes from people's files", async () => {
    const mark = "<b onclick='x'>&\"";
    const page = await reportPage(classFacts({ classes: [mark, `${mark}2`], column: mark, data: mark, target: mark }));
    expect(page).not.toContain("<b ");
    expect(page).not.toContain("onclick='");
    expect(page.split("&lt;b onclick=&#39;x&#39;&gt;&amp;&quot;").length).toBeGreaterThan(10);
  });

  it("stays whole whatever names are given", async () => {
    const tags = (page: string) => page.replace(/>[^<]*</g, "><").replace(/"[^"]*"/g, '""');
    const plain = tags(await reportPage(classFacts()));
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), async (name) => {
        const page = await reportPage(classFacts({ classes: [name, `${name}b`], column: name, data: name, target: name }));
        expect(tags(page)).toBe(plain);
      }),
      { numRuns: 15, seed: 1 },
    );
  });
});

function withoutHeld(facts: RunFacts): RunFacts {
  const epochs = facts.epochs.map(({ heldLoss: _, heldError: __, ...rest }) => rest);
  return { ...facts, epochs, bestEpoch: undefined, measured: undefined, importance: undefined };
}

function bare({ measured: _, importance: __, columns: ___, classCounts: ____, ...facts }: RunFacts): RunFacts {
  return facts;
}
