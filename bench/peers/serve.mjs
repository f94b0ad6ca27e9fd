// The side of the line protocol that every contestant in Node shares; peers/pytorch.py has the same.
//
//   started with the job as JSON in its last argument
//   says      bench:{"version": "name and version", "detail": "what it computes with"}     once it is ready
//   is asked  a number of units, one a line
//   answers   bench:{"seconds": elapsed}
//   ends      when its input does
import { createInterface } from "node:readline";

const say = (message) => process.stdout.write(`bench:${JSON.stringify(message)}\n`);

/**
 * Makes a contestant and lets it run as often as it is asked to.
 * @param prepare given the job, returns what to say of itself and `run(units)`
 */
export async function serve(prepare) {
  const { version, detail = "", run } = await prepare(JSON.parse(process.argv.at(-1)));
  say({ version, detail });
  for await (const line of createInterface({ input: process.stdin })) {
    const start = performance.now();
    await run(Number(line));
    say({ seconds: (performance.now() - start) / 1000 });
  }
  // Threads of a contestant must not keep it alive.
  process.exit(0);
}
