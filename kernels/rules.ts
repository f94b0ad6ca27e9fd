// How weights follow their gradient: one function per rule, over `bytes` of weights w, gradients g and the rule's state.
// Each stands for the product's epilogue and for the kernel `update` (update.ts), so that both give the same bits.
//
// Hyper-parameters in a step's record, floats:
//
//   0   learning rate       nothing else in the record depends on it
//   4   l2                  g <- g + l2 w, before everything below
//   8   max-norm            0: none; see max-norm.ts
//   12  clip                gradients are cut to [-clip, clip]; 0: none; see update.ts
//   16  weight decay        w <- w - learningRate decay w, apart from the gradient
//   20  the rule's own, up to seven
//
// State fades where no gradient comes, as behind a unit that never wakes, and would end and stay at the smallest numbers there
// are, below 2^-126, for which processors take a hundred times as long. There it is 0 instead (`faded`); a velocity already below
// 2^-110, so that what a learning rate makes of it stays above as well. No weight feels so little.
//
// A rule returns false when a square in its state is not finite: one that overflows would hold its weight still for ever,
// unseen. The weights are the caller's to look at.

@inline export const L2: usize = 4;
@inline export const MAX_NORM: usize = 8;
@inline export const CLIP: usize = 12;
@inline export const DECAY: usize = 16;
@inline const OWN: usize = 20;

@inline const FAINT_VELOCITY: f32 = 7.703719777548943e-34;
@inline const FAINT_SQUARE: f32 = 1.1754943508222875e-38;

/** x, or 0 where it is below `least`; NaN stays. */
@inline function faded(x: v128, least: f32): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(least)));
}

/** w <- w - learningRate g */
export function gradientDescent(w: usize, gradients: usize, bytes: usize, hyper: usize, l2: f32): bool {
  const learningRate = v128.load_splat<f32>(hyper);
  const penalty = f32x4.splat(l2);
  for (let at: usize = 0; at < bytes; at += 16) {
    const weight = v128.load(w + at);
    const g = f32x4.add(v128.load(gradients + at), f32x4.mul(penalty, weight));
    v128.store(w + at, f32x4.sub(weight, f32x4.mul(learningRate, g)));
  }
  return true;
}

/**
 * Polyak 1964: v <- momentum v + g, w <- w - learningRate v; or `ahead`, Nesterov's momentum (Sutskever et al. 2013):
 * w <- w - learningRate (g + momentum v). Own: momentum. State: v.
 */
export function momentum(
  ahead: bool, w: usize, state: usize, gradients: usize, bytes: usize, hyper: usize, l2: f32,
): bool {
  const learningRate = v128.load_splat<f32>(hyper);
  const penalty = f32x4.splat(l2);
  const mu = v128.load_splat<f32>(hyper, OWN);
  for (let at: usize = 0; at < bytes; at += 16) {
    const weight = v128.load(w + at);
    const g = f32x4.add(v128.load(gradients + at), f32x4.mul(penalty, weight));
    const v = faded(f32x4.add(f32x4.mul(mu, v128.load(state + at)), g), FAINT_VELOCITY);
    v128.store(state + at, v);
    const change = ahead ? f32x4.add(g, f32x4.mul(mu, v)) : v;
    v128.store(w + at, f32x4.sub(weight, f32x4.mul(learningRate, change)));
  }
  return true;
}

/**
 * Adam (Kingma & Ba 2015), and with decay AdamW (Loshchilov & Hutter 2019):
 *
 *   m <- beta1 m + (1 - beta1) g      v <- beta2 v + (1 - beta2) g^2
 *   w <- w - learningRate decay w - learningRate correction1 m / (sqrt(v) correction2 + epsilon)
 *
 * Own: beta1, 1 - beta1, beta2, 1 - beta2, correction1 = 1 / (1 - beta1^t), correction2 = 1 / sqrt(1 - beta2^t), epsilon.
 * State: m, then v.
 */
export function adam(
  w: usize, m: usize, v: usize, gradients: usize, bytes: usize, hyper: usize, l2: f32, decay: f32,
): bool {
  const learningRate = v128.load_splat<f32>(hyper);
  const penalty = f32x4.splat(l2);
  const beta1 = v128.load_splat<f32>(hyper, OWN);
  const rest1 = v128.load_splat<f32>(hyper, OWN + 4);
  const beta2 = v128.load_splat<f32>(hyper, OWN + 8);
  const rest2 = v128.load_splat<f32>(hyper, OWN + 12);
  const step = f32x4.mul(learningRate, v128.load_splat<f32>(hyper, OWN + 16));
  const correction2 = v128.load_splat<f32>(hyper, OWN + 20);
  const epsilon = v128.load_splat<f32>(hyper, OWN + 24);
  const shrinkage = f32x4.mul(learningRate, f32x4.splat(decay));
  let bad = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const weight = v128.load(w + at);
    const g = f32x4.add(v128.load(gradients + at), f32x4.mul(penalty, weight));
    const first = faded(f32x4.add(f32x4.mul(beta1, v128.load(m + at)), f32x4.mul(rest1, g)), FAINT_VELOCITY);
    const second = faded(f32x4.add(f32x4.mul(beta2, v128.load(v + at)), f32x4.mul(rest2, f32x4.mul(g, g))), FAINT_SQUARE);
    v128.store(m + at, first);
    v128.store(v + at, second);
    const change = f32x4.div(f32x4.mul(step, first), f32x4.add(f32x4.mul(f32x4.sqrt(second), correction2), epsilon));
    v128.store(w + at, f32x4.sub(f32x4.sub(weight, f32x4.mul(shrinkage, weight)), change));
    bad = v128.or(bad, f32x4.sub(second, second));
  }
  return !v128.any_true(bad);
}

/**
 * RMSprop (Tieleman & Hinton 2012): s <- rho s + (1 - rho) g^2, u = g / (sqrt(s) + epsilon), w <- w - learningRate u;
 * with a velocity v (0: none) v <- momentum v + u, w <- w - learningRate v.
 *
 * Own: rho, 1 - rho, epsilon, momentum. State: s, then v.
 */
export function rmsprop(
  velocities: bool, w: usize, s: usize, v: usize, gradients: usize, bytes: usize, hyper: usize, l2: f32,
): bool {
  const learningRate = v128.load_splat<f32>(hyper);
  const penalty = f32x4.splat(l2);
  const rho = v128.load_splat<f32>(hyper, OWN);
  const rest = v128.load_splat<f32>(hyper, OWN + 4);
  const epsilon = v128.load_splat<f32>(hyper, OWN + 8);
  const mu = v128.load_splat<f32>(hyper, OWN + 12);
  let bad = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const weight = v128.load(w + at);
    const g = f32x4.add(v128.load(gradients + at), f32x4.mul(penalty, weight));
    const square = faded(f32x4.add(f32x4.mul(rho, v128.load(s + at)), f32x4.mul(rest, f32x4.mul(g, g))), FAINT_SQUARE);
    v128.store(s + at, square);
    let change = f32x4.div(g, f32x4.add(f32x4.sqrt(square), epsilon));
    if (velocities) {
      change = faded(f32x4.add(f32x4.mul(mu, v128.load(v + at)), change), FAINT_VELOCITY);
      v128.store(v + at, change);
    }
    v128.store(w + at, f32x4.sub(weight, f32x4.mul(learningRate, change)));
    bad = v128.or(bad, f32x4.sub(square, square));
  }
  return !v128.any_true(bad);
}

/** Adagrad (Duchi et al. 2011): s <- s + g^2, w <- w - learningRate g / (sqrt(s) + epsilon). Own: epsilon. State: s. */
export function adagrad(w: usize, s: usize, gradients: usize, bytes: usize, hyper: usize, l2: f32): bool {
  const learningRate = v128.load_splat<f32>(hyper);
  const penalty = f32x4.splat(l2);
  const epsilon = v128.load_splat<f32>(hyper, OWN);
  let bad = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) {
    const weight = v128.load(w + at);
    const g = f32x4.add(v128.load(gradients + at), f32x4.mul(penalty, weight));
    const square = f32x4.add(v128.load(s + at), f32x4.mul(g, g));
    v128.store(s + at, square);
    v128.store(w + at, f32x4.sub(weight, f32x4.div(f32x4.mul(learningRate, g), f32x4.add(f32x4.sqrt(square), epsilon))));
    bad = v128.or(bad, f32x4.sub(square, square));
  }
  return !v128.any_true(bad);
}
