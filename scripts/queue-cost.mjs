import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { build } from "./build.mjs";
import { findRedis } from "./redis.mjs";
import { isProgram, root } from "./root.mjs";
import { setup } from "./setup.mjs";

// What a training, a part of a prediction and an idle worker cost Redis, by its own counts (INFO commandstats and stats).
//
//   node scripts/queue-cost.mjs [trials]

const PORT = 16_399;
const IDLE_SECONDS = 20;

const children = [];
/** Parts that workers have told of. */
let parts = 0;
function start(program, args, cwd) {
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.setEncoding("utf8").on("data", (text) => {
    parts += text.split('"event":"part"').length - 1;
  });
  children.push(child);
  return new Promise((resolve) => child.on("close", resolve));
}

/** What Redis has counted: calls and microseconds by command, and bytes. */
async function counts(client) {
  const [commands, stats, cpu, memory] = await Promise.all(
    ["commandstats", "stats", "cpu", "memory"].map((section) => client.info(section)),
  );
  const number = (text, name) => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)?.[1]);
  const calls = [...commands.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) => [name, Number(count)]);
  return {
    calls: Object.fromEntries(calls.filter(([name]) => name !== "info" && name !== "config")),
    in: number(stats, "total_net_input_bytes"),
    out: number(stats, "total_net_output_bytes"),
    cpu: number(cpu, "used_cpu_user") + number(cpu, "used_cpu_sys"),
    memory: number(memory, "used_memory"),
  };
}

/** What was counted in between. */
function between(before, after) {
  const names = Object.keys(after.calls);
  const calls = names.map((name) => [name, after.calls[name] - (before.calls[name] ?? 0)]).filter(([, count]) => count > 0);
  const sum = calls.reduce((total, [, count]) => total + count, 0);
  return {
    calls: Object.fromEntries(calls.sort(([, a], [, b]) => b - a)),
    sum,
    ...Object.fromEntries(["in", "out", "cpu", "memory"].map((name) => [name, after[name] - before[name]])),
  };
}

function tell(what, { calls, sum, in: received, out: sent, cpu, memory }, by, unit) {
  const per = (value, digits = 1) => (value / by).toFixed(digits);
  console.log(
    `\n${what}, each ${unit} of ${by}: ${per(sum)} commands, ${per(received, 0)} bytes in, ${per(sent, 0)} bytes out, ${per(1e6 * cpu, 0)} µs of processor, ${per(memory, 0)} bytes kept`,
  );
  console.log(
    Object.entries(calls)
      .map(([name, count]) => `${name} ${per(count, 2)}`)
      .join(", "),
  );
}

if (isProgram(import.meta.url)) {
  const trials = Number(process.argv[2] ?? 100);
  const folder = mkdtempSync(join(tmpdir(), "drowse-queue-cost-"));
  try {
    await setup();
    await build({ dist: true });
    const found = await findRedis({ install: false });
    if ("missing" in found) throw new Error(found.missing);
    const rows = Array.from({ length: 1000 }, (_, i) => `${(i * 7919) % 997},${(i * 104_729) % 991},${i % 3 ? "a" : "b"}`);
    writeFileSync(join(folder, "rows.csv"), `x,y,z\n${rows.join("\n")}\n`);
    void start(found.path, ["--port", String(PORT), "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--save", ""]);
    await wait(1000);
    const { Redis } = await import("ioredis");
    const client = new Redis(PORT);
    console.log(/^(redis|valkey)_version:.*/m.exec(await client.info("server"))?.[0].trim());
    const drowse = (...args) => start(process.execPath, [join(root, "dist/cli.js"), ...args], folder);
    const address = `redis://127.0.0.1:${PORT}`;
    const empty = await counts(client);
    await wait(IDLE_SECONDS * 1000);
    tell("nobody", between(empty, await counts(client)), IDLE_SECONDS, "second");
    const workers = [0, 1].map(() => drowse("worker", address, "--threads", "1", "--no-cache", "--json"));
    await wait(3000);
    const idle = await counts(client);
    await wait(IDLE_SECONDS * 1000);
    const idled = between(idle, await counts(client));
    tell("two idle workers", idled, 2 * IDLE_SECONDS, "worker's second");
    const common = ["--queue", address, "--hidden", "16", "--sampler", "random", "--pruning", "none"];
    const sweep = async (count, epochs) => {
      const before = await counts(client);
      const begun = performance.now();
      await drowse(
        "sweep",
        "rows.csv",
        ...common,
        "--trials",
        String(count),
        "--epochs",
        String(epochs),
        "--seed",
        String(epochs),
      );
      return { cost: between(before, await counts(client)), seconds: (performance.now() - begun) / 1000 };
    };
    await sweep(1, 1);
    const { cost, seconds } = await sweep(trials, 2);
    // The best is trained on two times five folds more, beside the same without dropout.
    const trainings = 5 * trials + 20;
    tell(`${trials} trials of 5 folds in ${seconds.toFixed(1)} s`, cost, trainings, "training");
    const table = Array.from({ length: 200_000 }, (_, i) => `${(i * 7919) % 997},${(i * 104_729) % 991}`);
    writeFileSync(join(folder, "table.csv"), `x,y\n${table.join("\n")}\n`);
    await drowse("train", "rows.csv", "--hidden", "16", "--epochs", "2", "--out", "run");
    for (const more of [[], ["--uncertainty", "30"]]) {
      const spread = (path) => drowse("predict", "run", path, "--to", "out.csv", "--queue", address, ...more);
      await spread("rows.csv");
      const before = await counts(client);
      const [begun, had] = [performance.now(), parts];
      await spread("table.csv");
      const seconds = (performance.now() - begun) / 1000;
      await wait(500);
      const what = `${table.length} rows${more.length > 0 ? " with samples" : ""} in ${parts - had} parts, ${seconds.toFixed(1)} s`;
      tell(what, between(before, await counts(client)), parts - had, "part");
    }
    client.disconnect();
    void workers;
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await wait(300);
    rmSync(folder, { recursive: true, force: true });
  }
}
