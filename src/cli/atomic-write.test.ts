import {
  chmod,
  type FileHandle,
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DrowseError } from "../tensor/errors.ts";
import { writeFileAtomic } from "./atomic-write.ts";

vi.mock("node:fs/promises", { spy: true });

const before = Uint8Array.of(1, 2, 3);
const after = Uint8Array.of(4, 5, 6, 7);

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "drowse-write-"));
  path = join(folder, "model.safetensors");
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** An error as the system gives it. */
function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: what went wrong, open 'hidden'`), { code });
}

/** The prototype of open files, whose methods can be made to fail. */
async function handles(): Promise<FileHandle> {
  const handle = await open(folder, "r");
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

describe("writeFileAtomic", () => {
  it("writes a new file and replaces an old one, and leaves nothing else", async () => {
    await writeFileAtomic(path, before);
    expect([...(await readFile(path))]).toEqual([...before]);
    await writeFileAtomic(path, after);
    expect([...(await readFile(path))]).toEqual([...after]);
    await writeFileAtomic(path, new Uint8Array(0));
    expect((await readFile(path)).length).toBe(0);
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
  });

  it("replaces the file rather than writing into it: who has the old one open keeps it", async () => {
    await writeFile(path, before);
    await link(path, join(folder, "old"));
    await writeFileAtomic(path, after);
    expect([...(await readFile(join(folder, "old")))]).toEqual([...before]);
  });

  it("brings the bytes to the disk before the name, and the name after", async () => {
    const steps: string[] = [];
    const handle = await handles();
    const { sync } = handle;
    vi.spyOn(handle, "sync").mockImplementation(function (this: FileHandle) {
      steps.push("sync");
      return sync.call(this);
    });
    vi.mocked(rename).mockImplementationOnce(async (from, to) => {
      steps.push("rename");
      await rename(from, to);
    });
    await writeFileAtomic(path, after);
    expect(steps).toEqual(["sync", "rename", "sync"]);
    expect([...(await readFile(path))]).toEqual([...after]);
  });

  it("leaves one whole file when many write at once", async () => {
    const contents = Array.from({ length: 20 }, (_, i) => new Uint8Array(100_000).fill(i));
    await Promise.all(contents.map((bytes) => writeFileAtomic(path, bytes)));
    const found = await readFile(path);
    expect(found.length).toBe(100_000);
    expect(new Set(found).size).toBe(1);
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
  });

  it("keeps the old file's permissions", async () => {
    await writeFile(path, before);
    await chmod(path, 0o640);
    await writeFileAtomic(path, after);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it("follows a symbolic link", async () => {
    await mkdir(join(folder, "disk"));
    await writeFile(join(folder, "disk", "real"), before);
    await symlink(join("disk", "real"), path);
    await writeFileAtomic(path, after);
    expect([...(await readFile(join(folder, "disk", "real")))]).toEqual([...after]);
    expect((await readdir(folder)).sort()).toEqual(["disk", "model.safetensors"]);
    expect(await readdir(join(folder, "disk"))).toEqual(["real"]);
  });
});

describe("when writing fails, writeFileAtomic says so, removes what it began and keeps the old file:", () => {
  const steps: readonly [string, string, string, () => Promise<void>][] = [
    [
      "opening",
      "EACCES",
      "you may not write there",
      async () => void vi.mocked(open).mockRejectedValueOnce(systemError("EACCES")),
    ],
    ["setting the permissions", "EPERM", "you may not write there", async () => failing("chmod", "EPERM")],
    ["writing", "ENOSPC", "the disk is full: free some space", async () => failing("write", "ENOSPC")],
    ["bringing it to the disk", "EIO", "the disk may be broken", async () => failing("sync", "EIO")],
    [
      "renaming",
      "EROFS",
      "the disk is read-only",
      async () => void vi.mocked(rename).mockRejectedValueOnce(systemError("EROFS")),
    ],
  ];

  async function failing(method: "chmod" | "write" | "sync", code: string): Promise<void> {
    vi.spyOn(await handles(), method).mockRejectedValueOnce(systemError(code));
  }

  it.each(steps)("%s (%s)", async (_, code, remedy, fail) => {
    await writeFile(path, before);
    await fail();
    const error = await writeFileAtomic(path, after).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DrowseError);
    expect((error as DrowseError).message).toContain(`write: ${path} cannot be written (${code}: what went wrong); ${remedy}`);
    expect([...(await readFile(path))]).toEqual([...before]);
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
  });

  it("the path is a folder", async () => {
    await mkdir(path);
    await expect(writeFileAtomic(path, after)).rejects.toThrow(`write: ${path} is a folder; give the path of a file`);
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
    expect(await readdir(path)).toEqual([]);
  });

  it.runIf(process.platform !== "win32")("the path is a device", async () => {
    await symlink("/dev/null", path);
    await expect(writeFileAtomic(path, after)).rejects.toThrow("is a device; give the path of a file");
    expect((await stat(path)).isCharacterDevice()).toBe(true);
  });

  it("the folder is missing", async () => {
    const lost = join(folder, "none", "model.safetensors");
    await expect(writeFileAtomic(lost, after)).rejects.toThrow(DrowseError);
    await expect(writeFileAtomic(lost, after)).rejects.toThrow("(ENOENT: no such file or directory); make the folder first");
    expect(await readdir(folder)).toEqual([]);
  });

  it("a part of the path is a file", async () => {
    await writeFile(path, before);
    await expect(writeFileAtomic(join(path, "x"), after)).rejects.toThrow("a part of the path is a file");
    expect([...(await readFile(path))]).toEqual([...before]);
  });

  it("the name is too long", async () => {
    await expect(writeFileAtomic(join(folder, "n".repeat(300)), after)).rejects.toThrow("give a shorter name");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("a folder that cannot be synced", () => {
  it.each(["EINVAL", "EPERM"])("is no failure where the system does not do that (%s)", async (code) => {
    const handle = await handles();
    const { sync } = handle;
    let calls = 0;
    vi.spyOn(handle, "sync").mockImplementation(function (this: FileHandle) {
      return ++calls === 2 ? Promise.reject(systemError(code)) : sync.call(this);
    });
    await writeFileAtomic(path, after);
    expect(calls).toBe(2);
    expect([...(await readFile(path))]).toEqual([...after]);
  });

  it("is one where the disk is broken; the new file is in place by then", async () => {
    const handle = await handles();
    const { sync } = handle;
    let calls = 0;
    vi.spyOn(handle, "sync").mockImplementation(function (this: FileHandle) {
      return ++calls === 2 ? Promise.reject(systemError("EIO")) : sync.call(this);
    });
    await expect(writeFileAtomic(path, after)).rejects.toThrow("cannot be written (EIO");
    expect([...(await readFile(path))]).toEqual([...after]);
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
  });
});

it("an error that is no system's passes as it is", async () => {
  vi.spyOn(await handles(), "write").mockRejectedValueOnce(new TypeError("a bug"));
  await expect(writeFileAtomic(path, after)).rejects.toThrow(new TypeError("a bug"));
  expect(await readdir(folder)).toEqual([]);
});
