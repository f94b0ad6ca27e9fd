import type { ComponentChildren } from "preact";
import type { Walk } from "../engine/walk.ts";
import type { Settings } from "../state/settings.ts";

/** A unit of a hidden layer in a step, and all the numbers that meet there. */
export interface Scene {
  readonly walk: Walk;
  readonly settings: Settings;
  readonly column: number;
  readonly unit: number;
  readonly held: number;
  /** What it holds when nothing sleeps. */
  readonly predicted: number;
  readonly mask: number;
  /** What the step multiplies it by. */
  readonly factor: number;
  readonly gradient: number;
  readonly gradientAfter: number;
}

/** A formula, and the same with the numbers of the scene. */
export function Formula({ children, numbers }: { children: ComponentChildren; numbers: string }) {
  return (
    <>
      <p class="formula">{children}</p>
      <p class="numbers">{numbers}</p>
    </>
  );
}
