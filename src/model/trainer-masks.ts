import { checkNumber, checkOptions } from "../layers/options.ts";
import type { Copies } from "../losses/loss.ts";
import { maskOfRow } from "../random/mask.ts";
import { SHARED, streamKey, TRAINING } from "../random/streams.ts";
import { DrowseError } from "../tensor/errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Graph } from "./graph.ts";
import { isCount } from "./mask-of-layer.ts";
import { checkRecording, type MaskRecording, recordingOf } from "./mask-recording.ts";
import { dropoutNodes, maskShapeOf } from "./rates.ts";

/** A layer's masks in a step. */
export interface LayerMasks {
  readonly units: number;
  /**
   * Who is awake: bit u & 7 of byte i * ceil(units / 8) + (u >> 3) belongs to unit u of row i, 1 is awake. One row where the batch
   * shares a mask.
   */
  readonly bits: Uint8Array;
  /** The units that sleep, in ascending order, of each row. */
  readonly sleeping: readonly (readonly number[])[];
}

/** The masks of a step. */
export interface StepMasks {
  readonly step: number;
  /** Indices of the step's rows in the data set, in the order of the masks. */
  readonly rows: Uint32Array;
  /** By name, of the layers whose units are awake or sleep by keys alone. */
  readonly layers: Readonly<Record<string, LayerMasks>>;
}

/** What a step's masks are made of. */
export interface MaskedStep {
  readonly pass: number;
  readonly batch: number;
  readonly rows: Uint32Array;
  /** With the rates of the step. */
  readonly graph: Graph;
}

/** What is asked of the trainer that the masks belong to. */
interface Owner {
  readonly seed: number;
  /** The step that was done last, or the first. */
  lastStep(): number;
  stepAt(step: number): MaskedStep;
  refuseUnlessFree(): void;
  follows(name: string): boolean;
  /** Where copies of rows begin, if the loss makes any. */
  copies(): { readonly of: Copies | undefined; readonly from: string | undefined };
}

/**
 * The masks of a trainer: to be read, recorded, and replayed, as consistent dropout does (Hausknecht and Wagener 2022), where
 * states are met again with the units that were awake before. A row has its own mask in a pass, whatever stands beside it: so
 * masks are replayed also in batches of another size and in another order, which one seed for a step does not give. The prediction
 * that acts with them, before there is anything to train on, is `predictMasked`.
 */
export class TrainerMasks {
  readonly #owner: Owner;
  #frozen: Readonly<Record<string, number>> = {};

  /** @internal */
  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** By layer, the pass whose masks are replayed. */
  get frozen(): Readonly<Record<string, number>> {
    return this.#frozen;
  }

  /**
   * The masks of a step, by the rates and replays as they stand; a function of keys: nothing is trained, drawn or kept.
   * @param step - counted as the trainer counts; default the last one done, or the first.
   * @param copy - where the loss meets each row with several masks: which of them, from 0; default the first.
   * @throws {DrowseError} on a step before the model's first pass, and on a copy that the loss does not make.
   * @example
   * const { rows, layers } = trainer.masks.read();
   * layers.dropout1.sleeping[0]; // units that slept for row rows[0]
   */
  read(step = this.#owner.lastStep(), copy = 0): StepMasks {
    checkNumber("masks", "the step", step, isCount, "give a whole number of at least 0");
    const { of: copies, from } = this.#owner.copies();
    const most = copies?.count ?? 1;
    checkNumber("masks", "the copy", copy, (value) => isCount(value) && value < most, `give a whole number below ${most}`);
    const { pass, batch, rows, graph } = this.#owner.stepAt(step);
    const first = graph.nodes.findIndex(({ name }) => name === from);
    const layers = dropoutNodes(graph).flatMap((node): [string, LayerMasks][] => {
      const { name, layer } = node;
      if (!layer.hasMask) return [];
      const keys = { pass: this.#frozen[name] ?? pass, stream: layer.isShared ? SHARED : TRAINING };
      const key = streamKey(this.#owner.seed, `mask/${name}`);
      const units = sizeOf(maskShapeOf(node));
      const index = (row: number) => (copies && node.index >= first ? copies.rowOf(row, copy) : row);
      const owners = layer.isShared ? [batch] : Array.from(rows, index);
      return [
        [
          name,
          packed(
            owners.map((row) => maskOfRow(key, layer.rate, units, { row, ...keys })),
            units,
          ),
        ],
      ];
    });
    return { step, rows: rows.slice(), layers: Object.fromEntries(layers) };
  }

  /**
   * What replays the masks of the pass that the last step belonged to, in this model or in another of the same seed and layers.
   * @param options.layers - names; default all layers with a rate.
   * @throws {DrowseError} on a name that no dropout layer has.
   * @example
   * const recording = trainer.masks.record({ layers: ["dropout1"] });
   */
  record(options: { layers?: readonly string[] } = {}): MaskRecording {
    checkOptions("masks", options, ["layers"]);
    const { pass, graph } = this.#owner.stepAt(this.#owner.lastStep());
    const { seed } = this.#owner;
    return recordingOf("masks", { graph, seed }, { layers: options.layers, passOf: (name) => this.#frozen[name] ?? pass });
  }

  /**
   * From the next step on the layers of a recording have its masks in every pass, until `release`; the others go on.
   * @throws {DrowseError} on a recording of another seed, of layers that are not here, of another kind, shape or rate, or whose rate
   * follows a schedule, and while the trainer is busy.
   * @example
   * const recording = trainer.masks.record();
   * trainer.masks.replay(recording);
   */
  replay(recording: MaskRecording): void {
    this.#owner.refuseUnlessFree();
    const { graph } = this.#owner.stepAt(this.#owner.lastStep());
    checkRecording("replay", recording, this.#owner.seed, graph);
    const moving = Object.keys(recording.layers).find((name) => this.#owner.follows(name));
    if (moving !== undefined) {
      const remedy = "masks are those of one rate: leave it out of the recording, or of dropoutSchedule";
      throw new DrowseError("replay", `the rate of ${moving} follows a schedule`, remedy);
    }
    const passes = Object.entries(recording.layers).map(([name, { pass }]) => [name, pass]);
    this.#frozen = { ...this.#frozen, ...Object.fromEntries(passes) };
  }

  /**
   * From the next step on all layers have masks of their own pass again.
   * @throws {DrowseError} while the trainer is busy.
   */
  release(): void {
    this.#owner.refuseUnlessFree();
    this.#frozen = {};
  }

  /**
   * Goes on from a state.
   * @internal
   */
  restore(frozen: Readonly<Record<string, number>> = {}): void {
    this.#frozen = { ...frozen };
  }

  /**
   * The pass of each layer's masks in a step, in the graph's order.
   * @internal
   */
  passes(graph: Graph, pass: number): number[] {
    return dropoutNodes(graph).map(({ name }) => this.#frozen[name] ?? pass);
  }
}

function packed(masks: readonly Uint8Array[], units: number): LayerMasks {
  const rowBytes = Math.ceil(units / 8);
  const bits = new Uint8Array(masks.length * rowBytes);
  const sleeping = masks.map((mask, row) => {
    const asleep: number[] = [];
    for (let unit = 0; unit < units; unit++) {
      if (mask[unit] === 0) asleep.push(unit);
      else bits[row * rowBytes + (unit >> 3)] |= 1 << (unit & 7);
    }
    return asleep;
  });
  return { units, bits, sleeping };
}
