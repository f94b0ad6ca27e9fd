import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithRedis, startRedis, startWay, type TestRedis } from "./redis.ts";
import { isNote, type RunningCommand } from "./running.ts";
import { Workplace } from "./workplace.ts";

// Long sweeps through a Redis while everything goes wrong: each must end with the journal of one machine, but for its order and times.

let workplace: Workplace;
let cwd = "";

beforeAll(() => {
  workplace = new Workplace("queue-deep");
  cwd = workplace.cwd;
  workplace.writeRings("rings.csv", 400);
});
afterAll(() => workplace.close());

const start = (...args: string[]) => workplace.start(...args);

const sweepOf = (trials: number, ...args: string[]) =>
  start("sweep", "rings.csv", "--hidden", "24", "--epochs", "30", "--folds", "3", "--trials", String(trials), ...args);
const workerOf = (address: string) => start("worker", address, "--threads", "1", "--lease", "2", "--no-cache");

const journalOf = (folder: string) =>
  readFileSync(join(cwd, folder, "journal.jsonl"), "utf8")
    .replace(/"seconds":[\d.e-]+/g, "")
    .split("\n")
    .sort();

async function alone(trials: number, folder: string): Promise<void> {
  const sweep = sweepOf(trials, "--out", folder);
  expect(await sweep.ended, sweep.text).toBe(0);
}

const ends = async (sweep: RunningCommand) => {
  expect(await sweep.ended, sweep.text).toBe(0);
  return sweep.events.at(-1);
};

/** The moment at which so many trials are over. */
const trialsOf = ({ events }: RunningCommand) => events.filter(({ event }) => event === "trial").length;

describeWithRedis("a queue in which everything goes wrong", { timeout: 1_200_000 }, () => {
  it("carries out 200 trials with a worker killed every few seconds and Redis restarted twice, as one machine does", async () => {
    await alone(200, "alone");
    const redis = await startRedis();
    const sweep = sweepOf(200, "--out", "spread", "--queue", redis.address);
    let isOver = false;
    sweep.ended.then(() => {
      isOver = true;
    });
    let workers = [workerOf(redis.address), workerOf(redis.address)];
    let [kills, restarts] = [0, 0];
    while (!isOver) {
      await Promise.race([wait(2500), sweep.ended]);
      if (isOver) break;
      const [victim, ...others] = workers;
      victim.signal("SIGKILL");
      kills++;
      workers = [...others, workerOf(redis.address)];
      if (trialsOf(sweep) < 60 * (restarts + 1) || restarts === 2) continue;
      restarts++;
      await redis.kill();
      await wait(1000);
      await redis.start();
    }
    await ends(sweep);
    expect(restarts).toBe(2);
    expect(kills).toBeGreaterThan(5);
    expect(journalOf("spread")).toEqual(journalOf("alone"));
    await redis.close();
  });

  it("goes on after a Redis that has forgotten everything, and after a minute without a connection", async () => {
    await alone(40, "forty");
    const redis: TestRedis = await startRedis();
    const way = await startWay(redis.port);
    const address = `redis://127.0.0.1:${way.port}`;
    const sweep = sweepOf(40, "--out", "forgotten", "--queue", address);
    const worker = workerOf(address);
    await worker.heard(({ event }) => event === "training");
    const client = new Redis(redis.port);
    await client.flushall();
    client.disconnect();
    await sweep.heard(isNote("again"));
    way.cut();
    await Promise.all([sweep.heard(isNote("lost")), worker.heard(isNote("lost"))]);
    await wait(60_000);
    way.mend();
    await ends(sweep);
    expect(journalOf("forgotten")).toEqual(journalOf("forty"));
    await way.close();
    await redis.close();
  });

  it("is gone on with where who gives the work out is killed", async () => {
    await alone(30, "thirty");
    const redis = await startRedis();
    const killed = sweepOf(30, "--out", "resumed", "--queue", redis.address);
    workerOf(redis.address);
    await killed.heard(({ event, trial }) => event === "trial" && trial === 8);
    killed.signal("SIGKILL");
    await killed.ended;
    await ends(sweepOf(30, "--out", "resumed", "--queue", redis.address));
    expect(journalOf("resumed")).toEqual(journalOf("thirty"));
    await redis.close();
  });
});
