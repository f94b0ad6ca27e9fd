import { DrowseError, show } from "../tensor/errors.ts";

/** A JSON value. Objects are Maps in the order of the text, so that a key such as `__proto__` is a key like any other. */
export type JsonValue = null | boolean | number | string | JsonValue[] | Map<string, JsonValue>;

export interface StrictJsonOptions {
  /** The operation that the error names. Default `parseStrictJson`. */
  readonly operation?: string;
  /** What the error advises. */
  readonly remedy?: string;
  /** Only plain whole numbers of 0 to 2^53 - 1: neither `-0` nor `1.0` nor `1e3`. Default false. */
  readonly wholeNumbers?: boolean;
  /** A whole number past 2^53 comes as the nearest double. Default false: it is refused. */
  readonly rounded?: boolean;
}

const MAX_DEPTH = 32;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WHOLE_NUMBER = /^-?[0-9]+$/;
const SPACE: ReadonlySet<string | undefined> = new Set([" ", "\t", "\n", "\r"]);
const HEX = /^[0-9a-fA-F]{4}$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/**
 * Parses JSON (RFC 8259), and refuses what `JSON.parse` lets pass in silence: a key given twice, a number past a double's
 * range (`1e999`), a whole number past 2^53 that would come back as another, half a surrogate pair, nesting deeper than 32.
 *
 * @throws {DrowseError} naming what was found and at which character, counted from 0.
 * @example
 * const graph = parseStrictJson('{"rate": 0.5}');
 * if (graph instanceof Map) graph.get("rate");   // 0.5
 */
export function parseStrictJson(text: string, options: StrictJsonOptions = {}): JsonValue {
  return new Parser(text, options).document();
}

class Parser {
  private readonly text: string;
  private readonly options: StrictJsonOptions;
  private at = 0;

  constructor(text: string, options: StrictJsonOptions) {
    this.text = text;
    this.options = options;
  }

  document(): JsonValue {
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) throw this.refuse(`${this.next()} follows the JSON value`);
    return value;
  }

  private value(depth: number): JsonValue {
    this.space();
    if (depth > MAX_DEPTH) throw this.refuse(`the JSON is nested deeper than ${MAX_DEPTH}`);
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  private object(depth: number): Map<string, JsonValue> {
    const members = new Map<string, JsonValue>();
    this.at++;
    if (this.skip("}")) return members;
    do {
      this.space();
      const start = this.at;
      if (this.text[this.at] !== '"') throw this.refuse(`${this.next()} is found where a key in quotes is due`);
      const key = this.string();
      if (members.has(key)) throw this.refuse(`the key ${show(key)} is given twice, again`, start);
      if (!this.skip(":")) throw this.refuse(`${this.next()} is found where ":" is due`);
      members.set(key, this.value(depth + 1));
    } while (this.skip(","));
    if (!this.skip("}")) throw this.refuse(`${this.next()} is found where "," or "}" is due`);
    return members;
  }

  private array(depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    this.at++;
    if (this.skip("]")) return items;
    do items.push(this.value(depth + 1));
    while (this.skip(","));
    if (!this.skip("]")) throw this.refuse(`${this.next()} is found where "," or "]" is due`);
    return items;
  }

  private string(): string {
    const start = this.at++;
    let string = "";
    let from = this.at;
    for (;;) {
      const character = this.text[this.at];
      if (character === undefined) throw this.refuse("the JSON ends inside the string that begins", start);
      if (character < " ") throw this.refuse(`the unescaped control character ${show(character)} is found`);
      if (character !== '"' && character !== "\\") {
        this.at++;
        continue;
      }
      string += this.text.slice(from, this.at);
      if (character === '"') break;
      string += this.escape();
      from = this.at;
    }
    this.at++;
    if (LONE_SURROGATE.test(string)) throw this.refuse(`the string ${show(string)} holds half a surrogate pair`, start);
    return string;
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? "";
    const hex = this.text.slice(this.at + 2, this.at + 6);
    const plain = ESCAPES[letter];
    if (plain === undefined && !(letter === "u" && HEX.test(hex))) {
      throw this.refuse(`the unknown escape ${show(this.text.slice(this.at, this.at + (letter === "u" ? 6 : 2)))} is found`);
    }
    this.at += plain === undefined ? 6 : 2;
    return plain ?? String.fromCharCode(Number.parseInt(hex, 16));
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    const digits = NUMBER.exec(this.text)?.[0];
    if (digits === undefined) throw this.refuse(`${this.next()} is found where a value is due`);
    const number = Number(digits);
    const { wholeNumbers = false, rounded = false } = this.options;
    const whole = WHOLE_NUMBER.test(digits);
    const changed = whole && !Number.isSafeInteger(number) && (wholeNumbers || (!rounded && String(number) !== digits));
    if (changed || !Number.isFinite(number)) {
      throw this.refuse(`the number ${show(digits).slice(1, -1)} is too large to hold exactly`);
    }
    if (wholeNumbers && (!whole || digits.startsWith("-"))) {
      throw this.refuse(`the number ${show(digits).slice(1, -1)} is not a plain whole number of 0 or more`);
    }
    this.at += digits.length;
    return number;
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.refuse(`${this.next()} is found where a value is due`);
    this.at += word.length;
    return value;
  }

  private space(): void {
    while (SPACE.has(this.text[this.at])) this.at++;
  }

  /** Steps over `character`, and the space before it, if it comes next. */
  private skip(character: string): boolean {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private next(): string {
    const code = this.text.codePointAt(this.at);
    return code === undefined ? "the end of the text" : show(String.fromCodePoint(code));
  }

  private refuse(found: string, at = this.at): DrowseError {
    const { operation = "parseStrictJson", remedy = "give valid JSON" } = this.options;
    return new DrowseError(operation, `${found} at character ${at}`, remedy);
  }
}
