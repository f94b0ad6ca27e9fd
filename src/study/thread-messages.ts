/** What a thread is told: what it begins with, and requests. They are carried out in order. */
export type ToThread<Setup, Request> = { readonly setup: Setup } | { readonly request: Request };

/** What it answers: to a request its result, or what was wrong with it. */
export type FromThread<Result> = { readonly result: Result } | { readonly error: ThreadError };

export interface ThreadError {
  readonly message: string;
  /** The parts of a `DrowseError`; undefined: it was a bug. */
  readonly mistake?: readonly [operation: string, received: string, remedy: string];
}
