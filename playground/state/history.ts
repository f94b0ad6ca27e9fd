import type { Score } from "../engine/messages.ts";

/** What is kept of a view. */
interface Scored {
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly awake: Score;
  readonly drowsy: Score;
  /** Rates of the hidden layers in the network that sleeps. */
  readonly rates: readonly number[];
}

/** The losses at a step, and the rates. */
export interface Moment {
  readonly epoch: number;
  readonly awake: Score;
  readonly drowsy: Score;
  readonly rates: readonly number[];
}

/** The score alone: a view holds the fields too. */
function scoreOf({ trainLoss, testLoss, trainError, testError }: Score): Score {
  return { trainLoss, testLoss, trainError, testError };
}

/** When it has more moments than this it keeps every other one, so that a long training is drawn as fast as a short one. */
const MOST = 600;

/** The losses over the steps that were looked at. */
export class History {
  readonly moments: readonly Moment[];
  /** Epochs between two moments at least. */
  readonly #spacing: number;

  constructor(moments: readonly Moment[] = [], spacing = 0) {
    this.moments = moments;
    this.#spacing = spacing;
  }

  /** The history with another view at its end. The last moment is always the newest view. */
  with({ step, stepsPerEpoch, awake, drowsy, rates }: Scored): History {
    const moment = { epoch: step / stepsPerEpoch, awake: scoreOf(awake), drowsy: scoreOf(drowsy), rates };
    const [last, before] = [this.moments.at(-1), this.moments.at(-2)];
    const isClose = last && before && last.epoch - before.epoch < this.#spacing;
    const replaces = isClose || last?.epoch === moment.epoch;
    const kept = replaces ? this.moments.slice(0, -1) : this.moments;
    const moments = [...kept, moment];
    if (moments.length <= MOST) return new History(moments, this.#spacing);
    const thinned = moments.filter((_, index) => index % 2 === 0 || index === moments.length - 1);
    return new History(thinned, (2 * moment.epoch) / MOST);
  }
}
