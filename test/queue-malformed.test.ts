import { createHash } from "node:crypto";
import { Queue, QueueEvents } from "bullmq";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { saveModel } from "../src/formats/model-file.ts";
import { dense } from "../src/layers/dense.ts";
import { sequential } from "../src/model/sequential.ts";
import { readAnswer } from "../src/queue/job.ts";
import { type MemberJob, memberKind } from "../src/queue/member-job.ts";
import { dataKey, keyPrefix, partKey, queueName } from "../src/queue/names.ts";
import { parseRedisAddress } from "../src/queue/redis-address.ts";
import { runWorker, type WorkerEnd, type WorkerEvent } from "../src/queue/worker.ts";
import { GENERATOR } from "../src/random/philox.ts";
import { configuration } from "../src/study/configuration.ts";
import { rowsFile } from "../src/study/part-tensors.ts";
import { describeWithAnyRedis, startRedis, type TestRedis } from "./redis.ts";

// What somebody pushes into the queue by hand: it fails by name, and the worker goes on.

const VERSION = "1.2.3";
const csv = `x,y,z\n${Array.from({ length: 40 }, (_, i) => `${i},${(i * 7) % 11},${i % 2 ? "a" : "b"}`).join("\n")}\n`;
const hash = createHash("sha256").update(csv).digest("hex");

const job = {
  step: "fold",
  drowse: VERSION,
  generator: GENERATOR,
  data: { hash, bytes: csv.length },
  recipe: { reading: {} },
  request: {
    configuration: configuration({ hidden: [4], dropout: [0.5], epochs: 2 }),
    resampling: { folds: 2, repeats: 1, seed: 1 },
    repeat: 0,
    fold: 0,
  },
};

const { configuration: settings } = job.request;
const member = {
  ...job,
  step: "member",
  request: { member: 1, configuration: settings, validation: 0, test: 0.2, refit: false, seed: 1 },
};

const part = {
  step: "part",
  drowse: VERSION,
  generator: GENERATOR,
  model: { hash, bytes: csv.length },
  part: "0-1",
  rows: 1,
  input: { hash, bytes: csv.length },
  request: { output: "link", first: 0 },
};

describeWithAnyRedis("what is pushed into the queue by hand", { timeout: 60_000 }, () => {
  const controller = new AbortController();
  const told: WorkerEvent[] = [];
  let redis: TestRedis;
  let client: Redis;
  let queue: Queue;
  let events: QueueEvents;
  let worker: Promise<WorkerEnd>;

  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.address, { maxRetriesPerRequest: null });
    await client.hset(dataKey(hash), { 0: csv, pieces: "1" });
    const options = { connection: client, prefix: keyPrefix };
    queue = new Queue(queueName(VERSION), options);
    events = new QueueEvents(queueName(VERSION), options);
    await events.waitUntilReady();
    worker = runWorker({
      ...{ address: parseRedisAddress("test", redis.address), version: VERSION, threads: 1, lease: 1 },
      places: { cache: undefined, allowed: [] },
      signal: controller.signal,
      onEvent: (event) => void told.push(event),
    });
  });
  afterAll(async () => {
    controller.abort();
    expect(await worker).toMatchObject({ trainings: expect.any(Number) });
    await queue.close();
    await events.close();
    client.disconnect();
    await redis.close();
  });

  /** Pushes work, and returns what came of it: an answer, or why it failed. */
  async function push(data: unknown, name = "fold"): Promise<{ answer?: unknown; failure?: string }> {
    const added = await queue.add(name, data as object);
    try {
      return { answer: await added.waitUntilFinished(events, 20_000) };
    } catch (error) {
      return { failure: (error as Error).message };
    }
  }

  const wellAnswered = { answer: { result: { repeat: 0, fold: 0, weightsHash: expect.stringMatching(/^[0-9a-f]{64}$/) } } };

  it("fails by name where it is malformed, and what is well-formed is trained", async () => {
    expect(await push(job)).toMatchObject(wellAnswered);
    const { request, data } = job;
    const cases: readonly (readonly [unknown, RegExp])[] = [
      [null, /^malformed: job is/],
      ["a text", /^malformed: job is "a text"; give an object/],
      [{}, /^malformed: job.step is missing/],
      [{ ...job, code: "process.exit()" }, /^malformed: job.code is no setting there is/],
      [{ ...job, step: "eval" }, /^malformed: job.step is "eval"/],
      [
        { ...job, data: { ...data, hash: "../../etc/passwd" } },
        /^malformed: job.data.hash is "..\/..\/etc\/passwd"; give a SHA-256/,
      ],
      [{ ...job, request: { ...request, fold: 2 } }, /^malformed: job.request is .*; give a fold and a repeat of its resampling/],
      [
        { ...job, request: { ...request, configuration: { ...request.configuration, dropout: [2] } } },
        /^malformed: job.request.configuration.dropout.0 is 2; give a number from 0/,
      ],
      [{ ...member, request: { ...member.request, member: 0 } }, /^malformed: job.request.member is 0/],
      [{ ...member, request: { ...member.request, member: 1001 } }, /^malformed: job.request.member is 1001/],
      [{ ...member, request: { ...member.request, test: 1 } }, /^malformed: job.request.test is 1/],
      [{ ...member, request: { ...member.request, out: "/etc" } }, /^malformed: job.request.out is no setting there is/],
      [{ ...member, request: job.request }, /^malformed: job.request/],
      [{ ...part, part: "../data" }, /^malformed: job.part is "..\/data"; give a name of hexadecimal digits/],
      [{ ...part, input: { ...part.input, at: "/etc/passwd" } }, /^malformed: job.input.at is no setting there is/],
      [{ ...part, rows: 0 }, /^malformed: job.rows is 0/],
      [{ ...part, request: { ...part.request, samples: 1e9 } }, /^malformed: job.request.samples is 1000000000/],
      [{ ...part, request: job.request }, /^malformed: job.request/],
      [{ ...job, drowse: "0.0.1" }, /^refused: the work is of drowse 0.0.1 .*, and this worker is drowse 1.2.3/],
      [{ ...job, generator: "another" }, /^refused: the work is of drowse 1.2.3 \(another\)/],
    ];
    for (const [value, message] of cases) expect((await push(value)).failure).toMatch(message);
    expect(told.filter((event) => event.event === "note" && event.note === "malformed").length).toBeGreaterThan(5);
    expect(await push(job, "whatever")).toMatchObject(wellAnswered);
  });

  it("puts a member's network beside what it says of it, for an hour", async () => {
    const { answer } = (await push(member)) as { answer: { result: { member: number; model: { hash: string; bytes: number } } } };
    expect(answer.result).toMatchObject({ member: 1, seed: 1, epochs: 2, model: { bytes: expect.any(Number) } });
    const bytes = await client.hgetBuffer(dataKey(answer.result.model.hash), "0");
    expect(
      createHash("sha256")
        .update(bytes as Buffer)
        .digest("hex"),
    ).toBe(answer.result.model.hash);
    expect(await client.ttl(dataKey(answer.result.model.hash))).toBeGreaterThan(3000);
    expect(readAnswer(memberKind, answer, member as MemberJob)).toEqual(answer);
    const other = { ...member, request: { ...member.request, member: 2 } } as MemberJob;
    expect(() => readAnswer(memberKind, answer, other)).toThrow(
      "queue: an answer is of member 1 of seed 1; give that of member 2",
    );
    expect(await push({ ...member, request: { ...member.request, test: 0.6, validation: 0.6 } })).toHaveProperty(
      "answer.mistake",
    );
  });

  it("says what is mistaken in data that cannot be trained", async () => {
    expect(await push({ ...job, recipe: { reading: {}, target: "w" } })).toMatchObject({
      answer: { mistake: ["table", 'there is no column "w"', expect.stringMatching(/x, y, z/)] },
    });
    expect(await push({ ...job, recipe: { reading: { format: "parquet" } } })).toHaveProperty("answer.mistake");
  });

  it("says what is mistaken in a model or in rows that are none", async () => {
    await client.hset(partKey(part.part, "input"), { 0: csv, pieces: "1" });
    expect(await push(part)).toMatchObject({ answer: { mistake: ["readSafetensors", expect.any(String), expect.any(String)] } });
    const model = saveModel(sequential({ input: [3], seed: 1 }, [dense(2)]));
    const reference = { hash: createHash("sha256").update(model).digest("hex"), bytes: model.length };
    await client.hset(dataKey(reference.hash), { 0: Buffer.from(model), pieces: "1" });
    expect(await push({ ...part, model: reference })).toHaveProperty("answer.mistake.0", "readSafetensors");
    const rows = rowsFile({ data: Float32Array.of(1, 2, 3), shape: [1, 3] });
    await client.hset(partKey("0-2", "input"), { 0: Buffer.from(rows), pieces: "1" });
    const input = { hash: createHash("sha256").update(rows).digest("hex"), bytes: rows.length };
    const good = { ...part, model: reference, part: "0-2", input };
    expect(await push({ ...good, rows: 2 })).toHaveProperty("answer.mistake.0", "part");
    expect(await push(good)).toMatchObject({ answer: { result: { rows: 1, output: { bytes: expect.any(Number) } } } });
    expect(await client.ttl(partKey("0-2", "output"))).toBeGreaterThan(3000);
  });

  it("never brings a worker down, whatever it is", async () => {
    const changed = (one: object) =>
      fc.tuple(fc.constantFrom(...Object.keys(one)), fc.jsonValue()).map(([place, value]) => ({ ...one, [place]: value }));
    const anything = fc.oneof(fc.jsonValue(), changed(job), changed(member), changed(part));
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        const { failure = "" } = await push(value);
        expect(failure).toMatch(/^(malformed|refused): /);
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(await push(job)).toMatchObject(wellAnswered);
  });

  it("is passed over where it is no job at all", async () => {
    const base = `${keyPrefix}:${queueName(VERSION)}`;
    await client.hset(`${base}:broken`, { name: "fold", data: "{ no JSON", opts: "{}", timestamp: "1" });
    await client.lpush(`${base}:wait`, "broken", "nothing");
    await client.zadd(`${base}:marker`, 0, "0");
    expect(await push(job)).toMatchObject(wellAnswered);
  });

  it("is refused where the data are not those of their hash", async () => {
    const other = "0".repeat(64);
    await client.hset(dataKey(other), { 0: csv, pieces: "1" });
    const wrong = { ...job, data: { hash: other, bytes: csv.length } };
    const added = await queue.add("fold", wrong, { attempts: 1 });
    await expect(added.waitUntilFinished(events, 20_000)).rejects.toThrow(/the bytes from Redis are not those of sha256:0000/);
    expect(await push(job)).toMatchObject(wellAnswered);
  });
});
