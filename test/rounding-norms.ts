import { columnStatistics } from "../src/reference/batch-norm.ts";
import { normalizedRows } from "../src/reference/layer-norm.ts";
import type { NetworkLayer } from "../src/reference/network.ts";
import type { Numbers } from "../src/reference/numbers.ts";

// How the uncertainty of numbers passes a normalisation: see rounding.ts. Each column of batch normalisation, or row of layer
// normalisation, is a group of numbers that are normalised together: h = (x - mean) r.

export type Norm = Extract<NetworkLayer, { type: "batchNorm" | "layerNorm" }>;

interface Group {
  /** Where its numbers lie. */
  readonly at: readonly number[];
  readonly h: readonly number[];
  readonly r: number;
}

function groupsOf(layer: Norm, x: Numbers): Group[] {
  const N = layer.weight.length;
  const B = x.length / N;
  if (layer.type === "layerNorm") {
    const { h, r } = normalizedRows(x, N, layer.epsilon);
    return Array.from(r, (own, b) => {
      const at = Array.from({ length: N }, (_, n) => b * N + n);
      return { at, h: at.map((i) => h[i]), r: own };
    });
  }
  const { mean, r } = columnStatistics(x, B, layer.epsilon);
  return Array.from({ length: N }, (_, n) => {
    const at = Array.from({ length: B }, (_, b) => b * N + n);
    return { at, h: at.map((i) => (x[i] - mean[n]) * r[n]), r: r[n] };
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);

/** Variance of h, from that of x: dh_i = r (dx_i - mean of dx - h_i mean of (h dx)); and of the relative change of r. */
function varianceOfH({ at, h, r }: Group, variance: Numbers): { own: number[]; ofR: number } {
  const all = sum(at.map((i) => variance[i])) / at.length ** 2;
  const ofR = (r ** 2 * sum(at.map((i, j) => h[j] ** 2 * variance[i]))) / at.length ** 2;
  return { own: at.map((i, j) => r ** 2 * (variance[i] + all) + h[j] ** 2 * ofR), ofR };
}

/** Variance of y = h weight + bias, rounded once. */
export function normValues(layer: Norm, x: Numbers, y: Numbers, variance: Numbers, rounding: number): Float64Array {
  const N = layer.weight.length;
  const result = new Float64Array(x.length);
  for (const group of groupsOf(layer, x)) {
    const { own } = varianceOfH(group, variance);
    for (const [j, i] of group.at.entries()) result[i] = layer.weight[i % N] ** 2 * own[j] + (y[i] * rounding) ** 2;
  }
  return result;
}

/**
 * Variances of dx = r (g - mean of g - h mean of (g h)), g = weight d, and of the parameters' gradients, from those of x and d: with a
 * the variance of g, that of each term as it moves with g, with h and with r.
 */
export function normGradients(
  layer: Norm,
  x: Numbers,
  { d, dx, gradients }: { d: Numbers; dx: Numbers; gradients: { weight: Numbers; bias?: Numbers } },
  { ofX, ofD }: { ofX: Numbers; ofD: Numbers },
  rounding: number,
) {
  const N = layer.weight.length;
  const below = new Float64Array(x.length);
  const weight = Float64Array.from(gradients.weight, (value) => (value * rounding) ** 2);
  const bias = Float64Array.from(gradients.bias ?? [], (value) => (value * rounding) ** 2);
  for (const group of groupsOf(layer, x)) {
    const { at, h, r } = group;
    const { own, ofR } = varianceOfH(group, ofX);
    const g = at.map((i) => layer.weight[i % N] * d[i]);
    const a = at.map((i) => layer.weight[i % N] ** 2 * ofD[i]);
    const M = at.length;
    const meanOfA = sum(a) / M ** 2;
    const meanOfGH = sum(g.map((value, j) => value * h[j])) / M;
    const ofMeanOfGH = sum(g.map((value, j) => a[j] * h[j] ** 2 + value ** 2 * own[j])) / M ** 2;
    for (const [j, i] of at.entries()) {
      const moved = a[j] + meanOfA + h[j] ** 2 * ofMeanOfGH + own[j] * meanOfGH ** 2;
      below[i] = r ** 2 * moved + ofR * dx[i] ** 2 + (dx[i] * rounding) ** 2;
      weight[i % N] += ofD[i] * h[j] ** 2 + d[i] ** 2 * own[j];
      bias[i % N] += ofD[i];
    }
  }
  return { below, weight, bias };
}

/** Variances of the running statistics after a step, from that of x. */
export function runningRounding(layer: NetworkLayer, x: Numbers, variance: Numbers): { ofMean: Numbers; ofVar: Numbers } {
  if (layer.type !== "batchNorm") throw new Error(`${layer.type} has no running statistics`);
  const groups = groupsOf(layer, x);
  const B = x.length / groups.length;
  const { momentum } = layer;
  return {
    ofMean: groups.map(({ at }) => (momentum / B) ** 2 * sum(at.map((i) => variance[i]))),
    ofVar: groups.map(({ at, h, r }) => {
      return ((2 * momentum) / (B - 1)) ** 2 * sum(at.map((i, j) => (h[j] / r) ** 2 * variance[i]));
    }),
  };
}
