// Names in Redis. All of them hash to one slot, so that a cluster holds them too.

const PREFIX = "{drowse}";

/** What stands before all keys. */
export const keyPrefix = PREFIX;

/** The queue of a version of drowse: workers of another never see its work. */
export const queueName = (version: string) => `work-${version}`;

/** Bytes by their SHA-256: a hash with a field for each piece. */
export const dataKey = (hash: string) => `${PREFIX}:data:${hash}`;

/** Who is there, by the time of the last sign of life. */
export const rosterKey = (who: "workers" | "studies") => `${PREFIX}:${who}`;

/** The rows of a part of a prediction, and what was predicted of them: each as the bytes of {@link dataKey}. */
export const partKey = (part: string, what: "input" | "output") => `${PREFIX}:part:${part}:${what}`;
