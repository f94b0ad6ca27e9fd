import { installWithApt, mayInstall, onPath } from "./programs.mjs";

/**
 * Finds a Redis for the tests of the queue: the program that REDIS_PATH names, else redis-server or valkey-server on PATH, else,
 * where `install` allows it and this is root on a Linux with apt-get, the distribution's own package. The tests start servers of
 * their own, on free ports of 127.0.0.1.
 * @param {{ install: boolean }} options
 * @returns {Promise<{ path: string } | { missing: string }>} its program, or why there is none
 */
export async function findRedis({ install }) {
  const found = process.env.REDIS_PATH || onPath("redis-server") || onPath("valkey-server");
  if (found) return { path: found };
  const remedy =
    "install redis-server or valkey-server, or set REDIS_PATH to its program, or DROWSE_TEST_REDIS to the address of one";
  if (!install) return { missing: `there is no Redis on PATH; ${remedy}` };
  if (!mayInstall())
    return { missing: `there is no Redis on PATH, and only root on a Linux with apt-get may install it; ${remedy}` };
  console.log("Installing Redis for the tests of the queue: apt-get install redis-server");
  const failure = await installWithApt("redis-server");
  const path = onPath("redis-server");
  if (failure !== undefined) return { missing: `apt-get could not install Redis (${failure}); ${remedy}` };
  return path === undefined ? { missing: `apt-get installed no redis-server; ${remedy}` } : { path };
}
