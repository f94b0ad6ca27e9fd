// Kernels of layers and losses that few use: a module of their own, loaded where a layer or loss asks for it, so that the others'
// pages do not carry it. It works over the same memory.
export { blockRows, panelColumns, scratchBytes } from "./layout";
