import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npm } from "../scripts/run.mjs";

/** What `npm pack` says of the tarball. */
export interface Packed {
  readonly filename: string;
  /** Bytes of the tarball. */
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** The package as it would be published, and an empty project into which it has been installed. */
export interface Installed {
  readonly packed: Packed;
  /** Path of the tarball. */
  readonly tarball: string;
  /** The project's folder. */
  readonly project: string;
  remove(): void;
}

/** Packs dist/ as it is, and installs the tarball offline, without scripts and with an empty cache. */
export async function packAndInstall(): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), "drowse-package-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const kept = { output: "keep" } as const;
    const packing = await npm(["pack", "--ignore-scripts", "--json", "--pack-destination", folder], kept);
    if (packing.code !== 0) throw new Error(`npm pack: ${packing.output}`);
    const [packed] = JSON.parse(packing.stdout) as Packed[];
    const tarball = join(folder, packed.filename);
    const project = join(folder, "project");
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
    const offline = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", join(folder, "cache")];
    const installing = await npm(["install", ...offline, tarball], { ...kept, cwd: project });
    if (installing.code !== 0) throw new Error(`npm install: ${installing.output}`);
    return { packed, tarball, project, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
