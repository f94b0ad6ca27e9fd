import { describe, expect, it } from "vitest";
import { colours, noColours } from "./paint.ts";
import { epochLine, progressLine } from "./train-report.ts";

describe("the lines of a training", () => {
  const progress = {
    ...({ event: "progress", epoch: 2, epochs: 10, batch: 235, batches: 469 } as const),
    ...{ loss: 0.12345, error: 0.0376, skipped: 0.75, examplesPerSecond: 12_345, secondsLeft: 61.2 },
  };

  it("tell of progress as much as fits", () => {
    const line = (columns: number) => progressLine(progress, { columns, palette: noColours });
    expect(line(100)).toBe("epoch  2/10  ━━━───  loss 0.1235  error 3.76%  12,345 examples/s  1:02 left");
    expect(line(80)).toBe("epoch  2/10  ━━━───  loss 0.1235  error 3.76%  12,345 examples/s  1:02 left");
    expect(line(60)).toBe("epoch  2/10  loss 0.1235  error 3.76%  1:02 left");
    expect(line(30)).toBe("epoch  2/10  loss 0.1235");
  });

  it("are as long with colours as without", () => {
    const painted = progressLine(progress, { columns: 60, palette: colours });
    expect(painted).toContain("\x1b[");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with the escape character.
    expect(painted.replace(/\x1b\[\d+m/g, "")).toBe(progressLine(progress, { columns: 60, palette: noColours }));
  });

  it("tell of an epoch, with a test set or without", () => {
    const epoch = {
      ...({ event: "epoch", epoch: 3, epochs: 10, loss: 0.5, error: 0.05, testLoss: 0.1, testError: 0.0231 } as const),
      ...{ learningRate: 0.1, seconds: 4.2, examplesPerSecond: 1 },
    };
    expect(epochLine(epoch, 100)).toBe("epoch  3/10  loss 0.5000  error  5.00%  test error  2.31%  4.20 s");
    expect(epochLine({ ...epoch, testLoss: null, testError: null }, 100)).toBe("epoch  3/10  loss 0.5000  error  5.00%  4.20 s");
  });
});
