/**
 * Functions whose bits differ between JavaScript engines when taken from `Math`, made of + - * / and square roots,
 * which are the same everywhere. Whatever enters a result goes through these.
 */

const LN2 = 0.6931471805599453;
const LEAST_NORMAL = 2.2250738585072014e-308;
const bits = new DataView(new ArrayBuffer(8));

/** Natural logarithm of a positive, finite number: e ln 2 + 2 artanh((m - 1) / (m + 1)), x = 2^e m. */
export function log(x: number): number {
  // A subnormal number has no leading 1 in its bits.
  if (x > 0 && x < LEAST_NORMAL) return log(x * 2 ** 54) - 54 * LN2;
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = ((high >>> 20) & 0x7ff) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const squared = s * s;
  let series = 0;
  for (let term = 21; term >= 1; term -= 2) series = series * squared + 1 / term;
  return exponent * LN2 + 2 * s * series;
}

const LOG2E = 1.4426950408889634;
/** ln 2 in two parts, the first of so few digits that n times it is exact. */
const LN2_HIGH = 0.69314718036912381649;
const LN2_LOW = 1.90821492927058770002e-10;
const EXP_TERMS = 13;

/** 2^n for a whole n from -1022 to 1023. */
function powerOf2(n: number): number {
  bits.setUint32(0, (n + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln(2) / 2; exp(r) by its Taylor series. */
export function exp(x: number): number {
  if (x > 710) return Number.POSITIVE_INFINITY;
  if (x < -746) return 0;
  const n = Math.round(x * LOG2E);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let series = 1;
  for (let term = EXP_TERMS; term >= 1; term--) series = 1 + (r * series) / term;
  // In two factors: one alone may lie beyond what a number can hold.
  const half = Math.floor(n / 2);
  return series * powerOf2(half) * powerOf2(n - half);
}

const PI = 3.141592653589793;

/** cos(pi x) for any finite x: brought to |x| <= 1/4, where cosine and sine are their Taylor series. */
export function cosPi(x: number): number {
  const turn = Math.abs(x) % 2;
  const half = turn > 1 ? 2 - turn : turn;
  const sign = half > 0.5 ? -1 : 1;
  const quarter = half > 0.5 ? 1 - half : half;
  const isSine = quarter > 0.25;
  const angle = PI * (isSine ? 0.5 - quarter : quarter);
  const squared = angle * angle;
  let series = 1;
  for (let term = isSine ? 17 : 16; term >= 2; term -= 2) series = 1 - (squared / (term * (term - 1))) * series;
  return sign * (isSine ? angle * series : series);
}

/** base^exponent for a whole exponent of at least 0, by repeated squaring. */
export function power(base: number, exponent: number): number {
  let [result, square] = [1, base];
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

// W. J. Cody, Rational Chebyshev approximations for the error function, Mathematics of Computation 23 (1969), as in
// kernels/math.ts: of erf(x) / x up to 0.46875, of exp(x^2) erfc(x) up to 4, and beyond. Highest power first.
const ERF_NEAR = {
  above: [1.85777706184603153e-1, 3.1611237438705656, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3],
  below: [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3],
};
const ERFC_MIDDLE = {
  above: [
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
    8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
  ],
  below: [
    1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3,
    4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
  ],
};
const ERFC_FAR = {
  above: [
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2,
    6.58749161529837803e-4,
  ],
  below: [1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3],
};

function ratio({ above, below }: { above: readonly number[]; below: readonly number[] }, x: number): number {
  let [numerator, denominator] = [0, 0];
  for (const coefficient of above) numerator = numerator * x + coefficient;
  for (const coefficient of below) denominator = denominator * x + coefficient;
  return numerator / denominator;
}

/** erfc(x) = 1 - erf(x), the complementary error function, also where it is tiny. */
export function erfc(x: number): number {
  const t = Math.abs(x);
  if (t <= 0.46875) return 1 - x * ratio(ERF_NEAR, x * x);
  const square = 1 / (t * t);
  const scaled = t <= 4 ? ratio(ERFC_MIDDLE, t) : (0.56418958354775628 - square * ratio(ERFC_FAR, square)) / t;
  const tail = exp(-t * t) * scaled;
  return x < 0 ? 2 - tail : tail;
}

const SQRT_HALF = 0.7071067811865476;

/** The normal distribution function, Phi(x) = erfc(-x / sqrt(2)) / 2. */
export function normalDistribution(x: number): number {
  return erfc(-x * SQRT_HALF) / 2;
}

const INVERSE_SQRT_2PI = 0.3989422804014327;

/** The normal density, phi(x) = exp(-x^2 / 2) / sqrt(2 pi). */
export function normalDensity(x: number): number {
  return INVERSE_SQRT_2PI * exp(-(x * x) / 2);
}
