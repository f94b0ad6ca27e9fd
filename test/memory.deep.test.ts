import { describe, expect, it } from "vitest";
import { heldOverFits, heldOverSteps } from "./memory.ts";

describe("memory", () => {
  it("stays as it is over 100,000 steps", { timeout: 600_000 }, async () => {
    const { warm, end } = await heldOverSteps(100_000);
    expect(end.rss - warm.rss).toBeLessThan(24);
    expect(end.arrayBuffers - warm.arrayBuffers).toBeLessThan(1);
    expect(end.heap - warm.heap).toBeLessThan(2);
    expect(end.threads).toBe(warm.threads);
  });

  it("and threads stay as they are over 2,000 fits, evaluations and predictions", { timeout: 600_000 }, async () => {
    const { warm, end } = await heldOverFits(2_000);
    expect(end.rss - warm.rss).toBeLessThan(192);
    expect(end.arrayBuffers - warm.arrayBuffers).toBeLessThan(1);
    expect(end.heap - warm.heap).toBeLessThan(2);
    // Threads that have just been ended may not be gone yet.
    expect(end.threads).toBeLessThan(warm.threads + 8);
  });
});
