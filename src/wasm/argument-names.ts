// Names of arguments that many kernels have, in order.

/** Of every activation. `kept` is the input or the output of the forward pass: what its derivative is made of. */
export const FORWARD = ["x", "y", "stride", "rows", "columns", "parameter"] as const;
export const GRADIENT = ["kept", "dy", "dx", "stride", "rows", "columns", "parameter"] as const;

/** Of every loss. */
export const LOSS = ["z", "stride", "B", "N", "targets", "weights", "d", "losses", "correct"] as const;

/** Where the words of masks and noise come from. */
export const KEYS = ["pass", "stream", "key0", "key1", "scratch", "scratchBytes"] as const;
export const WORDS = ["indices", "parameters", ...KEYS] as const;
/** Of the normalisations: x and y, or dy and dx, [B, N]. */
export const NORM = ["x", "y", "stride", "B", "N", "weights", "biases"] as const;
export const NORM_GRADIENT = ["x", "dy", "dx", "stride", "B", "N"] as const;
