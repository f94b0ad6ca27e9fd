// What only tests ask the kernels for: functions and words by themselves, and the constants that TypeScript repeats. A module of
// its own, which no page loads.
export { compressColumns } from "./compress";
export { blockRows, panelColumns, scratchBytes } from "./layout";
export { exp, log } from "./math";
export { maskWords, philoxBlock } from "./philox";
