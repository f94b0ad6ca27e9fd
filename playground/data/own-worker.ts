import { type OwnData, readOwn } from "./own-data.ts";

/** What the thread that reads a file says of it. */
export type FileReport = { readonly own: OwnData } | { readonly refusal: string };

self.addEventListener("message", async ({ data: file }: MessageEvent<File>) => {
  const report: FileReport = await readOwn(file, file.name).then(
    (own) => ({ own }),
    (error) => ({ refusal: error instanceof Error ? error.message : String(error) }),
  );
  self.postMessage(report);
});
