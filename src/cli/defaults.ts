/**
 * What the command takes where its user says nothing, found by trying on MNIST with dropout.
 *
 * A dropped unit makes the gradient noisy, and the noise, not the number of steps, is what limits the first epochs. So:
 * small batches, steps that Adam makes shorter where gradients disagree, first weights below the usual size (dropout's 1 / keep
 * adds to their variance), a learning rate that stays high for long and then falls to nothing, and the paper's max-norm.
 */
export const defaults = {
  hidden: [1024, 1024] as readonly number[],
  /** Its first weights stand in study/activations.ts. */
  activation: "relu",
  /** What a byte counts: pixels reach from 0 to 1.6, with a mean square of about a quarter. */
  inputScale: 1 / 160,
  dropoutKind: "dropout",
  /** Half of the hidden units and a fifth of the inputs, the paper's choice for MNIST. */
  dropout: 0.5,
  inputDropout: 0.2,
  scaling: "inverted",
  /** Its learning rate and momentum stand in study/optimizer.ts. */
  optimizer: "adam",
  schedule: "polynomial",
  warmup: 0,
  maxNorm: 3,
  epochs: 10,
  batchSize: 64,
  seed: 1,
  /** Epochs of each network of the main job: both within two minutes on two cores. */
  mainJobEpochs: 11,
} as const;
