export function buildBench(): Promise<void>;
