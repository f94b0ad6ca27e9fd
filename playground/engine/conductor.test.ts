import { expect, it } from "vitest";
import { standardSettings } from "../state/settings.ts";
import { Conductor } from "./conductor.ts";
import type { Order, Report } from "./messages.ts";

const settings = { ...standardSettings, points: 32, hidden: [8] };

/** Gives orders, and waits for a report. */
async function conduct(orders: readonly Order[], isLast: (report: Report) => boolean): Promise<readonly Report[]> {
  const reports: Report[] = [];
  await new Promise<void>((resolve) => {
    const conductor = new Conductor((report) => {
      reports.push(report);
      if (!isLast(report)) return;
      conductor.order({ kind: "pause" });
      resolve();
    });
    for (const order of orders) conductor.order(order);
  });
  return reports;
}

it("tells the data, then how both networks stand, then what was ordered by number", async () => {
  const orders: Order[] = [
    { kind: "begin", run: 1, settings },
    { kind: "steps", count: 2 },
    { kind: "steps", count: 3 },
  ];
  const reports = await conduct(orders, (report) => report.kind === "view" && report.step === 5);
  expect(reports[0]).toMatchObject({ kind: "data", run: 1, data: { train: { y: { length: 32 } } } });
  expect(reports.at(-1)).toMatchObject({ kind: "view", run: 1, step: 5, epoch: 2, stepsPerEpoch: 2 });
});

it("begins with the newest settings, and never tells of the others", async () => {
  const orders = [1, 2, 3].map((run): Order => ({ kind: "begin", run, settings: { ...settings, seed: run } }));
  const reports = await conduct(orders, ({ kind, run }) => kind === "view" && run === 3);
  expect(reports.map(({ run }) => run)).not.toContain(2);
});

it("plays until it is told to pause, steered on its way", async () => {
  const orders: Order[] = [
    { kind: "begin", run: 1, settings },
    { kind: "play", speed: Number.POSITIVE_INFINITY },
    { kind: "steer", settings: { ...settings, rate: 1 } },
  ];
  const reports = await conduct(orders, (report) => report.kind === "view" && report.step > 20);
  const last = reports.at(-1);
  expect(last?.kind === "view" && last.drowsy.walk.columns[1].mask.every((word) => word === 0)).toBe(true);
});

it("asks the ensemble when it is wanted", async () => {
  const orders: Order[] = [
    { kind: "begin", run: 1, settings },
    { kind: "ensemble", wanted: true, sample: 7 },
  ];
  const reports = await conduct(orders, ({ kind }) => kind === "ensemble");
  expect(reports.at(-1)).toMatchObject({ kind: "ensemble", run: 1, sample: 7 });
});

it("says what went wrong, and begins anew when it is told to", async () => {
  const wrong = { ...settings, optimizer: "sgd", learningRate: 1e30, points: 64 } as const;
  const failed = await conduct(
    [
      { kind: "begin", run: 1, settings: wrong },
      { kind: "play", speed: Number.POSITIVE_INFINITY },
    ],
    ({ kind }) => kind === "failed",
  );
  expect(failed.at(-1)).toMatchObject({ kind: "failed", message: expect.stringMatching(/learning rate/) });
});
