import { writeFileSync } from "node:fs";

/**
 * A reporter of vitest that notes down every test with its outcome, for scripts/test.mjs to count: unlike vitest's own JSON it
 * keeps the reason that a test gave when it skipped itself, and the files and hooks that failed without a failed test.
 */
export default class TallyReporter {
  onTestRunEnd(modules) {
    const tally = { passed: 0, failed: [], skipped: [] };
    for (const module of modules) {
      for (const test of module.children.allTests()) count(test, `${module.relativeModuleId}: ${test.fullName}`, tally);
      for (const suite of [module, ...module.children.allSuites()]) {
        if (suite.errors().length > 0) tally.failed.push(`${module.relativeModuleId}: ${suite.fullName ?? "the file itself"}`);
      }
    }
    writeFileSync(process.env.DROWSE_TALLY, JSON.stringify(tally));
  }
}

function count(test, name, tally) {
  const { state, note } = test.result();
  if (state === "passed") tally.passed += 1;
  else if (state === "skipped") tally.skipped.push(note ? `${name} (${note})` : name);
  // Failed, or pending for ever, as a test is whose process died under it.
  else tally.failed.push(name);
}
