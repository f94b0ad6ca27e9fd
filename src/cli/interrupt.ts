/** Exit codes of programs that a signal stopped: 128 and its number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

type Signal = keyof typeof EXIT_CODES;

/** The user stopped the command with Ctrl-C, or the system did. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly exitCode: number;

  constructor(signal: Signal) {
    super(`stopped by ${signal === "SIGINT" ? "Ctrl-C" : signal}`);
    this.exitCode = EXIT_CODES[signal];
  }
}

/**
 * Does work that Ctrl-C stops in an orderly way: the first signal aborts it, with an {@link Interrupted} as the reason; a
 * second one ends the process at once.
 */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const stop = (signal: Signal) => {
    if (controller.signal.aborted) process.exit(EXIT_CODES[signal]);
    controller.abort(new Interrupted(signal));
  };
  const signals = Object.keys(EXIT_CODES) as Signal[];
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
