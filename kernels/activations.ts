// Activations besides the rectifier: y = f(x) forward, dx = f'(x) dy backward, computed in f64 and rounded once.
// Backward reads what the forward pass kept: x, or y where f'(x) follows from y without loss of digits. `parameter` is
// the function's setting, 0 where it has none. NaN stays NaN, so that divergence is seen; at infinity f is its limit.
import { shareStart } from "./layout";
import { erfc64, exp64, expm164, sigmoid64, softplus64, tanh64 } from "./math";

const enum Activation { LeakyRelu, Elu, Selu, Gelu, GeluTanh, Sigmoid, Tanh, Softplus, Swish }

// Klambauer, Unterthiner, Mayr and Hochreiter 2017: mean 0 and variance 1 are a fixed point.
@inline const SELU_ALPHA: f64 = 1.6732632423543772;
@inline const SELU_SCALE: f64 = 1.0507009873554805;
@inline const SQRT_HALF: f64 = 0.70710678118654752;
@inline const SQRT_2_PI: f64 = 0.79788456080286536; // sqrt(2 / pi)
@inline const SQRT_1_2PI: f64 = 0.39894228040143268; // 1 / sqrt(2 pi)
/** Beyond this both forms of gelu are x or 0, and their derivatives 1 or 0. */
@inline const FAR: f64 = 40.0;

/** The normal distribution function, Phi(x). */
@inline function normal(x: f64): f64 { return 0.5 * erfc64(-x * SQRT_HALF); }

/** 1 + tanh(u) = 2 sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3). */
@inline function twiceU(x: f64): f64 { return 2.0 * SQRT_2_PI * (x + 0.044715 * x * x * x); }

@inline function valueOf(activation: Activation, x: f64, parameter: f64): f64 {
  switch (activation) {
    case Activation.LeakyRelu: return x > 0 ? x : parameter * x;
    case Activation.Elu: return x > 0 ? x : parameter * expm164(x);
    case Activation.Selu: return SELU_SCALE * (x > 0 ? x : SELU_ALPHA * expm164(x));
    case Activation.Gelu: return x < -FAR ? -0.0 : x * normal(x);
    case Activation.GeluTanh: return x < -FAR ? -0.0 : x * sigmoid64(twiceU(x));
    case Activation.Sigmoid: return sigmoid64(x);
    case Activation.Tanh: return tanh64(x);
    case Activation.Softplus: return softplus64(x);
    default: return x == -Infinity ? -0.0 : x * sigmoid64(x);
  }
}

/** f'(x) from what was kept: y for leaky relu and softplus, else x. */
@inline function derivativeOf(activation: Activation, kept: f64, parameter: f64): f64 {
  switch (activation) {
    // the sign of y is that of x
    case Activation.LeakyRelu: return kept > 0 ? 1.0 : parameter;
    case Activation.Elu: return kept > 0 ? 1.0 : parameter * exp64(kept);
    case Activation.Selu: return SELU_SCALE * (kept > 0 ? 1.0 : SELU_ALPHA * exp64(kept));
    // f = x Phi, f' = Phi + x phi
    case Activation.Gelu: {
      if (abs(kept) > FAR) return kept > 0 ? 1.0 : 0.0;
      return normal(kept) + kept * SQRT_1_2PI * exp64(-0.5 * kept * kept);
    }
    // f = x s, f' = s + x s (1 - s) (2 u)'
    case Activation.GeluTanh: {
      if (abs(kept) > FAR) return kept > 0 ? 1.0 : 0.0;
      const s = sigmoid64(twiceU(kept));
      return s + kept * s * sigmoid64(-twiceU(kept)) * 2.0 * SQRT_2_PI * (1.0 + 0.134145 * kept * kept);
    }
    // s (1 - s), where 1 - s(x) = s(-x) does not cancel
    case Activation.Sigmoid: return sigmoid64(kept) * sigmoid64(-kept);
    // tanh(x) = 2 sigmoid(2 x) - 1
    case Activation.Tanh: return 4.0 * sigmoid64(2.0 * kept) * sigmoid64(-2.0 * kept);
    // y = log(1 + exp(x)), f' = sigmoid(x) = 1 - exp(-y)
    case Activation.Softplus: return -expm164(-kept);
    // f = x s, f' = s (1 + x (1 - s))
    default: {
      if (abs(kept) == Infinity) return kept > 0 ? 1.0 : 0.0;
      return sigmoid64(kept) * (1.0 + kept * sigmoid64(-kept));
    }
  }
}

/** y = f(x); x and y may be the same. */
@inline function forward(
  activation: Activation, x: usize, y: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    for (let at = start; at < start + (<usize>columns << 2); at += 4) {
      const value = load<f32>(x + at);
      // a NaN goes through as it is: the sign of one that is computed may differ between machines
      store<f32>(y + at, value == value ? <f32>valueOf(activation, <f64>value, parameter) : value);
    }
    // f(0) need not be 0, and the columns up to a whole vector must be
    for (let column = columns; (column & 3) != 0; ++column) store<f32>(y + start + (<usize>column << 2), 0);
  }
}

/** dx = f' dy; dx and dy may be the same. */
@inline function backward(
  activation: Activation, kept: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, parameter: f64,
  thread: i32, threads: i32,
): void {
  const end = shareStart(rows, thread + 1, threads);
  for (let row = shareStart(rows, thread, threads); row < end; ++row) {
    const start = <usize>(row * stride) << 2;
    for (let at = start; at < start + (<usize>columns << 2); at += 4) {
      const value = load<f32>(kept + at);
      const gradient = <f64>load<f32>(dy + at);
      store<f32>(dx + at, value == value ? <f32>(derivativeOf(activation, <f64>value, parameter) * gradient) : value);
    }
    for (let column = columns; (column & 3) != 0; ++column) store<f32>(dx + start + (<usize>column << 2), 0);
  }
}

export function leakyReluForward(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  forward(Activation.LeakyRelu, x, y, stride, rows, columns, parameter, thread, threads);
}

export function leakyReluGradient(
  kept: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  backward(Activation.LeakyRelu, kept, dy, dx, stride, rows, columns, parameter, thread, threads);
}

export function eluForward(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  forward(Activation.Elu, x, y, stride, rows, columns, parameter, thread, threads);
}

export function eluGradient(
  kept: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  backward(Activation.Elu, kept, dy, dx, stride, rows, columns, parameter, thread, threads);
}

export function seluForward(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  forward(Activation.Selu, x, y, stride, rows, columns, parameter, thread, threads);
}

export function seluGradient(
  kept: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  backward(Activation.Selu, kept, dy, dx, stride, rows, columns, parameter, thread, threads);
}

export function geluForward(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  forward(Activation.Gelu, x, y, stride, rows, columns, parameter, thread, threads);
}

export function geluGradient(
  kept: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  backward(Activation.Gelu, kept, dy, dx, stride, rows, columns, parameter, thread, threads);
}

export function geluTanhForward(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  forward(Activation.GeluTanh, x, y, stride, rows, columns, parameter, thread, threads);
}

export function geluTanhGradient(
  kept: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  backward(Activation.GeluTanh, kept, dy, dx, stride, rows, columns, parameter, thread, threads);
}

export function sigmoidForward(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  forward(Activation.Sigmoid, x, y, stride, rows, columns, parameter, thread, threads);
}

export function sigmoidGradient(
  kept: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  backward(Activation.Sigmoid, kept, dy, dx, stride, rows, columns, parameter, thread, threads);
}

export function tanhForward(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  forward(Activation.Tanh, x, y, stride, rows, columns, parameter, thread, threads);
}

export function tanhGradient(
  kept: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  backward(Activation.Tanh, kept, dy, dx, stride, rows, columns, parameter, thread, threads);
}

export function softplusForward(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  forward(Activation.Softplus, x, y, stride, rows, columns, parameter, thread, threads);
}

export function softplusGradient(
  kept: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  backward(Activation.Softplus, kept, dy, dx, stride, rows, columns, parameter, thread, threads);
}

export function swishForward(
  x: usize, y: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  forward(Activation.Swish, x, y, stride, rows, columns, parameter, thread, threads);
}

export function swishGradient(
  kept: usize, dy: usize, dx: usize, stride: i32, rows: i32, columns: i32, parameter: f64, thread: i32, threads: i32,
): void {
  backward(Activation.Swish, kept, dy, dx, stride, rows, columns, parameter, thread, threads);
}
