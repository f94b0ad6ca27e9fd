import type { DataSet } from "../playground/data/data-set.ts";
import { digitsData, unpackSample } from "../playground/data/digits.ts";
import { packDigits } from "../scripts/digits.mjs";

/** The digits of the playground, as its page unpacks them. */
export const sample = unpackSample(packDigits());

/** Digits to learn, as many as are asked for. */
export const digits = (points: number): DataSet => digitsData(sample, points);
