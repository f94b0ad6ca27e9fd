/**
 * What the command takes where its user says nothing.
 *
 * Momentum and max-norm are those of Srivastava et al. 2014 (appendix A): dropout makes gradients noisy, so it wants a
 * large learning rate; max-norm keeps that rate from blowing the weights up, and a rate that falls to nothing lets them
 * settle at the end.
 */
export const defaults = {
  hidden: [1024, 1024] as readonly number[],
  /** He's doubles the variance for rectified units; with dropout's own scaling on top, training begins more calmly with less. */
  initializer: "glorot",
  /** Half of the hidden units and a fifth of the inputs, the paper's choice for MNIST. */
  dropout: 0.5,
  inputDropout: 0.2,
  scaling: "inverted",
  learningRate: 0.1,
  momentum: 0.9,
  maxNorm: 3,
  l2: 0,
  epochs: 10,
  batchSize: 128,
  seed: 1,
  /** Epochs of each network of the main job: within five minutes on two cores, the machine being busy otherwise too. */
  mainJobEpochs: 12,
} as const;

/** The learning rate over a run of `steps` steps: it falls in a straight line from `learningRate` to nearly 0. */
export function decay(learningRate: number, steps: number): (step: number) => number {
  return (step) => learningRate * Math.max(0, 1 - step / steps);
}
