export function findChromium(options: { install: boolean }): Promise<{ path: string } | { missing: string }>;
