import { adamW, loadHistory } from "drowse";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { bitsOf } from "../../test/bits.ts";
import { ringsTable, slopeTable } from "../../test/studies.ts";
import { splitTable } from "../tables/split-table.ts";
import { loadTableModel } from "../tables/table-model.ts";
import { configuration } from "./configuration.ts";
import type { Executor } from "./executor.ts";
import { type MemberRequest, type MemberResult, memberSeed, trainMember } from "./member.ts";
import { feedForward } from "./network.ts";
import { derivedSeed } from "./resampling.ts";
import { threadExecutor } from "./thread-executor.ts";
import { trainEnsemble } from "./train-ensemble.ts";
import { prepareFor, type TableData } from "./trial-data.ts";

const short = configuration({ hidden: [8], dropout: [0.3], epochs: 6, patience: 2, learningRate: 0.02 });
const asked = (changes: Partial<MemberRequest> = {}): MemberRequest => ({
  ...{ member: 2, configuration: short, validation: 0.2, test: 0.2, refit: true, seed: 7 },
  ...changes,
});
const untimed = ({ seconds: _, ...result }: MemberResult) => result;

let rings: TableData;
beforeAll(async () => {
  rings = await ringsTable(150);
});

describe("the seed of a member", () => {
  it("is the ensemble's own for the first, and others for the others, however many there are", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seed) => {
        const seeds = Array.from({ length: 6 }, (_, index) => memberSeed(seed, index + 1));
        expect(seeds[0]).toBe(seed);
        expect(seeds[2]).toBe(derivedSeed(seed, "ensemble/member/3"));
        expect(new Set(seeds).size).toBe(6);
        expect(seeds.every(Number.isSafeInteger)).toBe(true);
      }),
    );
  });

  it("is refused for what is no member", () => {
    for (const member of [0, 1.5, Number.NaN]) expect(() => memberSeed(1, member)).toThrow(`memberSeed: the member is ${member}`);
    expect(() => memberSeed(-1, 1)).toThrow("memberSeed: ");
  });
});

describe("trainMember", () => {
  it("is a pure function of data and request, for any number of threads", async () => {
    const results = [];
    for (const threads of [0, 2]) results.push(untimed(await trainMember(rings, asked(), threads)));
    expect(results[1]).toEqual(results[0]);
    expect(results[0]).toMatchObject({ member: 2, seed: memberSeed(7, 2), refitRows: 120 });
  });

  it("trains on the rows of the split, and then on all but those to test on, as long as was best", async () => {
    const once = await trainMember(rings, asked({ refit: false }));
    const twice = await trainMember(rings, asked());
    const { epochs, bestEpoch, validationLoss } = once;
    expect(twice).toMatchObject({ epochs, bestEpoch, validationLoss });
    expect(once.refitRows).toBeUndefined();
    const [first, again] = loadHistory(twice.model);
    expect(loadHistory(once.model)).toEqual([first]);
    expect(first).toMatchObject({ phase: "first", epochs, bestEpoch });
    expect(first.numbers.get("validationLoss")?.[bestEpoch - 1]).toBeCloseTo(validationLoss as number, 5);
    expect(again).toMatchObject({ phase: "refit", epochs: bestEpoch });
    const split = splitTable(rings.task, { validation: 0.2, test: 0.2, seed: 7 });
    const fitted = async (rows: Uint32Array, epochs: number) => {
      const prepared = prepareFor(rings, rows);
      const model = feedForward(short, { input: prepared.input, outputs: 2, seed: memberSeed(7, 2) });
      const optimizer = adamW({ learningRate: 0.02 });
      await model.fit(prepared.rows(rows), { loss: "crossEntropy", optimizer, epochs, batchSize: 32, threads: 1 });
      return bitsOf(model.weights);
    };
    expect(bitsOf(loadTableModel(once.model).model.weights)).toBe(await fitted(split.training, once.bestEpoch));
    const all = rings.task.rows.filter((row) => !split.test.includes(row));
    expect(bitsOf(loadTableModel(twice.model).model.weights)).toBe(await fitted(all, once.bestEpoch));
    expect(loadTableModel(twice.model).preparation).toEqual(prepareFor(rings, all).preparation);
  });

  it("fails where it diverges, by the number of the member", async () => {
    const slope = await slopeTable(60);
    const wild = configuration({ hidden: [8], dropout: [0], optimizer: "sgd", learningRate: 1e12, epochs: 20 });
    await expect(trainMember(slope, asked({ configuration: wild }))).rejects.toThrow(/^ensemble: member 2 diverged: .*; lower/);
  });

  it("follows schedules and a plateau, the same in both trainings", async () => {
    const moving = configuration({
      ...{ hidden: [8], dropout: [0.3], epochs: 8, patience: 6, learningRate: 0.05 },
      ...{ schedule: "linear", dropoutSchedule: "linear:0.1", reduceOnPlateau: 1, clipNorm: 1 },
    });
    const one = await trainMember(rings, asked({ configuration: moving }));
    const plain = await trainMember(rings, asked({ configuration: { ...moving, dropoutSchedule: undefined } }));
    const steady = await trainMember(rings, asked({ configuration: { ...moving, schedule: "constant" } }));
    expect(new Set([one, plain, steady].map(({ weightsHash }) => weightsHash)).size).toBe(3);
  });
});

describe("trainEnsemble", () => {
  const executors: Executor[] = [];
  const executorOf = (workers: number) => {
    const executor = threadExecutor(rings, { workers });
    executors.push(executor);
    return executor;
  };
  afterEach(async () => {
    for (const executor of executors.splice(0)) await executor.close();
  });
  const request = { configuration: short, validation: 0.2, test: 0.2, refit: true, seed: 7 };

  it("is the same for any number of threads, and member i the same however many there are", async () => {
    const three = await trainEnsemble({ ...request, members: 3 }, { executor: executorOf(3) });
    const two = await trainEnsemble({ ...request, members: 2 }, { executor: executorOf(1) });
    expect(three.results.map(({ member }) => member)).toEqual([1, 2, 3]);
    expect(two.results.map(untimed)).toEqual(three.results.slice(0, 2).map(untimed));
    expect(untimed(await trainMember(rings, { ...request, member: 3 }))).toEqual(untimed(three.results[2]));
    expect(three.ensemble.members).toHaveLength(3);
    expect(three.preparation?.target.name).toBe("ring");
  });

  it("trains no member again that is known, and tells of the others", async () => {
    const executor = executorOf(2);
    const before = await trainEnsemble({ ...request, members: 2 }, { executor });
    const asked: number[] = [];
    const told: number[] = [];
    const known = new Map(before.results.map((result) => [result.member, result]));
    const after = await trainEnsemble(
      { ...request, members: 3 },
      { executor: spied(executor, asked), known, onMember: ({ member }) => void told.push(member) },
    );
    expect([asked, told]).toEqual([[3], [3]]);
    expect(after.results.slice(0, 2)).toEqual(before.results);
  });

  it("ends with the reason of its signal", async () => {
    const controller = new AbortController();
    const executor = executorOf(1);
    const onMember = () => controller.abort(new Error("enough"));
    const work = trainEnsemble({ ...request, members: 4 }, { executor, signal: controller.signal, onMember });
    await expect(work).rejects.toThrow("enough");
    await expect(trainEnsemble({ ...request, members: 1 }, { executor, signal: controller.signal })).rejects.toThrow("enough");
  });

  it("refuses numbers of members that are none", async () => {
    for (const members of [0, 1001, 2.5]) {
      const work = trainEnsemble({ ...request, members }, { executor: executorOf(1) });
      await expect(work).rejects.toThrow(`trainEnsemble: members is ${members}; give a whole number from 1 to 1000`);
    }
  });
});

function spied(executor: Executor, asked: number[]): Executor {
  return {
    capacity: executor.capacity,
    run: (request) => executor.run(request),
    runMember(request) {
      asked.push(request.member);
      return executor.runMember(request);
    },
    close: () => executor.close(),
  };
}
