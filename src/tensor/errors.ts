/**
 * What goes wrong, said in one way: the operation, what it received, and what to do about it.
 *
 * A `DrowseError` is a mistake that its reader can mend (a wrong shape, a broken file, a learning rate
 * that makes training diverge), so the command prints its message without a stack. Any other error that
 * leaves this library is a bug of the library.
 */
export class DrowseError extends Error {
  override readonly name: string = "DrowseError";
  /** The operation that refused, for example `dropout` or `fit`. */
  readonly operation: string;
  /** What it received, in words that hold the value. */
  readonly received: string;
  /** What to do about it. */
  readonly remedy: string;

  constructor(operation: string, received: string, remedy: string) {
    super(`${operation}: ${received}; ${remedy}`);
    this.operation = operation;
    this.received = received;
    this.remedy = remedy;
  }
}

/** Training met a number that is not finite. The model holds the weights of the last finished epoch, or of the best. */
export class DivergenceError extends DrowseError {
  override readonly name = "DivergenceError";
  /** The first layer whose numbers are not finite, or `"loss"`. */
  readonly layer: string;
  /** The training step, counted from 0 over the life of the trainer. */
  readonly step: number;
  /** The batch within its epoch, counted from 0. */
  readonly batch: number;

  constructor(operation: string, where: { layer: string; step: number; batch: number }, remedy: string) {
    super(
      operation,
      `the numbers of ${where.layer} are not finite at step ${where.step} (batch ${where.batch} of its epoch)`,
      remedy,
    );
    this.layer = where.layer;
    this.step = where.step;
    this.batch = where.batch;
  }
}

/** A worker thread died or stopped answering. */
export class WorkerError extends DrowseError {
  override readonly name = "WorkerError";
}

/** A value as it is shown in a message: short, and with its type where the text alone would hide it. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === "number" || typeof value === "boolean" || value === null || value === undefined) return String(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return value.length <= 8 ? `[${value.map(show).join(", ")}]` : `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  if (typeof value === "function") return value.name ? `function ${value.name}` : "a function";
  return `an object with ${Object.keys(value).slice(0, 6).join(", ") || "no keys"}`;
}
