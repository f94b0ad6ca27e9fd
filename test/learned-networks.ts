import fc from "fast-check";
import {
  concreteDropout,
  dense,
  dropConnect,
  type Layer,
  type Model,
  type Scaling,
  sequential,
  softplus,
  variationalDropout,
} from "../src/index.ts";
import { SHARED, streamKey, TRAINING } from "../src/random/streams.ts";
import { transpose } from "../src/reference/compression.ts";
import type { Network, NetworkLayer } from "../src/reference/network.ts";
import { sizeOf } from "../src/tensor/shape.ts";

// Random networks of layers that learn their noise and of DropConnect. Their activations are smooth, so that every gradient can be
// compared with central differences, and no number lies on another side of a kink in single precision.

export interface LearnedRecipe {
  readonly inputs: number;
  readonly blocks: readonly Block[];
  readonly rows: number;
  readonly seed: number;
}

/** Noise, a product and an activation: what layers are made of. */
interface Block {
  readonly noise: "none" | "variational" | "variationalPerUnit" | "concrete";
  readonly units: number;
  /** Of DropConnect; left out: a dense layer. */
  readonly connect: { readonly rate: number; readonly shared: boolean; readonly scaling: Scaling } | undefined;
  readonly bias: boolean;
}

export const learnedRecipes = (widest: number): fc.Arbitrary<LearnedRecipe> => {
  const width = fc.integer({ min: 1, max: widest });
  const connect = fc.record({
    rate: fc.constantFrom(0, 0.2, 0.5, 0.9, 1),
    shared: fc.boolean(),
    scaling: fc.constantFrom<Scaling>("inverted", "standard"),
  });
  const block = fc.record({
    noise: fc.constantFrom<Block["noise"]>("none", "variational", "variationalPerUnit", "concrete"),
    units: width,
    connect: fc.option(connect, { nil: undefined }),
    bias: fc.boolean(),
  });
  return fc.record({
    inputs: width,
    blocks: fc.array(block, { minLength: 1, maxLength: 3 }),
    rows: fc.integer({ min: 1, max: 7 }),
    seed: fc.nat(),
  });
};

const noises: Record<Block["noise"], () => Layer[]> = {
  none: () => [],
  variational: () => [variationalDropout({ rate: 0.3, klWeight: 0.5 })],
  variationalPerUnit: () => [variationalDropout({ rate: 0.1, perUnit: true })],
  concrete: () => [concreteDropout({ rate: 0.3, temperature: 0.3, weightRegularizer: 0.2, dropoutRegularizer: 0.4 })],
};

export function makeLearned({ inputs, blocks, seed }: LearnedRecipe): Model {
  const layers = blocks.flatMap(({ noise, units, connect, bias }, i) => {
    const options = { bias, gain: 0.5 };
    const product = connect
      ? dropConnect(units, {
          ...options,
          rate: connect.rate,
          scaling: connect.scaling,
          sharedAcross: connect.shared ? ["batch"] : [],
        })
      : dense(units, options);
    return [...noises[noise](), product, ...(i + 1 < blocks.length ? [softplus()] : [])];
  });
  return sequential({ input: [inputs], seed }, layers);
}

/** The f64 twin of such a model. */
export function learnedTwin(
  model: Model,
  { pass, batch, rows, stream = TRAINING }: { pass: number; batch: number; rows: number; stream?: number },
): Network {
  const layers = model.graph.nodes.map(({ name, layer, inputShape, outputShape }): NetworkLayer => {
    const { kind, config } = layer;
    const numbers = (parameter: string) => Float64Array.from(model.weights.get(`${name}.${parameter}`) ?? []);
    const keys = { key: streamKey(model.seed, `mask/${name}`), pass };
    const mask = { ...keys, stream };
    if (kind === "softplus") return { type: "activation", name: "softplus", parameter: 0 };
    if (kind === "variationalDropout")
      return { type: kind, learned: numbers("log_alpha"), klWeight: Number(config.klWeight), mask };
    if (kind === "concreteDropout") {
      const { temperature, weightRegularizer, dropoutRegularizer } = config as Record<string, number>;
      return { type: kind, learned: numbers("logit"), temperature, weightRegularizer, dropoutRegularizer, mask };
    }
    const [K, N] = [sizeOf(inputShape), sizeOf(outputShape)];
    const product = {
      K,
      N,
      weight: Float64Array.from(transpose(numbers("weight"), N, K)),
      ...(config.bias ? { bias: numbers("bias") } : {}),
    };
    if (kind !== "dropConnect") return { type: "dense", ...product };
    const { rate, scaling, sharedAcross } = config as unknown as { rate: number; scaling: Scaling; sharedAcross: string[] };
    const words = sharedAcross.length > 0 ? { ...keys, stream: stream | SHARED, batch } : mask;
    return { type: "dropConnect", ...product, rate, scaling, mask: words };
  });
  return { layers, loss: "meanSquaredError", trainingRows: rows };
}
