// What Monte Carlo prediction needs beside the kernels of prediction: a module of its own, which a page loads that asks for it.
export { dropout, maskRows, sharedMask } from "./dropout";
