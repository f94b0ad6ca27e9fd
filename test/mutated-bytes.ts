import fc from "fast-check";

/** How many mutations a parser's fuzz test tries: enough for every run, many more for `npm run test:deep`. */
export const FUZZ_RUNS = process.env.DROWSE_DEEP ? 1_000_000 : 10_000;

/** A fuzz test's time limit in milliseconds: only against a parser that hangs. */
export const FUZZ_LIMIT = process.env.DROWSE_DEEP ? 3_600_000 : 120_000;

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
