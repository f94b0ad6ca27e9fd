import { takePageFigure } from "./page-figure.mjs";
import { isProgram } from "./root.mjs";

// The picture of a report in docs/figures, by a Chromium, of a training with its defaults on a table:
//
//   node scripts/report-figure.mjs TABLE [options of drowse train]

if (isProgram(import.meta.url)) {
  await takePageFigure("report-figure", { command: "train", page: "report.html", figure: "report.png", height: 1480 });
}
