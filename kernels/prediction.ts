// The kernels without which nothing is predicted: a module of their own, so that a page that only predicts loads no others.
export {
  eluForward, geluForward, geluTanhForward, leakyReluForward, seluForward, sigmoidForward, softplusForward, swishForward,
  tanhForward,
} from "./activations";
export { barrier } from "./barrier";
export { compressRows } from "./compress";
export { denseForward } from "./dense-forward";
export { scale } from "./dropout";
export { inputBytes, inputFloats } from "./inputs";
export { gaussian, identity, sigmoid, softmax } from "./links";
export { relu } from "./relu";
