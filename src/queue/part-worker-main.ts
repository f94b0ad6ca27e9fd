// The script of a thread that predicts: one part after the other, on itself alone.
// It is bundled into a string (see scripts/build.mjs), so that nobody has to serve or find a file.
import { loadModel } from "../formats/model-file.ts";
import { serveThread } from "../study/thread-server.ts";
import { type PartWork, predictPartFile } from "./predict-part.ts";

serveThread<Uint8Array, PartWork, Uint8Array>((bytes) => {
  const model = loadModel(bytes);
  return (work) => predictPartFile(model, work);
});
