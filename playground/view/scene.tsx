import type { ComponentChildren } from "preact";
import type { Bundle, Column, Walk } from "../engine/walk.ts";
import type { Unit } from "../state/page.ts";
import type { Settings } from "../state/settings.ts";

/** A unit of a hidden layer in a step, and all the numbers that meet there. */
export interface Scene {
  readonly walk: Walk;
  readonly settings: Settings;
  readonly column: number;
  readonly unit: number;
  /** The rate of its layer as it stands. */
  readonly rate: number;
  readonly held: number;
  /** What it hands on. */
  readonly handed: number;
  /** What it holds when nothing sleeps. */
  readonly predicted: number;
  readonly mask: number;
  /** What the step multiplies it by. */
  readonly factor: number;
  readonly gradient: number;
  readonly gradientAfter: number;
  readonly chances: Column["chances"];
  /** What leads to it: what the column before hands on, and the weights. */
  readonly below: Column;
  readonly bundle: Bundle;
}

export function sceneOf(walk: Walk, settings: Settings, { column, unit }: Unit): Scene {
  const { mask, factors, rate, before, after, predicted, gradient, gradientAfter, chances } = walk.columns[column];
  return {
    walk,
    settings,
    column,
    unit,
    rate,
    held: before[unit],
    handed: after[unit],
    predicted: predicted[unit],
    mask: mask[unit],
    factor: factors[unit],
    gradient: gradient?.[unit] ?? 0,
    gradientAfter: gradientAfter?.[unit] ?? 0,
    chances,
    below: walk.columns[column - 1],
    bundle: walk.bundles[column - 1],
  };
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

/** Whose coin, or noise, it is: what it follows from. */
export function keyOf({ walk, settings: { seed }, column, unit }: Scene): string {
  return `seed ${seed}, hidden${column}, epoch ${walk.pass}, point ${walk.row}, unit ${unit}`;
}
