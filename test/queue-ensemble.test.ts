import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithAnyRedis, startRedis, type TestRedis } from "./redis.ts";
import { isNote, type RunningCommand, type Told } from "./running.ts";
import { Workplace } from "./workplace.ts";

// Ensembles whose members are trained by workers of a queue, which come, go and die: each must end as that of one machine.

let workplace: Workplace;
let cwd = "";
const ENSEMBLE = ["train", "rings.csv", "--hidden", "12", "--epochs", "30", "--early-stopping", "20", "--members", "4"];

beforeAll(async () => {
  workplace = new Workplace("queue-ensemble");
  cwd = workplace.cwd;
  workplace.writeRings("rings.csv", 240);
  const alone = start(...ENSEMBLE, "--out", "alone");
  expect(await alone.ended, alone.text).toBe(0);
});

afterAll(() => workplace.close());

const start = (...args: string[]) => workplace.start(...args);

const startWorker = (address: string, ...args: string[]) => workplace.startWorker(address, ...args);

const untimed = (text: string) => text.replace(/"seconds":[\d.e-]+/g, "");

/** What a run folder holds, but for times and its page. */
const filesOf = (folder: string) =>
  (readdirSync(join(cwd, folder), { recursive: true }) as string[])
    .filter((name) => !name.endsWith(".html") && name !== "members")
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(cwd, folder, name));
      return [name, name.endsWith(".safetensors") ? bytes.toString("hex") : untimed(bytes.toString())];
    });

/** Ends an ensemble, which must be that of one machine. */
async function expectWhole(run: RunningCommand, folder: string): Promise<void> {
  expect(await run.ended, run.text).toBe(0);
  expect(filesOf(folder)).toEqual(filesOf("alone"));
}

async function stopped(worker: RunningCommand): Promise<void> {
  worker.signal("SIGTERM");
  expect(await worker.ended, worker.text).toBe(0);
}

const isTraining = ({ event }: Told) => event === "training";
const isMember = ({ event }: Told) => event === "member";

describeWithAnyRedis("an ensemble through a queue", { timeout: 120_000 }, () => {
  let redis: TestRedis;
  let workers: readonly RunningCommand[];
  beforeAll(async () => {
    redis = await startRedis();
    workers = await Promise.all([startWorker(redis.address), startWorker(redis.address)]);
  });
  afterAll(async () => {
    await Promise.all(workers.map(stopped));
    await redis.close();
  });

  const spread = (out: string, ...more: string[]) => start(...ENSEMBLE, ...more, "--out", out, "--queue", redis.address);
  const trainings = () => workers.flatMap(({ events }) => events.filter(isTraining)).length;

  it("ends as on one machine, and each member is trained once for all who ask", async () => {
    const [one, other] = [spread("one"), spread("other")];
    await Promise.all([expectWhole(one, "one"), expectWhole(other, "other")]);
    expect(one.events.filter(isMember)).toHaveLength(4);
    expect(one.events.some(isNote("workers"))).toBe(true);
    expect(trainings()).toBe(4);
  });

  it("trains members again whose networks Redis has forgotten", async () => {
    const { Redis } = await import("ioredis");
    const client = new Redis(redis.address);
    for (const key of await client.keys("{drowse}:data:*")) await client.del(key);
    client.disconnect();
    await expectWhole(spread("forgotten"), "forgotten");
    expect(trainings()).toBe(8);
  });

  it("says what is wrong with a member", async () => {
    const run = spread("wild", "--optimizer", "sgd", "--learning-rate", "1e30");
    expect(await run.ended).toBe(1);
    expect(run.text).toMatch(/ensemble: member \d diverged: .*; lower the learning rate/);
  });
});

describeWithAnyRedis("an ensemble and kills", { timeout: 120_000 }, () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  it("gives the member of a worker that was killed to another, and goes on after a kill of its own", async () => {
    const run = start(...ENSEMBLE, "--out", "killed", "--queue", redis.address);
    const worker = await startWorker(redis.address);
    await run.heard(isMember);
    worker.signal("SIGKILL");
    await worker.ended;
    run.signal("SIGKILL");
    await run.ended;
    const resumed = start("train", "--resume", "killed", "--queue", redis.address);
    const heir = await startWorker(redis.address);
    await expectWhole(resumed, "killed");
    expect(Number(resumed.events.find(({ event }) => event === "start")?.known)).toBeGreaterThan(0);
    await stopped(heir);
  });
});
