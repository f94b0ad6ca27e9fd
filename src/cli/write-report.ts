import { join } from "node:path";
import type { RunFacts } from "../report/run-facts.ts";
import { writeFileAtomic } from "./atomic-write.ts";

/** The report's file in a run folder. */
export const REPORT_FILE = "report.html";

/** Writes the page of a run to its folder, and returns its path. */
export async function writeReport(folder: string, facts: RunFacts): Promise<string> {
  // What draws is loaded by who draws: it is as large as the rest of the command.
  const { reportPage } = await import("../report/page.ts");
  const path = join(folder, REPORT_FILE);
  await writeFileAtomic(path, Buffer.from(await reportPage(facts)));
  return path;
}
