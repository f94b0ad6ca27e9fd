// Acts and learns with the same units asleep: consistent dropout for policy gradients (Hausknecht and Wagener 2022). Walkers in the
// middle of nine fields are told at which end their goal lies, and learn by REINFORCE to go there. Each state is met with masks of its
// own when the policy acts; the update that follows replays them, so that the policy that learns is the policy that acted.
//
//   node examples/consistent-dropout.ts
import { fileURLToPath } from "node:url";
import { dense, dropout, type Model, predictMasked, recordMasks, relu, sequential, sgd } from "drowse";

const FIELDS = 9;
const INPUTS = FIELDS + 1;
const STEPS = 12;
const WALKERS = 32;
const DISCOUNT = 0.8;

/** The field of a walker and the end of its goal: -1 or 1. */
interface Walker {
  field: number;
  readonly goal: number;
  readonly rows: number[];
}

const start = (goal: number): Walker => ({ field: (FIELDS - 1) / 2, goal, rows: [] });
const isDone = ({ field }: Walker) => field === 0 || field === FIELDS - 1;
const hasArrived = ({ field, goal }: Walker) => field === (goal > 0 ? FIELDS - 1 : 0);
const stateOf = ({ field, goal }: Walker) => [...Array.from({ length: FIELDS }, (_, i) => (i === field ? 1 : 0)), goal];

/** Numbers in [0, 1), the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Walks that were made: states, actions, and what each action was worth in the end. `logs` are of the actions' probabilities. */
async function walk(policy: Model, random: () => number) {
  const masks = recordMasks(policy); // of its next pass: new ones for each update
  const walkers = Array.from({ length: WALKERS }, (_, i) => start(i % 2 === 0 ? 1 : -1));
  const [x, y, logs]: [number[], number[], number[]] = [[], [], []];
  for (let step = 0; step < STEPS; step++) {
    const walking = walkers.filter((walker) => !isDone(walker));
    if (walking.length === 0) break;
    // the places that these states will have in the data to learn from
    const rows = walking.map((_, i) => y.length + i);
    const states = walking.flatMap(stateOf);
    const { data } = await predictMasked(policy, Float32Array.from(states), { masks, rows, output: "logits" });
    for (const [i, walker] of walking.entries()) {
      const left = 1 / (1 + Math.exp(data[2 * i + 1] - data[2 * i]));
      const action = random() < left ? 0 : 1;
      walker.rows.push(y.length);
      y.push(action);
      logs.push(Math.log(action === 0 ? left : 1 - left));
      walker.field += action === 0 ? -1 : 1;
    }
    x.push(...states);
  }
  const worth = new Float32Array(y.length);
  for (const walker of walkers.filter(hasArrived)) {
    for (const [at, row] of walker.rows.entries()) worth[row] = DISCOUNT ** (walker.rows.length - at - 1);
  }
  return { masks, logs, data: { x: Float32Array.from(x), y, sampleWeights: worth } };
}

/** Whether the policy, wide awake, goes straight to both ends. */
async function knowsTheWay(policy: Model): Promise<boolean> {
  for (const goal of [-1, 1]) {
    const walker = start(goal);
    for (let step = 0; step < (FIELDS - 1) / 2; step++) {
      const { data } = await policy.predict(Float32Array.from(stateOf(walker)));
      walker.field += data[0] > data[1] ? -1 : 1;
    }
    if (!hasArrived(walker)) return false;
  }
  return true;
}

/**
 * Learns to walk. Of the first update it tells the loss by the probabilities that acted, that of the step with their masks replayed, and
 * what it would have been with masks of its own.
 */
export async function learnToWalk(updates = 60, rate = 0.3) {
  const policy = sequential({ input: [INPUTS], seed: 4 }, [dense(64), relu(), dropout({ rate }), dense(2)]);
  const options = { loss: "crossEntropy", optimizer: sgd({ learningRate: 1 }), threads: 0 } as const;
  const random = numbers(1);
  let first: { acted: number; replayed: number; anew: number } | undefined;
  for (let update = 0; update < updates; update++) {
    const { masks, logs, data } = await walk(policy, random);
    const batchSize = data.y.length;
    const lossWith = async (replayed: boolean): Promise<number> => {
      const trainer = await policy.trainer(data, { ...options, batchSize });
      // the pass is the policy's next, whose masks acted: those of another stand for masks drawn anew
      trainer.masks.replay(replayed ? masks : recordMasks(policy, { pass: policy.pass + 1 }));
      const [{ loss }] = await trainer.run(1);
      if (replayed) await trainer.commit();
      trainer.close();
      return loss;
    };
    const acted = logs.reduce((sum, log, row) => sum - log * data.sampleWeights[row], 0) / batchSize;
    const anew = first?.anew ?? (await lossWith(false));
    const replayed = await lossWith(true);
    first ??= { acted, replayed, anew };
  }
  return { ...(first as { acted: number; replayed: number; anew: number }), knows: await knowsTheWay(policy) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { acted, replayed, anew, knows } = await learnToWalk();
  console.log(`loss of the first update by the probabilities that acted ${acted.toFixed(6)}`);
  console.log(`with their masks replayed ${replayed.toFixed(6)}, with masks drawn anew ${anew.toFixed(6)}`);
  console.log(`goes straight to its goal: ${knows ? "yes" : "no"}`);
}
