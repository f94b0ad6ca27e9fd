import * as v from "valibot";
import type { MemberResult } from "./member.ts";

// What came of a member without its network, as it stands in a run's metrics and goes through a queue; the network is a file of its own.

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());

export type MemberRecord = Omit<MemberResult, "model">;

export const memberEntries = {
  member: v.pipe(count, v.minValue(1)),
  seed: count,
  epochs: count,
  bestEpoch: count,
  validationLoss: v.optional(finite),
  refitRows: v.optional(count),
  weightsHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  seconds: v.pipe(finite, v.minValue(0)),
};

/** The result without its network, its members in the order of the schema: what is read again is written alike. */
export function recordOf(result: MemberRecord): MemberRecord {
  const { member, seed, epochs, bestEpoch, validationLoss, refitRows, weightsHash, seconds } = result;
  return {
    ...{ member, seed, epochs, bestEpoch },
    ...(validationLoss === undefined ? {} : { validationLoss }),
    ...(refitRows === undefined ? {} : { refitRows }),
    ...{ weightsHash, seconds },
  };
}
