import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../scripts/root.mjs";

/** The built command as it would be of another version. */
export function otherVersion(folder: string): void {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, "dist"), join(folder, "dist"), { recursive: true, filter: (path) => !/playground|\.d\.ts$/.test(path) });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  for (const name of readdirSync(join(folder, "dist"), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith(".js"))) {
    const path = join(folder, "dist", name);
    const text = readFileSync(path, "utf8");
    if (text.includes(`"${version}"`)) writeFileSync(path, text.replaceAll(`"${version}"`, '"9.9.9"'));
  }
}
