import type { Rounds } from "./statistics.ts";

/** Something that does units of work, and says how many seconds they took. */
export interface Runner {
  run(units: number): Promise<number>;
  /** Waits until nothing of it computes any more. */
  rest(): Promise<void>;
}

/** How long to measure. */
export interface Budget {
  /** For all contestants together, without the warm-up. */
  readonly seconds: number;
  /** Rounds wanted: each contestant then has a slice of seconds / rounds / contestants. */
  readonly rounds: number;
  /** Of each contestant before anything counts. */
  readonly warmup: number;
}

/** Fewer rounds than these make no spread. */
const LEAST_ROUNDS = 3;
/** Runs more and more units until the contestant is warm; returns the seconds that a unit then takes. */
async function warmUp(runner: Runner, seconds: number): Promise<number> {
  let units = 1;
  for (let spent = 0; ; ) {
    const took = await runner.run(units);
    spent += took;
    if (spent >= seconds) return took / units;
    // At most a tenth of a second more at a time, so that the last one is not far beyond.
    if (took < seconds / 8) units *= 2;
  }
}

/**
 * Times contestants by turns, A B C A B C, so that whatever else the machine does meets them all: in each round each
 * runs as many units as fill a slice of time, while the others wait. One whose unit is longer than the slice sits out as
 * many rounds as give it its share of the time and no more.
 *
 * @returns by contestant the seconds per unit of each round
 */
export async function interleave(runners: readonly Runner[], { seconds, rounds, warmup }: Budget): Promise<Rounds[]> {
  const slice = seconds / rounds / runners.length;
  const paces: { units: number; every: number }[] = [];
  for (const runner of runners) {
    const unit = await warmUp(runner, warmup);
    await runner.rest();
    const every = Math.min(Math.ceil(unit / slice), Math.max(1, Math.floor(rounds / LEAST_ROUNDS)));
    paces.push({ units: Math.max(1, Math.round(slice / unit)), every });
  }
  const times: (number | undefined)[][] = runners.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, runner] of runners.entries()) {
      const { units, every } = paces[index];
      if (round % every !== 0) {
        times[index].push(undefined);
        continue;
      }
      times[index].push((await runner.run(units)) / units);
      await runner.rest();
    }
  }
  return times;
}
