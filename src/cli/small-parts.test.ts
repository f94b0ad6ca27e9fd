import { expect, it } from "vitest";
import { formatTable } from "./table.ts";
import { Throttle } from "./throttle.ts";

it("a table has names on the left, numbers on the right and a rule below its heading", () => {
  const rows = [
    ["", "without", "with"],
    ["test error", "1.5%", "12%"],
  ];
  expect(formatTable(rows)).toEqual(["             without   with", "─".repeat(27), "test error      1.5%    12%"]);
});

it("a throttle lets the first through, and one per interval", () => {
  let time = 5;
  const throttle = new Throttle(0.5, () => time);
  const due = [0, 0.125, 0.25, 0.125, 0.375, 3, 0].map((passed) => {
    time += passed;
    return throttle.isDue();
  });
  expect(due).toEqual([true, false, false, true, false, true, false]);
});
