import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "../scripts/run.mjs";
import type { Command } from "./contestant.ts";

/** A Python that can import a peer. */
export interface PythonPeer {
  readonly version: string;
  readonly command: Command;
}

/** A peer that is not there, and the command that adds it. */
export interface Missing {
  readonly peer: string;
  readonly remedy: string;
}

/** Who takes part. */
export interface Field {
  readonly drowse: Command;
  /** drowse training for a sweep, on threads or through a queue. */
  readonly queue: Command;
  /** Each version of PyTorch that a Python was found for, oldest first. */
  readonly torch: readonly PythonPeer[];
  readonly onnxruntime: PythonPeer | undefined;
  readonly jax: Command | undefined;
  readonly tfjs: { readonly wasm: Command; readonly cpu: Command } | undefined;
  readonly missing: readonly Missing[];
}

/** Where a virtualenv of the bench's own would be: with what is built and fetched, not with the sources. */
const OWN_PYTHON = ".cache/bench/python";
const PIP = `python3 -m venv ${OWN_PYTHON} && ${OWN_PYTHON}/bin/pip install torch numpy onnx onnxruntime`;

const PROBE = `
import importlib, json
versions = {}
for name in ("torch", "onnxruntime"):
    try:
        module = importlib.import_module(name)
        if name == "onnxruntime":
            importlib.import_module("onnx")
        versions[name] = module.__version__
    except Exception:
        pass
print(json.dumps(versions))
`;

async function versionsIn(python: string): Promise<{ torch?: string; onnxruntime?: string }> {
  const { code, stdout } = await run(python, ["-c", PROBE], { output: "keep" });
  return code === 0 ? JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") : {};
}

/** Parts of a version as numbers, for ordering. */
function byVersion(a: { version: string }, b: { version: string }): number {
  const [left, right] = [a, b].map(({ version }) => version.split(".").map((part) => Number.parseInt(part, 10) || 0));
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

/** Where Pythons usually are: named by the environment, the bench's own virtualenv, and the system's. */
export function usualPythons(root: string): string[] {
  const named = (process.env.DROWSE_BENCH_PYTHON ?? "").split(delimiter).filter(Boolean);
  return [...named, join(root, OWN_PYTHON, "bin/python"), "python3", "/usr/bin/python3"];
}

/**
 * Looks for the peers: packages in bench/node_modules, and Pythons that can import theirs.
 * @param root the repository
 * @param pythons programs to ask; of two with the same version of a peer the first serves
 */
export async function findField(root: string, pythons: readonly string[]): Promise<Field> {
  const torch = new Map<string, PythonPeer>();
  const onnx = new Map<string, PythonPeer>();
  for (const python of new Set(pythons)) {
    const versions = await versionsIn(python);
    const command = (file: string): Command => ({ program: python, arguments: [join(root, "bench/peers", file)] });
    const add = (found: Map<string, PythonPeer>, version: string | undefined, file: string) => {
      if (version !== undefined && !found.has(version)) found.set(version, { version, command: command(file) });
    };
    add(torch, versions.torch, "pytorch.py");
    add(onnx, versions.onnxruntime, "onnx_runtime.py");
  }
  const node = (file: string, ...first: string[]): Command => ({
    program: process.execPath,
    arguments: [join(root, file), ...first],
  });
  const has = (name: string) => existsSync(join(root, "bench/node_modules", name));
  const field = {
    drowse: node(".cache/bench/engine.js"),
    queue: node(".cache/bench/queue.js"),
    torch: [...torch.values()].sort(byVersion),
    onnxruntime: [...onnx.values()].sort(byVersion).at(-1),
    jax: has("@jax-js/jax") ? node("bench/peers/jax.mjs") : undefined,
    tfjs: has("@tensorflow/tfjs-core")
      ? { wasm: node("bench/peers/tfjs.mjs", "wasm"), cpu: node("bench/peers/tfjs.mjs", "cpu") }
      : undefined,
  };
  return { ...field, missing: missingFrom(field) };
}

function missingFrom({ torch, onnxruntime, jax, tfjs }: Omit<Field, "missing">): Missing[] {
  const missing: Missing[] = [];
  const without = (absent: boolean, peer: string, remedy: string) => {
    if (absent) missing.push({ peer, remedy });
  };
  const major = (version: string) => Number.parseInt(version, 10);
  const debian = "apt-get install --no-install-recommends python3-torch libopenblas0-pthread";
  without(!torch.some(({ version }) => major(version) === 1), "PyTorch 1.13 with OpenBLAS", `${debian}, on Debian 12`);
  without(!torch.some(({ version }) => major(version) > 1), "the newest PyTorch", PIP);
  without(onnxruntime === undefined, "onnxruntime", PIP);
  const packages = "npm ci --ignore-scripts --prefix bench";
  without(jax === undefined, "jax-js", packages);
  without(tfjs === undefined, "TensorFlow.js", packages);
  return missing;
}
