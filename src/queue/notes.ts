/** Something that whoever waits for the queue may want to know. */
export interface QueueNote {
  readonly note:
    | "workers" // who is there has changed
    | "none" // nobody is there
    | "version" // only workers of other versions are there
    | "shared" // another program has the same study
    | "silent" // a worker no longer says that it is there
    | "again" // work was given out again
    | "lost" // the connection is gone
    | "back" // it is there again
    | "memory"; // Redis may throw work away
  readonly message: string;
}

/** Keeps notes until somebody listens. */
export class NoteBox {
  readonly #held: QueueNote[] = [];
  #listener: ((note: QueueNote) => void) | undefined;

  tell(note: QueueNote["note"], message: string): void {
    if (this.#listener) this.#listener({ note, message });
    else this.#held.push({ note, message });
  }

  listen(listener: (note: QueueNote) => void): void {
    this.#listener = listener;
    for (const note of this.#held.splice(0)) listener(note);
  }
}

/** `0.4 s`, `75 s`. */
export const seconds = (time: number) => `${time < 10 ? time.toFixed(1) : Math.round(time)} s`;
