export function findRedis(options: { install: boolean }): Promise<{ path: string } | { missing: string }>;
