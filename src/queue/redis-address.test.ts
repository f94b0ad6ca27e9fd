import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRedisAddress, withoutSecrets } from "./redis-address.ts";

const parse = (text: string) => parseRedisAddress("test", text);

describe("the address of a Redis", () => {
  it("has a host, and what else there is", () => {
    expect(parse("redis://localhost")).toEqual({
      host: "localhost",
      port: 6379,
      database: 0,
      tls: false,
      shown: "redis://localhost",
    });
    expect(parse("rediss://me:s%2Fx@[::1]:7000/3")).toEqual({
      ...{ host: "::1", port: 7000, database: 3, tls: true, username: "me", password: "s/x" },
      shown: "rediss://[::1]:7000/3",
    });
    expect(parse("redis://:word@h/")).toMatchObject({ password: "word", database: 0 });
  });

  it("is refused without being repeated, for there may be a password in it", () => {
    const wrong = [
      "",
      "h",
      "http://u:secret@h",
      "redis://",
      "redis://:secret@h/x",
      "redis://:secret@h?tls=1",
      "redis://:sec%ret@h",
      "redis:secret",
    ];
    for (const text of wrong) {
      expect(() => parse(text)).toThrow(/^test: the address of the queue .*; give redis:\/\//);
      expect(() => parse(text)).not.toThrow(/sec/);
    }
  });

  it("is shown without name and password, whatever they are", () => {
    const word = fc.string({ minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(word, word, (username, password) => {
        const [name, secret] = [encodeURIComponent(username), encodeURIComponent(password)];
        const address = parse(`redis://${name}:${secret}@10.9.8.7:6400/2`);
        expect(address).toMatchObject({ username, password, shown: "redis://10.9.8.7:6400/2" });
        const told = withoutSecrets(`ERR with ${password} at redis://${name}:${secret}@h`, address);
        expect(told.replaceAll("***", "")).not.toContain(password);
        expect(told.replaceAll("***", "")).not.toContain(secret);
      }),
      { seed: 3 },
    );
  });
});
