/** Lets the first of many calls through and then one per `seconds` at most. `now` is a clock in seconds. */
export class Throttle {
  readonly #seconds: number;
  readonly #now: () => number;
  #next = Number.NEGATIVE_INFINITY;

  constructor(seconds: number, now: () => number = () => performance.now() / 1000) {
    this.#seconds = seconds;
    this.#now = now;
  }

  /** Whether it is time for one more. */
  isDue(): boolean {
    const time = this.#now();
    if (time < this.#next) return false;
    this.#next = time + this.#seconds;
    return true;
  }
}
