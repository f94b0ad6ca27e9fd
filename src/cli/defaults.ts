/**
 * What the command takes where its user says nothing, found by trying on MNIST with dropout.
 *
 * A dropped unit makes the gradient noisy, and the noise, not the number of steps, is what limits the first epochs. So:
 * small batches with little momentum, first weights below the usual size (dropout's 1 / keep adds to their variance),
 * a learning rate that stays high for long and then falls to nothing, and max-norm to keep it from blowing weights up.
 */
export const defaults = {
  hidden: [1024, 1024] as readonly number[],
  initializer: "glorot",
  gain: 0.5,
  /** What a byte counts: pixels reach from 0 to 1.6, with a mean square of about a quarter. */
  inputScale: 1 / 160,
  /** Half of the hidden units and a fifth of the inputs, the paper's choice for MNIST. */
  dropout: 0.5,
  inputDropout: 0.2,
  scaling: "inverted",
  learningRate: 0.1,
  momentum: 0.5,
  maxNorm: 3,
  l2: 0,
  epochs: 10,
  batchSize: 32,
  seed: 1,
  /** Epochs of each network of the main job: within five minutes on two cores, the machine being busy otherwise too. */
  mainJobEpochs: 14,
} as const;

/**
 * The learning rate over a run of `steps` steps: learningRate * (1 - step / steps)^(3/4), a little above the straight
 * line to 0. The power is made of square roots, which have the same bits everywhere; Math.pow has not.
 */
export function decay(learningRate: number, steps: number): (step: number) => number {
  return (step) => {
    const left = Math.max(0, 1 - step / steps);
    return learningRate * Math.sqrt(left * Math.sqrt(left));
  };
}
