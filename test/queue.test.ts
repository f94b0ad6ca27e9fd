import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { root } from "../scripts/root.mjs";
import { drowse } from "./command.ts";
import { otherVersion } from "./other-version.ts";
import { describeWithAnyRedis, describeWithRedis, startRedis, startWay, type TestRedis } from "./redis.ts";
import { isNote, type RunningCommand, type Told } from "./running.ts";
import { Workplace } from "./workplace.ts";

// Sweeps that go through a Redis, by workers that die, stall, come and go: each must end as that of one machine.

let workplace: Workplace;
let cwd = "";
let whole: Told = {};

const SWEEP = ["sweep", "rings.csv", "--hidden", "12", "--epochs", "12", "--folds", "3", "--trials", "8", "--lag", "3"];

beforeAll(async () => {
  workplace = new Workplace("queue");
  cwd = workplace.cwd;
  workplace.writeRings("rings.csv", 240);
  const alone = start(...SWEEP, "--out", "alone");
  expect(await alone.ended, alone.text).toBe(0);
  whole = endOf(alone);
});

afterAll(() => workplace.close());

const start = (...args: string[]) => workplace.start(...args);

const startWorker = (address: string, ...args: string[]) => workplace.startWorker(address, ...args);

/** The last event, without what depends on the clock and the folder. */
function endOf({ events }: RunningCommand): Told {
  const { seconds: _, out: __, ...end } = events.at(-1) ?? {};
  return end;
}

/** The journal without times, sorted. */
const journalOf = (folder: string) =>
  readFileSync(join(cwd, folder, "journal.jsonl"), "utf8")
    .replace(/"seconds":[\d.e-]+/g, "")
    .split("\n")
    .sort();

/** Ends a sweep, which must be that of one machine. */
async function expectWhole(sweep: RunningCommand, folder: string): Promise<void> {
  expect(await sweep.ended, sweep.text).toBe(0);
  expect(endOf(sweep)).toEqual(whole);
  expect(journalOf(folder)).toEqual(journalOf("alone"));
}

async function stopped(worker: RunningCommand): Promise<Told> {
  worker.signal("SIGTERM");
  expect(await worker.ended, worker.text).toBe(0);
  return worker.events.at(-1) ?? {};
}

const isTraining = ({ event }: Told) => event === "training";
const trainings = ({ events }: RunningCommand) => events.filter(isTraining).length;

describeWithAnyRedis("a queue", { timeout: 120_000 }, () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis({ password: "open:se/same" });
  });
  afterAll(() => redis.close());

  it("spreads a sweep over workers, which end as one machine does, and tells nobody its password", async () => {
    const workers = await Promise.all([startWorker(redis.address), startWorker(redis.address)]);
    const sweep = start(...SWEEP, "--out", "spread", "--queue", redis.address);
    await expectWhole(sweep, "spread");
    const ends = await Promise.all(workers.map(stopped));
    for (const end of ends) expect(end).toMatchObject({ event: "done", trainings: expect.any(Number) });
    const counts = workers.map(trainings);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(sweep.events.filter(isNote("workers")).at(-1)?.message).toMatch(/^\d workers? of drowse \d/);
    const files = readdirSync(join(cwd, "spread")).map((name) => readFileSync(join(cwd, "spread", name), "utf8"));
    for (const text of [sweep.text, ...workers.map((worker) => worker.text), ...files]) {
      expect(text).not.toMatch(/se\/same|se%2Fsame/);
    }
  });

  it("has each training done once where two programs have the same study, and both end the same", async () => {
    const worker = await startWorker(redis.address);
    const args = ["--queue", redis.address, "--seed", "2"];
    const one = start(...SWEEP, ...args, "--out", "first");
    const other = start(...SWEEP, ...args, "--out", "second");
    expect([await one.ended, await other.ended], one.text + other.text).toEqual([0, 0]);
    expect(endOf(other)).toEqual(endOf(one));
    expect(journalOf("second")).toEqual(journalOf("first"));
    const done = worker.events.filter(isTraining).map(({ id }) => id);
    expect(new Set(done).size).toBe(done.length);
    expect(one.events.some(isNote("shared")) || other.events.some(isNote("shared"))).toBe(true);
    await stopped(worker);
  });

  it("compares on workers too", async () => {
    const args = ["compare", "rings.csv", "--hidden", "12", "--epochs", "12", "--folds", "3", "--repeats", "1", "--rates", "0.5"];
    const alone = start(...args);
    const spread = start(...args, "--queue", redis.address);
    await spread.heard(isNote("none"));
    const worker = await startWorker(redis.address);
    expect([await alone.ended, await spread.ended], spread.text).toEqual([0, 0]);
    expect(endOf(spread)).toEqual(endOf(alone));
    expect(trainings(worker)).toBe(9);
    await stopped(worker);
  });

  it("says at once what is wrong with an address, and never the password", async () => {
    const { port } = redis;
    const cases: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
      [
        ["worker", `redis://:wrong-word@127.0.0.1:${port}`],
        1,
        /^worker: redis:\/\/127.0.0.1:\d+ cannot be used: WRONGPASS.*; give name and/,
      ],
      [
        ["worker", "redis://:wrong-word@127.0.0.1:1"],
        1,
        /^worker: redis:\/\/127.0.0.1:1 cannot be used: nobody listens there; start a/,
      ],
      [["worker", "http://u:wrong-word@127.0.0.1"], 2, /^drowse: the address of the queue does not begin with redis:\/\//],
      [["worker"], 2, /^drowse: there is no address of a queue; give redis:\/\/HOST, or set DROWSE_QUEUE/],
      [["sweep", "rings.csv", "--queue", "redis://:wrong-word@127.0.0.1:1", "--out", "none"], 1, /nobody listens there/],
      [["sweep", "rings.csv", "--queue", redis.address, "--workers", "2"], 2, /--workers is given with --queue/],
      [
        ["compare", "rings.csv", "--queue", redis.address, "--data-url", "https://u:wrong-word@host/x"],
        2,
        /--data-url has a name/,
      ],
    ];
    const all = await Promise.all(cases.map(([args]) => drowse(args, { cwd })));
    for (const [place, [, code, message]] of cases.entries()) {
      const called = all[place];
      expect(called.stderr).toMatch(message);
      expect(called.stderr).not.toMatch(/wrong-word|\n {4}at /);
      expect(called.code).toBe(code);
    }
  });

  it("does without Redis's copy of the data where workers find the file, and only where they may", async () => {
    const sweep = start(
      ...SWEEP,
      "--out",
      "elsewhere",
      "--queue",
      redis.address,
      "--seed",
      "3",
      "--data-url",
      join(cwd, "rings.csv"),
    );
    const stranger = await startWorker(redis.address);
    const refused = await stranger.heard(isNote("failed"));
    expect(refused.message).toMatch(
      /the data are at .*rings.csv, which this worker may not read; start the worker with --allow-data/,
    );
    stranger.signal("SIGKILL");
    const worker = await startWorker(redis.address, "--allow-data", cwd);
    expect(await sweep.ended, sweep.text).toBe(0);
    expect(worker.events.filter(({ event }) => event === "data")).toMatchObject([{ from: "elsewhere" }]);
    await stopped(worker);
  });
});

describeWithRedis("a queue with faults", { timeout: 120_000 }, () => {
  let redis: TestRedis;
  // Each has its own: what was trained for another has its result in Redis already.
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.close());

  it("gives the work of a worker that was killed to another", async () => {
    const sweep = start(...SWEEP, "--out", "killed", "--queue", redis.address);
    const worker = await startWorker(redis.address);
    await worker.heard(isTraining);
    worker.signal("SIGKILL");
    await worker.ended;
    const heir = await startWorker(redis.address);
    await expectWhole(sweep, "killed");
    await stopped(heir);
  });

  it("drops what a worker brings that was stopped for too long", async () => {
    const sweep = start(...SWEEP, "--out", "stalled", "--queue", redis.address, "--seed", "1");
    const sleeper = await startWorker(redis.address);
    await sleeper.heard(isTraining);
    sleeper.signal("SIGSTOP");
    const other = await startWorker(redis.address);
    await expectWhole(sweep, "stalled");
    sleeper.signal("SIGCONT");
    await Promise.all([stopped(sleeper), stopped(other)]);
  });

  it("waits for a Redis that is killed, and goes on with what it had written", async () => {
    const sweep = start(...SWEEP, "--out", "restarted", "--queue", redis.address);
    const worker = await startWorker(redis.address);
    await worker.heard(isTraining);
    await redis.kill();
    await Promise.all([sweep.heard(isNote("lost")), worker.heard(isNote("lost"))]);
    await redis.start();
    await expectWhole(sweep, "restarted");
    expect(sweep.events.find(isNote("back"))?.message).toMatch(/is back after \d/);
    await stopped(worker);
  });

  it("goes on when a connection was cut for a while", async () => {
    const way = await startWay(redis.port);
    const address = `redis://127.0.0.1:${way.port}`;
    const sweep = start(...SWEEP, "--out", "cut", "--queue", address);
    const worker = await startWorker(address);
    await worker.heard(isTraining);
    way.cut();
    await Promise.all([sweep.heard(isNote("lost")), worker.heard(isNote("lost"))]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    way.mend();
    await expectWhole(sweep, "cut");
    await stopped(worker);
    await way.close();
  });

  it("tells workers and whoever gives work out of another version, and they have nothing to do with each other", async () => {
    const folder = join(cwd, "other");
    otherVersion(folder);
    const worker = workplace.startWith({ program: join(folder, "dist/cli.js") }, "worker", redis.address, "--threads", "1");
    await worker.heard(({ event }) => event === "ready");
    const sweep = start(...SWEEP, "--out", "version", "--queue", redis.address);
    expect((await sweep.heard(isNote("version"))).message).toMatch(
      /^no worker of drowse [\d.]+ is there, but 1 of drowse 9\.9\.9, /,
    );
    expect((await worker.heard(isNote("version"))).message).toMatch(
      /^drowse sweep rings.csv, on .*, is of drowse [\d.]+, and this worker of drowse 9\.9\.9: it takes no part; install drowse/,
    );
    const ours = await startWorker(redis.address);
    await expectWhole(sweep, "version");
    expect(trainings(worker)).toBe(0);
    await Promise.all([stopped(worker), stopped(ours)]);
  });
});

describe("without the packages of the queue", () => {
  it("says how to add them", async () => {
    const folder = join(cwd, "bare");
    mkdirSync(folder, { recursive: true });
    cpSync(join(root, "dist"), join(folder, "dist"), { recursive: true, filter: (path) => !/playground|\.d\.ts$/.test(path) });
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const worker = workplace.startWith({ program: join(folder, "dist/cli.js") }, "worker", "redis://127.0.0.1:1");
    expect(await worker.ended).toBe(1);
    expect(worker.text).toMatch(/the packages bullmq and ioredis, .*, are not installed; add them .*npm install bullmq ioredis/);
  });
});
