export interface RunOptions {
  output?: "inherit" | "keep";
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  shell?: boolean;
  timeout?: number;
}

export interface Ended {
  code: number | null;
  stdout: string;
  output: string;
}

export function run(command: string, args: readonly string[], options?: RunOptions): Promise<Ended>;
export function npm(args: readonly string[], options?: RunOptions): Promise<Ended>;
