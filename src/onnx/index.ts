/**
 * Models for other runtimes: ONNX files, which onnxruntime and others run. Runs in Node and in a browser.
 * @module drowse/onnx
 */
export { type OnnxOptions, toOnnx } from "./to-onnx.ts";
