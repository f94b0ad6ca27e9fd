// The kinds of dropout beside dropout itself, with kernels of their own: loaded when one of them is chosen.
export { alphaDropout, concreteDropout, dropConnect, dropoutNoise, gaussianDropout, standout, variationalDropout } from "drowse";
