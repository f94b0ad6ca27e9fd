import type { Kernels } from "./kernels.ts";

const MEMORY_IMPORT = 2;
const SHARED_LIMITS = 0x03;
const UNSHARED_LIMITS = 0x01;

/** Unsigned LEB128 at `at`: the value and where it ends. */
function readLeb(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7, at++) {
    value |= (bytes[at] & 0x7f) << shift;
    if (bytes[at] < 0x80) return [value, at + 1];
  }
}

/** Where the module's only import, its memory, keeps the byte that says whether it is shared. */
function limitsByte(bytes: Uint8Array): number {
  for (let at = 8; at < bytes.length; ) {
    const section = bytes[at];
    const [length, start] = readLeb(bytes, at + 1);
    if (section === MEMORY_IMPORT) {
      let [, position] = readLeb(bytes, start);
      for (let name = 0; name < 2; name++) {
        const [nameLength, nameStart] = readLeb(bytes, position);
        position = nameStart + nameLength;
      }
      return position + 1;
    }
    at = start + length;
  }
  throw new Error("the kernel module imports no memory");
}

/** Kernels, deflated and in base64: those of training, of prediction, of Monte Carlo prediction, of a family of layers (`generated/`). */
export interface KernelSet {
  readonly deflated: string;
  /** Argument names of its kernels, in order, where they are not with those that everyone knows. */
  readonly arguments?: () => Readonly<Record<string, readonly string[]>>;
}

const compiled = {
  shared: new Map<KernelSet, Promise<WebAssembly.Module>>(),
  unshared: new Map<KernelSet, Promise<WebAssembly.Module>>(),
};

/** The compiled modules of several sets, none twice. */
export function kernelModules(sets: readonly KernelSet[], shared: boolean): Promise<WebAssembly.Module[]> {
  return Promise.all([...new Set(sets)].map((set) => kernelModule(set, shared)));
}

/** The compiled kernels for shared or unshared memory: one module, which differs in one byte. Compiled once. */
export function kernelModule(kernels: KernelSet, shared: boolean): Promise<WebAssembly.Module> {
  const modules = shared ? compiled.shared : compiled.unshared;
  let module = modules.get(kernels);
  if (!module) {
    module = compile(kernels, shared);
    modules.set(kernels, module);
  }
  return module;
}

async function compile({ deflated }: KernelSet, shared: boolean): Promise<WebAssembly.Module> {
  const packed = new Blob([Uint8Array.from(atob(deflated), (digit) => digit.charCodeAt(0))]);
  const bytes = new Uint8Array(
    await new Response(packed.stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer(),
  );
  bytes[limitsByte(bytes)] = shared ? SHARED_LIMITS : UNSHARED_LIMITS;
  return WebAssembly.compile(bytes);
}

/** The kernels of modules over one memory. */
export async function instantiateKernels(modules: readonly WebAssembly.Module[], memory: WebAssembly.Memory): Promise<Kernels> {
  const instances = await Promise.all(modules.map((module) => WebAssembly.instantiate(module, { env: { memory } })));
  return kernelsOf(instances);
}

/** All that instances of modules export, by name. */
export function kernelsOf(instances: readonly WebAssembly.Instance[]): Kernels {
  return Object.assign({}, ...instances.map(({ exports }) => exports)) as Kernels;
}
