import { describe, expect, it } from "vitest";
import { colours, noColours } from "./paint.ts";
import { endText, epochLine, progressLine } from "./train-report.ts";

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
      ...{ skipped: 0.4, learningRate: 0.1, seconds: 4.2, examplesPerSecond: 1 },
    };
    expect(epochLine(epoch, 100)).toBe("epoch  3/10  loss 0.5000  error  5.00%  test error  2.31%  4.20 s");
    expect(epochLine({ ...epoch, testLoss: null, testError: null }, 100)).toBe("epoch  3/10  loss 0.5000  error  5.00%  4.20 s");
    const validated = {
      ...epoch,
      testLoss: null,
      testError: null,
      validationLoss: 0.2,
      validationError: 0.03,
      validationMacroF1: 0.97,
    };
    expect(epochLine(validated, 130)).toBe(
      "epoch  3/10  loss 0.5000  error  5.00%  validation loss 0.2000  validation error  3.00%  validation macroF1 0.9700  4.20 s",
    );
    expect(epochLine(validated, 60)).toBe("epoch  3/10  error  5.00%  validation error  3.00%");
  });

  it("tell of the end, why it came, and whose weights the model has", () => {
    const end = {
      ...({ event: "done", epochs: 12, reason: "epochs", loss: 0.5, error: 0.05, testLoss: 0.1, testError: 0.0231 } as const),
      ...{ skipped: 0.412, weightsHash: "", seconds: 52.1 },
    };
    expect(endText(end, "runs/a-1")).toBe(
      "ended after 12 epochs in 52.1 s\ntest error 2.31%; 41% of the multiply-adds skipped\nwrote runs/a-1\n",
    );
    const early = {
      ...end,
      reason: "patience",
      bestEpoch: 7,
      validationLoss: 0.1,
      validationError: 0.02,
      testAuroc: 0.999,
    } as const;
    expect(endText(early, "runs/a-1")).toBe(
      [
        "ended after 12 epochs in 52.1 s, early: the validation loss got no better",
        "the model is that of epoch 7, the best",
        "validation error 2.00%, test error 2.31%, test auroc 0.9990; 41% of the multiply-adds skipped",
        "wrote runs/a-1",
        "",
      ].join("\n"),
    );
    const stopped = { ...end, event: "interrupted", reason: "aborted", epochs: 1, testLoss: null, testError: null } as const;
    expect(endText(stopped, "a")).toMatch(
      /^ended after 1 epoch in .*\ntraining error 5\.00%; .*\nwrote the model of the last finished epoch to a\n$/,
    );
  });
});
