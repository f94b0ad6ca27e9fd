import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { drowse, writeBars } from "./command.ts";
import { otherVersion } from "./other-version.ts";
import { greyPng } from "./png.ts";
import { describeWithRedis, startRedis, type TestRedis } from "./redis.ts";
import { isNote, type RunningCommand, type Told } from "./running.ts";
import { Workplace } from "./workplace.ts";

// Predictions that go through a Redis, part by part: each must end as that of one machine, to the byte.

let workplace: Workplace;
let cwd = "";

/** Rows of which the later ones have a column more. */
function rings(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = [((i * 7919) % 200) / 100 - 1, ((i * 104_729) % 200) / 100 - 1];
    return `${x},"${y}",${x * x + y * y < 0.6 ? "in" : "out"},${(x * y + 3).toFixed(4)}`;
  });
}

beforeAll(async () => {
  workplace = new Workplace("queue-predict");
  cwd = workplace.cwd;
  writeFileSync(join(cwd, "rings.csv"), `x,y,ring,price\n${rings(300).join("\n")}\n`);
  writeFileSync(join(cwd, "many.csv"), `x,y,place,price\n${rings(2600).join("\n")}\n`);
  writeBars(join(cwd, "bars"));
  const common = ["--epochs", "3", "--seed", "3", "--out"];
  const trained = await Promise.all([
    drowse(["train", "rings.csv", "--target", "ring", "--drop-columns", "price", "--hidden", "24", ...common, "rings"], { cwd }),
    drowse(["train", "rings.csv", "--target", "price", "--drop-columns", "ring", "--hidden", "9", ...common, "prices"], { cwd }),
    drowse(["train", "bars", "--hidden", "12", ...common, "images"], { cwd }),
  ]);
  for (const { code, stdout, stderr } of trained) expect(code, stdout + stderr).toBe(0);
});

afterAll(() => workplace.close());

const start = (...args: string[]) => workplace.start(...args);

const startWorker = (address: string, ...args: string[]) => workplace.startWorker(address, ...args);

const isPart = ({ event }: Told) => event === "part";
const partsOf = ({ events }: RunningCommand) => events.filter(isPart).length;
const read = (name: string) => readFileSync(join(cwd, name), "utf8");

async function stopped(worker: RunningCommand): Promise<void> {
  worker.signal("SIGTERM");
  expect(await worker.ended, worker.text).toBe(0);
}

/** What stands in Redis of parts. */
async function leftIn({ port }: TestRedis): Promise<string[]> {
  const client = new Redis(port);
  const keys = [...(await client.keys("{drowse}:part:*")), ...(await client.keys("{drowse}:work-*:part-*"))];
  client.disconnect();
  return keys;
}

const UNCERTAIN = ["--uncertainty", "200"];

describeWithRedis("drowse predict with a queue", { timeout: 120_000 }, () => {
  let redis: TestRedis;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.close());

  it("writes what it writes without, of tables and images, with and without samples, and leaves nothing in Redis", async () => {
    writePictures();
    const workers = await Promise.all([startWorker(redis.address), startWorker(redis.address)]);
    const calls: readonly (readonly string[])[] = [
      ["rings", "many.csv", "--to", "a.jsonl", "--output", "logits"],
      ["prices", "many.csv", "--to", "b.csv", "--uncertainty", "7"],
      ["images", "bars", "--to", "c.csv", "--uncertainty", "11", "--output", "probabilities", "--rows", "3-40,2"],
      ["images", "pictures", "--to", "d.csv"],
    ];
    const call = async (place: number, ...args: string[]) => {
      const called = await drowse(["predict", ...calls[place], ...args], { cwd });
      expect(called.code, called.stderr).toBe(0);
      return called;
    };
    await Promise.all(
      calls.map(async ([, , , to], place) => {
        await call(place);
        const whole = read(to);
        const { stderr } = await call(place, "--queue", redis.address);
        expect(read(to), to).toBe(whole);
        expect(stderr).toMatch(/^queue: \d workers? of drowse \S+, \d parts at once/m);
      }),
    );
    const [alone, spread] = await Promise.all(
      [[], ["--queue", redis.address]].map((more) => drowse(["predict", "rings", "rings.csv", "--json", ...more], { cwd })),
    );
    const withoutTime = (text: string) => text.replace(/"seconds":[\d.]+/, "");
    expect(withoutTime(spread.stdout)).toBe(withoutTime(alone.stdout));
    expect(Math.min(...workers.map(partsOf))).toBeGreaterThan(0);
    expect(await leftIn(redis)).toEqual([]);
    await Promise.all(workers.map(stopped));
  });

  it("has the rows of a worker that was killed or stopped predicted by another, none lost and none twice", async () => {
    const alone = await drowse(["predict", "rings", "many.csv", "--to", "alone.csv", ...UNCERTAIN], { cwd });
    expect(alone.code, alone.stderr).toBe(0);
    const call = ["predict", "rings", "many.csv", "--to", "faults.csv", ...UNCERTAIN, "--queue", redis.address];
    const spread = start(...call);
    const [killed, sleeper] = await Promise.all([startWorker(redis.address), startWorker(redis.address)]);
    await killed.heard(isPart);
    killed.signal("SIGKILL");
    await sleeper.heard(isPart);
    sleeper.signal("SIGSTOP");
    const heir = await startWorker(redis.address);
    expect(await spread.ended, spread.text).toBe(0);
    expect(read("faults.csv")).toBe(read("alone.csv"));
    expect(spread.events).toEqual([expect.objectContaining({ event: "done", rows: 2600, samples: 200 })]);
    sleeper.signal("SIGCONT");
    await Promise.all([stopped(sleeper), stopped(heir)]);
  });

  it("waits for a Redis that is killed, even one that has forgotten all, and goes on", async () => {
    const call = ["predict", "rings", "many.csv", "--to", "restarted.csv", ...UNCERTAIN, "--queue", redis.address];
    const spread = start(...call);
    const worker = await startWorker(redis.address);
    await worker.heard(isPart);
    await redis.kill();
    await worker.heard(isNote("lost"));
    await redis.start();
    await worker.heard(isNote("back"));
    const client = new Redis(redis.port);
    await client.flushall();
    client.disconnect();
    expect(await spread.ended, spread.text).toBe(0);
    expect(read("restarted.csv")).toBe(read("alone.csv"));
    expect(spread.text).toMatch(/queue: the connection to redis:\S+ is gone/);
    await stopped(worker);
  });

  it("says what is wrong, and takes nothing along where it is stopped", async () => {
    const cases: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
      [["--threads", "2"], 2, /--threads is given with --queue/],
      [["--model-url", "ftp://x"], 2, /--model-url is "ftp:\/\/x"; give https/],
      [["--model-url", "https://u:wrong-word@x/y"], 2, /--model-url has a name, a password/],
    ];
    for (const [args, code, message] of cases) {
      const called = await drowse(["predict", "rings", "many.csv", "--queue", redis.address, ...args], { cwd });
      expect(called.stderr).toMatch(message);
      expect(called.stderr).not.toMatch(/wrong-word/);
      expect(called.code).toBe(code);
    }
    const spread = start("predict", "rings", "many.csv", "--to", "stopped.csv", ...UNCERTAIN, "--queue", redis.address);
    const worker = await startWorker(redis.address);
    await worker.heard(isPart);
    spread.signal("SIGINT");
    expect(await spread.ended, spread.text).toBe(130);
    expect(() => read("stopped.csv")).toThrow(/ENOENT/);
    await stopped(worker);
    expect((await leftIn(redis)).filter((key) => key.endsWith(":input"))).toEqual([]);
  });

  it("leaves workers of another version alone, and says which versions there are", async () => {
    const folder = join(cwd, "other");
    otherVersion(folder);
    const program = join(folder, "dist/cli.js");
    const stranger = workplace.startWith({ program }, "worker", redis.address, "--threads", "1");
    await stranger.heard(({ event }) => event === "ready");
    const spread = start("predict", "rings", "rings.csv", "--to", "versions.csv", "--queue", redis.address);
    expect((await stranger.heard(isNote("version"))).message).toMatch(/^drowse predict rings.csv, on .*: it takes no part/);
    const ours = await startWorker(redis.address);
    expect(await spread.ended, spread.text).toBe(0);
    expect(spread.text).toMatch(/queue: no worker of drowse [\d.]+ is there, but 1 of drowse 9\.9\.9, which take no part/);
    expect([partsOf(stranger), partsOf(ours)]).toEqual([0, 1]);
    await Promise.all([stopped(stranger), stopped(ours)]);
  });

  it("takes the model from where the workers find it", async () => {
    const model = join(cwd, "rings", "model.safetensors");
    const worker = await startWorker(redis.address, "--allow-data", join(cwd, "rings"));
    const call = ["predict", "rings", "rings.csv", "--to", "url.csv", "--queue", redis.address, "--model-url", model];
    expect(await drowse(call, { cwd })).toMatchObject({ code: 0 });
    expect(worker.events.filter(({ event }) => event === "data")).toMatchObject([{ from: "elsewhere" }]);
    await stopped(worker);
  });
});

/** Some PNG images of the bars' size. */
function writePictures(): void {
  mkdirSync(join(cwd, "pictures"), { recursive: true });
  for (let picture = 0; picture < 9; picture++) {
    writeFileSync(
      join(cwd, "pictures", `p${picture}.png`),
      greyPng(8, 8, (i) => (i * 37 + picture * 91) % 256),
    );
  }
}
