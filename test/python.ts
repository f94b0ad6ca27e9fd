import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { usualPythons } from "../bench/field.ts";
import { root } from "../scripts/root.mjs";

/** A Python that can import modules, or why there is none: named by DROWSE_BENCH_PYTHON, or where Pythons usually are. */
export function findPython(modules: readonly string[]): { readonly path: string } | { readonly missing: string } {
  for (const path of usualPythons(root)) {
    const { status } = spawnSync(path, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
    if (status === 0) return { path };
  }
  return { missing: `no Python with ${modules.join(" and ")}: name one in DROWSE_BENCH_PYTHON` };
}

/** What a program of test/python/ makes of a job. */
export function runPython(path: string, program: string, job: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(path, [join(root, "test/python", program)], {
    ...{ input: JSON.stringify(job), encoding: "utf8", maxBuffer: 2 ** 28 },
  });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}
