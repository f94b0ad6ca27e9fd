import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isProgram, root } from "./root.mjs";

// What the command takes for large tables, on generated ones in the system's folder of temporary files, removed afterwards:
//
//   node scripts/table-memory.mjs [megabytes, default 300]
//
// Trains on 50,000 rows of mixed types, then predicts and evaluates a tenth of the megabytes and all of them: the peak of the resident
// memory is to stay under 400 MB, whatever the size. It ends with 1 if it does not. Times are told, and depend on what else the machine
// does.

const LIMIT = 400;
const ROWS = 50_000;
const MEGA = 1e6;

const JOBS = ["clerk", "teacher", "engineer", "nurse", "farmer", "retired", "none"];
const PLACES = Array.from({ length: 40 }, (_, index) => `place ${index}`);

/** A row of numbers, categories and gaps; the class follows from some of them, but for one in twenty. */
function row(index) {
  const mixed = (salt) => ((Math.imul(index + 1, 2654435761) ^ Math.imul(salt, 40503)) >>> 8) % 10_007;
  const [age, hours, job] = [17 + (mixed(1) % 70), mixed(2) / 100, mixed(3) % JOBS.length];
  const isRich = age + hours / 2 + 8 * job > 85 !== (mixed(4) % 20 === 0);
  const gap = mixed(5) % 15 === 0 ? "?" : (mixed(6) / 7).toFixed(3);
  const numbers = [7, 8, 9, 10].map((salt) => (mixed(salt) / 1000).toFixed(4));
  return `${age},${hours},${JOBS[job]},${PLACES[mixed(11) % PLACES.length]},${gap},${numbers},${isRich ? "above" : "below"}\n`;
}

const HEADER = "age,hours,job,place,capital,a,b,c,d,income\n";

/** Writes rows until there are so many, or so many bytes. */
async function generate(path, { rows = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY }) {
  const file = createWriteStream(path);
  file.write(HEADER);
  let written = 0;
  for (let index = 0; index < rows && written < bytes; ) {
    let piece = "";
    for (const end = Math.min(rows, index + 5000); index < end; index++) piece += row(index);
    written += piece.length;
    if (!file.write(piece)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
}

/** Has the process say at its end the most that it held, in kilobytes. */
const REPORT = 'process.on("exit", () => console.error("peak " + process.resourceUsage().maxRSS))';
const WATCH = `data:text/javascript,${encodeURIComponent(REPORT)}`;

/** Runs the command; what it says, its seconds and its peak in MB. */
async function drowse(...args) {
  const begun = performance.now();
  const child = spawn(process.execPath, ["--import", WATCH, join(root, "dist/cli.js"), ...args]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`drowse ${args.join(" ")} ended with ${code}: ${stderr}`);
  const peak = (Number(/peak (\d+)/.exec(stderr)?.[1]) * 1024) / MEGA;
  return { stdout, seconds: (performance.now() - begun) / 1000, peak };
}

async function main(megabytes) {
  if (!(megabytes >= 1)) throw new Error("table-memory: give the megabytes of the large table, at least 1");
  const folder = await mkdtemp(join(tmpdir(), "drowse-memory-"));
  try {
    const [table, run, large, predicted] = ["table.csv", "run", "large.csv", "predicted.csv"].map((name) => join(folder, name));
    await generate(table, { rows: ROWS });
    const trained = await drowse("train", table, "--out", run);
    console.log(trained.stdout.trimEnd().split("\n").slice(-5, -1).join("\n"));
    console.log(`training on ${ROWS} rows: ${trained.seconds.toFixed(0)} s, peak ${trained.peak.toFixed(0)} MB`);
    for (const size of [megabytes / 10, megabytes]) {
      await generate(large, { bytes: size * MEGA });
      const { seconds, peak, stdout } = await drowse("predict", run, large, "--to", predicted);
      const rows = /wrote (\d+)/.exec(stdout)?.[1];
      const bytes = (await stat(large)).size / MEGA;
      console.log(`predict of ${bytes.toFixed(0)} MB, ${rows} rows: peak ${peak.toFixed(0)} MB, ${seconds.toFixed(0)} s`);
      const evaluated = await drowse("evaluate", run, large);
      console.log(`evaluate: peak ${evaluated.peak.toFixed(0)} MB, ${evaluated.seconds.toFixed(0)} s`);
      if (!(Math.max(peak, evaluated.peak) < LIMIT)) process.exitCode = 1;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (isProgram(import.meta.url)) {
  try {
    await main(Number(process.argv[2] ?? 300));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
