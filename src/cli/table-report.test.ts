import { expect, it } from "vitest";
import { noColours } from "./paint.ts";
import type { TableEpoch, TableProgress } from "./table-events.ts";
import { textTableReport } from "./table-report.ts";

const progress: TableProgress = {
  ...({ event: "progress", phase: "first", epoch: 5, epochs: 20, batch: 1, batches: 2 } as const),
  ...{ loss: 0.25, error: 0.125, examplesPerSecond: 45_678, secondsLeft: 7.2 },
};
const epoch = (number: number): TableEpoch => ({
  ...({
    event: "epoch",
    phase: "first",
    epoch: number,
    epochs: 20,
    loss: 0.25,
    error: 0.125,
    validationLoss: 0.5,
    validationError: 0.2,
  } as const),
  ...{ learningRate: 0.001, skipped: 0.3, seconds: 0.1 },
});

/** What a report writes to a terminal of so many columns. */
function written(isLive: boolean, columns: number, events: readonly (TableProgress | TableEpoch)[]): string {
  let text = "";
  const write = (more: string) => {
    text += more;
  };
  const report = textTableReport({ isLive, isClosed: false, columns, palette: noColours, write, writeError: write });
  for (const event of events) report.show(event);
  report.clear();
  return text;
}

it("draws a line that lives over the run on a screen, and takes it away before a line that stays", () => {
  const line = "epoch  5/20  ━━━─────────  loss 0.2500  error 12.50%  45,678 rows/s  at most 0:08 left";
  expect(written(true, 120, [progress])).toBe(`${line}\r\x1b[J`);
  expect(written(true, 50, [progress])).toBe("epoch  5/20  loss 0.2500  error 12.50%\r\x1b[J");
  // The second comes within a tenth of a second.
  expect(written(true, 120, [progress, progress, epoch(5), epoch(10)])).toBe(
    `${line}\r\x1b[Jepoch 10/20   loss 0.2500   error 12.50%   validation loss 0.5000   validation error 20.00%\n`,
  );
  const { error: _, ...number } = progress;
  expect(written(true, 120, [number])).toContain("loss 0.2500  45,678 rows/s");
});

it("says of a second training that it is on all rows", () => {
  const again = { phase: "refit" } as const;
  expect(written(true, 120, [{ ...progress, ...again }])).toContain("on all rows  epoch  5/20");
  expect(written(false, 80, [{ ...epoch(10), ...again }])).toMatch(/^on all rows, epoch 10\/20 {3}loss/);
});

it("writes lines that stay alone where nothing can be drawn over", () => {
  expect(written(false, 80, [progress, epoch(1), progress, epoch(2)])).toBe(
    "epoch  1/20   loss 0.2500   error 12.50%   validation loss 0.5000   validation error 20.00%\n",
  );
});
