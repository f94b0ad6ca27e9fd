import { takePageFigure } from "./page-figure.mjs";
import { isProgram } from "./root.mjs";

// The picture of a sweep's page in docs/figures, by a Chromium:
//
//   node scripts/sweep-figure.mjs TABLE [options of drowse sweep]

if (isProgram(import.meta.url)) {
  await takePageFigure("sweep-figure", { command: "sweep", page: "sweep.html", figure: "sweep.png", height: 1180 });
}
