import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FUZZ_LIMIT, fuzz, mutatedBytes } from "../../test/mutated-bytes.ts";
import { DrowseError } from "../tensor/errors.ts";
import { type JsonValue, parseStrictJson } from "./strict-json.ts";

/** The value as `JSON.parse` would give it, with own keys only. */
function plain(value: JsonValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [key, plain(member)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("parseStrictJson", () => {
  it("reads what JSON.stringify writes, indented or not", () => {
    const value = fc.jsonValue({ maxDepth: 6, stringUnit: "binary" });
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, "\t", "\n"), (json, indent) => {
        const text = JSON.stringify(json, null, indent);
        expect(plain(parseStrictJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it("reads every escape", () => {
    expect(parseStrictJson('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00"')).toBe('"\\/\b\f\n\r\té😀');
  });

  it("keeps keys that objects make trouble of, in the order of the text", () => {
    const value = parseStrictJson('{"b":1,"1":2,"__proto__":{"x":3},"constructor":4,"":5}') as Map<string, JsonValue>;
    expect([...value.keys()]).toEqual(["b", "1", "__proto__", "constructor", ""]);
    expect(value.get("__proto__")).toEqual(new Map([["x", 3]]));
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it("reads nesting up to 32 and numbers up to 2^53 - 1", () => {
    expect(JSON.stringify(parseStrictJson(nested(33)))).toBe(nested(33));
    expect(parseStrictJson("[9007199254740991,-9007199254740991,-0,1.5e3,5e-324]")).toEqual([
      9007199254740991, -9007199254740991, -0, 1500, 5e-324,
    ]);
  });

  const cases: readonly [string, string][] = [
    ["", "the end of the text is found where a value is due at character 0; give valid JSON"],
    ["  ", "the end of the text is found where a value is due at character 2"],
    ["\ufeff1", "is found where a value is due at character 0"],
    ["\u00a01", "is found where a value is due at character 0"],
    ["1 2", '"2" follows the JSON value at character 2'],
    ["{}}", '"}" follows the JSON value at character 2'],
    ["null\0", '"\\u0000" follows the JSON value at character 4'],
    ["01", '"1" follows the JSON value at character 1'],
    ["1.", '"." follows the JSON value'],
    ["1e", '"e" follows the JSON value'],
    ["0x10", '"x" follows the JSON value'],
    [".5", '"." is found where a value is due'],
    ["+1", '"+" is found where a value is due'],
    ["-", '"-" is found where a value is due'],
    ["NaN", '"N" is found where a value is due'],
    ["Infinity", '"I" is found where a value is due'],
    ["tru", '"t" is found where a value is due'],
    ["nul", '"n" is found where a value is due'],
    ["True", '"T" is found where a value is due'],
    ["'a'", '"\'" is found where a value is due'],
    ["😀", '"😀" is found where a value is due'],
    ["1e999", "the number 1e999 is too large to hold exactly at character 0"],
    ["[-1e999]", "the number -1e999 is too large to hold exactly at character 1"],
    ["9007199254740993", "the number 9007199254740993 is too large to hold exactly"],
    ["-9007199254740993", "the number -9007199254740993 is too large to hold exactly"],
    ["[1,]", '"]" is found where a value is due at character 3'],
    ["[,1]", '"," is found where a value is due'],
    ["[1 2]", '"2" is found where "," or "]" is due'],
    ["[1", 'the end of the text is found where "," or "]" is due at character 2'],
    ["[1}", '"}" is found where "," or "]" is due'],
    ['{"a":1,}', '"}" is found where a key in quotes is due at character 7'],
    ["{a:1}", '"a" is found where a key in quotes is due'],
    ["{1:1}", '"1" is found where a key in quotes is due'],
    ['{"a" 1}', '"1" is found where ":" is due'],
    ['{"a":}', '"}" is found where a value is due'],
    ['{"a":1 "b":2}', '"\\"" is found where "," or "}" is due'],
    ['{"a":1', 'the end of the text is found where "," or "}" is due'],
    ['{"a":1,"a":1}', 'the key "a" is given twice, again at character 7'],
    ['{"a":1,"\\u0061":2}', 'the key "a" is given twice'],
    ['{"__proto__":1,"__proto__":2}', 'the key "__proto__" is given twice'],
    ['[{"x":{"a":1,"b":2,"a":3}}]', 'the key "a" is given twice'],
    ['"a', "the JSON ends inside the string that begins at character 0"],
    ['"a\\"', "the JSON ends inside the string"],
    ['"a\nb"', 'the unescaped control character "\\n" is found at character 2'],
    ['"\u001f"', 'the unescaped control character "\\u001f"'],
    ['"\\x41"', 'the unknown escape "\\\\x" is found at character 1'],
    ['"\\u00g0"', 'the unknown escape "\\\\u00g0"'],
    ['"\\u12"', "the unknown escape"],
    ['"\\', 'the unknown escape "\\\\"'],
    ['"\\ud800"', 'the string "\\ud800" holds half a surrogate pair'],
    ['"\\udc00\\ud800"', "holds half a surrogate pair"],
    ['{"\\udfff":1}', "holds half a surrogate pair"],
    ['"\ud800"', "holds half a surrogate pair"],
    [nested(34), "the JSON is nested deeper than 32 at character 33"],
    ["/* */ 1", '"/" is found where a value is due'],
    ["1 // one", '"/" follows the JSON value'],
  ];

  it.each(cases)("refuses %j", (text, message) => {
    expect(() => parseStrictJson(text)).toThrow(DrowseError);
    expect(() => parseStrictJson(text)).toThrow(message);
  });

  it("refuses whole numbers past 2^53 - 1 where plain whole numbers are asked for", () => {
    const read = () => parseStrictJson("9007199254740992", { wholeNumbers: true });
    expect(read).toThrow("the number 9007199254740992 is too large to hold exactly");
    expect(parseStrictJson("9007199254740992")).toBe(2 ** 53);
  });

  it("refuses nesting before the stack runs out", () => {
    const deep = "the JSON is nested deeper than 32";
    expect(() => parseStrictJson(nested(1_000_000))).toThrow(deep);
    expect(() => parseStrictJson('{"a":'.repeat(1_000_000))).toThrow(deep);
  });

  it.each(["-1", "-0", "1.0", "1e3", "0.5", "0e0"])("refuses %s where plain whole numbers are asked for", (text) => {
    const read = () => parseStrictJson(`[7,${text}]`, { operation: "load", remedy: "mend it", wholeNumbers: true });
    expect(read).toThrow(`load: the number ${text} is not a plain whole number of 0 or more at character 3; mend it`);
    expect(parseStrictJson(`[7,${text}]`)).toEqual([7, Number(text)]);
  });

  it("keeps its messages short", () => {
    const key = JSON.stringify("k".repeat(1000));
    expect(() => parseStrictJson(`{${key}:1,${key}:2}`)).toThrow(/^.{0,160}$/);
    expect(() => parseStrictJson("9".repeat(1000))).toThrow(/^.{0,160}$/);
  });

  it("takes no more than JSON.parse does, however the text is damaged", { timeout: FUZZ_LIMIT }, async () => {
    const text = '{"a":[1,-2.5e3,true,false,null,"x\\n\\u00e9"],"b":{"__proto__":{},"c":[[]]}, "d" : 0}';
    const tokens = ['"', "\\", "{", "}", "[", "]", ",", ":", '"a":1,', "1e9", "-0", "null", "\\ud83d", "\\u0061", " "];
    let read = 0;
    const tried = await fuzz(
      "strict JSON",
      fc.property(mutatedBytes([new TextEncoder().encode(text)], tokens), (bytes) => {
        const damaged = new TextDecoder().decode(bytes);
        let value: JsonValue;
        try {
          value = parseStrictJson(damaged);
        } catch (error) {
          if (error instanceof DrowseError) return;
          throw error;
        }
        read++;
        expect(plain(value)).toEqual(JSON.parse(damaged));
      }),
    );
    expect(read).toBeGreaterThan(tried / 1000);
  });
});
