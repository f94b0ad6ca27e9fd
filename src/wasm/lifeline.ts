// How a page hears that one of its workers has died, of which a browser says nothing: each worker holds a Web Lock
// for as long as it lives, and the page asks for the same lock. When it is given to the page, the worker is gone.

/** What a worker says when it holds its lock: a page that asked before would be given the lock of a living worker. */
export const LOCK_HELD = "lock held";

/**
 * Without a lock (on a page that is not a secure context, and while a worker starts) a worker is believed to be dead
 * after so many ticks of silence while somebody waits for it. Ticks and not a time: while a computer sleeps none are counted.
 */
const TICK_MILLISECONDS = 1000;
const SILENT_TICKS = 30;

/**
 * In the worker: holds the lock until the worker ends. Resolves when it does, and `held` has been called; or when there are no
 * locks, or none for this page. No work should begin before: a worker that computes is not told that it has its lock.
 */
export async function holdLock(name: string, held: () => void): Promise<void> {
  const { locks } = globalThis.navigator;
  if (!locks) return;
  await new Promise<unknown>((resolve) => {
    const untilTheEnd = () => {
      resolve(held());
      return new Promise<never>(() => {});
    };
    locks.request(name, untilTheEnd).catch(resolve);
  });
}

/** In the page: tells once that a worker has died. */
export class Lifeline {
  readonly #name: string;
  readonly #onDeath: (reason: string) => void;
  readonly #request = new AbortController();
  #isAwaited = false;
  #isHeld = false;
  #silentTicks = 0;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor(name: string, onDeath: (reason: string) => void) {
    this.#name = name;
    this.#onDeath = onDeath;
  }

  /** The worker holds its lock: from now on its death is heard at once. */
  lockHeld(): void {
    const { locks } = globalThis.navigator;
    if (!locks) return;
    this.#isHeld = true;
    this.#tickOnlyIfNeeded();
    const { signal } = this.#request;
    // The request is rejected when `end` takes it back, or with the page itself: either way nobody is left to be told.
    locks.request(this.#name, { signal }, () => this.#onDeath("it ended without a word")).catch(() => {});
  }

  /** The worker has said something. */
  heard(): void {
    this.#silentTicks = 0;
  }

  /** Whether somebody waits for the worker: one that is not asked anything may be silent. */
  await(needed: boolean): void {
    this.#isAwaited = needed;
    this.#tickOnlyIfNeeded();
  }

  /** The worker is ended on purpose. */
  end(): void {
    this.#request.abort();
    this.await(false);
  }

  #tickOnlyIfNeeded(): void {
    clearInterval(this.#ticking);
    this.#silentTicks = 0;
    if (!this.#isAwaited || this.#isHeld) return;
    this.#ticking = setInterval(() => {
      if (++this.#silentTicks < SILENT_TICKS) return;
      clearInterval(this.#ticking);
      this.#onDeath(`it has been silent for ${(SILENT_TICKS * TICK_MILLISECONDS) / 1000} seconds`);
    }, TICK_MILLISECONDS);
  }
}
