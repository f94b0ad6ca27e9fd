import type { Machine } from "../wasm/machine.ts";
import type { Graph } from "./graph.ts";
import type { Plan } from "./plan.ts";
import { planServes, plansAlike } from "./rates.ts";
import type { TrainerState } from "./trainer-state.ts";
import { type Part, readNumbers, writeNumbers } from "./weights.ts";

/** What is asked of a plan: for which rates, and whether evaluation gives predictions as well, for metrics. */
export interface SessionRequest {
  readonly graph: Graph;
  readonly predicts: boolean;
  /** Of a loss that makes copies of rows: the layer where they begin. */
  readonly copiesFrom: string | undefined;
}

/** A plan and the machine that runs it. */
export interface Opened extends SessionRequest {
  readonly plan: Plan;
  readonly machine: Machine;
}

/** The numbers of a trainer: values and what the optimizer remembers. */
type Remembered = Pick<TrainerState, "values" | "slots">;

/** A trainer's plan and machine, made anew with the same numbers where rates have changed that the plan is made of. */
export class TrainingSession {
  /** The model's layers, with the rates as they stand. */
  graph: Graph;
  /** Where copies of rows begin: it stays, whatever becomes of that layer's rate. */
  copiesFrom: string | undefined;
  readonly #open: (request: SessionRequest) => Promise<Opened>;
  readonly #slots: readonly string[];
  #opened: Opened;
  #closed = false;

  /** @param slots - names of what the optimizer remembers for every parameter. */
  constructor(open: (request: SessionRequest) => Promise<Opened>, first: Opened, slots: readonly string[]) {
    this.#slots = slots;
    this.#open = open;
    this.#opened = first;
    this.graph = first.graph;
    this.copiesFrom = first.copiesFrom;
  }

  /** The plan and machine that hold the numbers; they may be of other rates. */
  get opened(): Opened {
    return this.#opened;
  }

  /** The plan and machine for the rates as they stand. */
  async ready(predicts = false): Promise<Opened> {
    const before = this.#opened;
    const serves = this.#copiesAlike && planServes(before.graph, this.graph);
    if (serves && (before.predicts || !predicts)) return before;
    return this.#reopen(this.graph, before.predicts || predicts);
  }

  /** The plan and machine for training steps whose rates stand in their records: `graph` says which layers are left out. */
  async readyToTrain(graph: Graph): Promise<Opened> {
    const before = this.#opened;
    return this.#copiesAlike && plansAlike(before.graph, graph) ? before : this.#reopen(graph, before.predicts);
  }

  get #copiesAlike(): boolean {
    return this.#opened.copiesFrom === this.copiesFrom;
  }

  async #reopen(graph: Graph, predicts: boolean): Promise<Opened> {
    const before = this.#opened;
    const numbers = await this.numbers();
    const opened = await this.#open({ graph, predicts, copiesFrom: this.copiesFrom });
    this.#opened = opened;
    this.write(numbers);
    before.machine.close();
    if (this.#closed) opened.machine.close();
    return opened;
  }

  async numbers(): Promise<Remembered> {
    const { machine, plan, graph } = this.#opened;
    const read = async (part: Part) => Object.fromEntries(await readNumbers(machine, plan, graph, part));
    const slots = this.#slots.map(async (name, index) => [name, await read(index)] as const);
    return { values: await read("value"), slots: Object.fromEntries(await Promise.all(slots)) };
  }

  write({ values, slots }: Remembered): void {
    const { machine, plan, graph } = this.#opened;
    const write = (part: Part, numbers: TrainerState["values"]) => {
      const singles = new Map(Object.entries(numbers).map(([name, values]) => [name, Float32Array.from(values)]));
      writeNumbers(machine, plan, graph, part, singles);
    };
    write("value", values);
    for (const [index, name] of this.#slots.entries()) write(index, slots[name]);
  }

  close(): void {
    this.#closed = true;
    this.#opened.machine.close();
  }
}
