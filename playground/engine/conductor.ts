import { saveModel } from "drowse";
import type { DataSet } from "../data/data-set.ts";
import type { Settings } from "../state/settings.ts";
import type { Order, Report, Speed } from "./messages.ts";
import { Twins } from "./twins.ts";

/** A view is due at most this often. */
const FRAME_MILLISECONDS = 50;
/** As long as the steps between two views may take where they go as fast as they can; longer where a view takes longer. */
const WORK_MILLISECONDS = 40;

interface Beginning {
  readonly run: number;
  readonly settings: Settings;
  readonly given?: DataSet | undefined;
}

/**
 * Takes orders and carries them out one after the other, as a trainer does one thing at a time. Orders that come while it works
 * are noted, and the newest of a kind counts.
 */
export class Conductor {
  readonly #report: (report: Report) => void;
  #twins: Twins | undefined;
  #run = 0;
  #row = 0;
  #begin: Beginning | undefined;
  #steer: Settings | undefined;
  #speed: Speed = 0;
  /** Steps that were asked for by number. */
  #asked = 0;
  /** Something was ordered that shows in a view. */
  #due = false;
  #saves = false;
  #working = false;
  #ensemble = { wanted: false, sample: 0 };
  /** The ensemble that was last told is not the one of the last view. */
  #ensembleDue = false;
  #pixels: Uint8Array | undefined;
  /** What was last told of the pad is not what the last view would say. */
  #padDue = false;
  /** When the next questions may be asked while steps go on: they take the time of many views. */
  #askFrom = 0;
  /** Milliseconds that the last view took. */
  #lookTook = 0;
  /** Steps between two views at full speed; found by trying. */
  #burst = 4;

  constructor(report: (report: Report) => void) {
    this.#report = report;
  }

  /** Notes an order down, and sees to it that it is carried out. */
  order(order: Order): void {
    switch (order.kind) {
      case "begin":
        this.#begin = order;
        this.#steer = undefined;
        this.#asked = 0;
        break;
      case "steer":
        if (this.#begin) this.#begin = { ...this.#begin, settings: order.settings };
        else this.#steer = order.settings;
        break;
      case "play":
        this.#speed = order.speed;
        break;
      case "pause":
        this.#speed = 0;
        break;
      case "steps":
        this.#speed = 0;
        this.#asked += order.count;
        break;
      case "row":
        this.#row = order.row;
        this.#due = true;
        break;
      case "save":
        this.#saves = true;
        this.#due = true;
        break;
      case "ensemble":
        this.#ensemble = order;
        this.#ensembleDue = true;
        break;
      case "pad":
        this.#pixels = order.pixels;
        this.#padDue = true;
        break;
    }
    if (!this.#working) void this.#work();
  }

  get #hasWork(): boolean {
    return this.#begin !== undefined || this.#steer !== undefined || this.#due || this.#asked > 0 || this.#speed > 0;
  }

  get #owesEnsemble(): boolean {
    return this.#ensembleDue && this.#ensemble.wanted && this.#twins !== undefined;
  }

  get #owesPad(): boolean {
    return this.#padDue && this.#pixels !== undefined && this.#pixels.length === this.#twins?.data.task.inputs;
  }

  async #work(): Promise<void> {
    this.#working = true;
    try {
      while (this.#hasWork || this.#owesEnsemble || this.#owesPad) {
        try {
          if (this.#hasWork) await this.#turn();
          const isTime = !this.#hasWork || performance.now() >= this.#askFrom;
          if (isTime && (this.#owesEnsemble || this.#owesPad)) await this.#answer();
        } catch (error) {
          this.#speed = 0;
          this.#asked = 0;
          this.#due = false;
          this.#twins?.close();
          this.#twins = undefined;
          this.#report({ kind: "failed", run: this.#run, message: error instanceof Error ? error.message : String(error) });
        }
      }
    } finally {
      this.#working = false;
    }
  }

  /** Carries out what is noted: one round of steps at most, and one view. */
  async #turn(): Promise<void> {
    const begun = performance.now();
    if (this.#begin) await this.#renew(this.#begin);
    const twins = this.#twins;
    if (!twins) {
      // It failed, and waits for another beginning.
      this.#steer = undefined;
      this.#due = false;
      this.#asked = 0;
      this.#speed = 0;
      return;
    }
    const steer = this.#steer;
    this.#steer = undefined;
    if (steer) await twins.steer(steer);
    this.#due = false;
    await this.#steps(twins);
    const looked = performance.now();
    this.#report({ kind: "view", run: this.#run, ...(await twins.look(this.#row)) });
    this.#lookTook = performance.now() - looked;
    this.#ensembleDue = true;
    this.#padDue = true;
    if (this.#saves) this.#report({ kind: "file", run: this.#run, bytes: new Uint8Array(saveModel(twins.model)) });
    this.#saves = false;
    const rest = this.#speed > 0 && Number.isFinite(this.#speed) ? 1000 / this.#speed : FRAME_MILLISECONDS;
    const pause = Math.max(0, Math.max(FRAME_MILLISECONDS, rest) - (performance.now() - begun));
    // Orders are heard only while it rests.
    await new Promise((resolve) => setTimeout(resolve, this.#speed > 0 ? Math.min(pause, 1000) : 0));
  }

  /** Asks the ensemble, and what is seen on the pad. While steps go on that gets a quarter of the time at most. */
  async #answer(): Promise<void> {
    const begun = performance.now();
    const run = this.#run;
    if (this.#owesEnsemble) {
      this.#ensembleDue = false;
      const ensemble = await this.#twins?.ask(this.#ensemble.sample);
      if (ensemble) this.#report({ kind: "ensemble", run, ...ensemble });
    }
    if (this.#owesPad && this.#pixels) {
      this.#padDue = false;
      const answers = await this.#twins?.askOfImage(this.#pixels);
      if (answers) this.#report({ kind: "pad", run, ...answers });
    }
    const took = performance.now() - begun;
    this.#askFrom = performance.now() + 3 * took;
    // Orders are heard only while it rests.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  async #renew({ run, settings, given }: Beginning): Promise<void> {
    this.#begin = undefined;
    this.#twins?.close();
    this.#twins = undefined;
    this.#run = run;
    this.#twins = await Twins.make(settings, given);
    this.#row = Math.min(this.#row, this.#twins.data.train.y.length - 1);
    this.#report({ kind: "data", run, data: this.#twins.data });
  }

  async #steps(twins: Twins): Promise<void> {
    if (this.#asked > 0) {
      const count = this.#asked;
      this.#asked = 0;
      await twins.run(count);
    } else if (Number.isFinite(this.#speed)) {
      const count = Math.round((this.#speed * FRAME_MILLISECONDS) / 1000);
      if (this.#speed > 0) await twins.run(Math.max(1, count));
    } else {
      const begun = performance.now();
      await twins.run(this.#burst);
      const took = performance.now() - begun;
      const most = Math.max(WORK_MILLISECONDS, this.#lookTook);
      if (took < most / 2) this.#burst = Math.min(2048, this.#burst * 2);
      else if (took > most) this.#burst = Math.max(1, this.#burst >> 1);
    }
  }
}
