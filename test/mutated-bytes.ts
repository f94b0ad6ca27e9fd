import fc from "fast-check";

const isDeep = Boolean(process.env.DROWSE_DEEP);

/**
 * How many mutations a parser's fuzz test tries: enough for every run; for `npm run test:deep` as many as make more than 10^6 over
 * all parsers.
 */
const FUZZ_RUNS = isDeep ? 200_000 : 10_000;

/** Milliseconds after which a deep fuzz test begins no more mutations: it is to end in minutes, and says how many it tried. */
const FUZZ_TIME = 240_000;

/** A fuzz test's time limit in milliseconds: only against a parser that hangs. */
export const FUZZ_LIMIT = isDeep ? 2 * FUZZ_TIME : 120_000;

/** How a property is tried. */
interface FuzzOptions {
  /** Slower parsers are tried so many times less often. */
  readonly share?: number;
  readonly seed?: number;
}

/**
 * Tries a property on damaged files.
 * @param what - the parser, for what a deep run says.
 * @returns how many were tried.
 */
export async function fuzz<Given>(
  what: string,
  property: fc.IRawProperty<Given>,
  { share = 1, ...seed }: FuzzOptions = {},
): Promise<number> {
  const bounded = isDeep ? { interruptAfterTimeLimit: FUZZ_TIME } : {};
  const details = await fc.check(property, { numRuns: FUZZ_RUNS / share, ...seed, ...bounded });
  if (details.failed) throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
  if (isDeep) console.log(`${what}: ${details.numRuns} mutations`);
  return details.numRuns;
}

interface Edit {
  /** Where in the file, as a fraction of its length. */
  readonly place: number;
  /** How many bytes go. */
  readonly remove: number;
  /** Bytes that come instead, or where (as a fraction) and how many of the file's own bytes are repeated. */
  readonly insert: readonly number[] | { readonly from: number; readonly count: number };
}

function apply(bytes: number[], { place, remove, insert }: Edit): number[] {
  const from = "from" in insert ? Math.floor(insert.from * bytes.length) : 0;
  const more = "from" in insert ? bytes.slice(from, from + insert.count) : insert;
  return bytes.toSpliced(Math.floor(place * bytes.length), remove, ...more);
}

/**
 * Damaged copies of whole files: one to four edits, each a changed byte, a removed, inserted or repeated span, or a cut.
 *
 * @param files whole files that the parser reads.
 * @param tokens pieces of the format's own language, so that some edits come past the parser's first check.
 */
export function mutatedBytes(files: readonly Uint8Array[], tokens: readonly string[]): fc.Arbitrary<Uint8Array> {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const byte = fc.nat(255);
  const none = fc.constant<number[]>([]);
  const edits: fc.Arbitrary<Edit>[] = [
    fc.record({ place, remove: fc.constant(1), insert: fc.tuple(byte) }),
    fc.record({ place, remove: fc.nat(12), insert: none }),
    fc.record({ place, remove: fc.constant(0), insert: fc.array(byte, { maxLength: 12 }) }),
    fc.record({ place, remove: fc.nat(12), insert: fc.record({ from: place, count: fc.nat(80) }) }),
    fc.record({ place, remove: fc.constant(Number.POSITIVE_INFINITY), insert: none }),
  ];
  if (tokens.length > 0) {
    const token = fc.constantFrom(...tokens).map((text) => [...new TextEncoder().encode(text)]);
    edits.push(
      fc.record({ place, remove: fc.nat(4), insert: token }),
      fc.record({ place, remove: fc.constant(1), insert: token }),
    );
  }
  const some = fc.array(fc.oneof(...edits), { minLength: 1, maxLength: 4 });
  return fc.tuple(fc.constantFrom(...files), some).map(([file, chosen]) => Uint8Array.from(chosen.reduce(apply, [...file])));
}
