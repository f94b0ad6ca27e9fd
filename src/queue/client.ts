/** The commands of Redis that the queue gives beside BullMQ's own: those of ioredis, which BullMQ connects by. */
export interface RedisClient {
  eval(script: string, keys: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  hset(key: string, field: string, value: string | Uint8Array): Promise<unknown>;
  hget(key: string, field: string): Promise<string | null>;
  hgetBuffer(key: string, field: string): Promise<Uint8Array | null>;
  expire(key: string, seconds: number): Promise<number>;
  del(key: string): Promise<number>;
  zrem(key: string, member: string): Promise<number>;
  info(section: string): Promise<string>;
  xrevrange(key: string, end: string, start: string, count: "COUNT", n: number): Promise<[id: string, fields: string[]][]>;
}
