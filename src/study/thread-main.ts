// The script of a thread that trains, one fold or member after the other, or predicts one part after the other, on itself alone.
// It is bundled into a string (see scripts/build.mjs), so that nobody has to serve or find a file. It is one script because nearly all of
// it is the engine.
import { loadModel } from "../formats/model-file.ts";
import { type MemberResult, trainMember } from "./member.ts";
import { type PartWork, predictPartFile } from "./predict-part.ts";
import { serveThread } from "./thread-server.ts";
import type { ThreadSetup, TrialWork } from "./thread-work.ts";
import { type FoldResult, trainFold } from "./trial.ts";

serveThread<ThreadSetup, TrialWork | PartWork, FoldResult | MemberResult | Uint8Array>((setup) => {
  const data = "data" in setup ? setup.data : undefined;
  const model = "model" in setup ? loadModel(setup.model) : undefined;
  return async (work) => {
    if (model && "input" in work) return predictPartFile(model, work);
    if (!data || "input" in work) throw new Error("a thread was asked for what it has not begun with");
    return work.kind === "fold" ? trainFold(data, work.request) : trainMember(data, work.request);
  };
});
