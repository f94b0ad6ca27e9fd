import type { Task } from "../data/data-set.ts";
import type { Column, Walk } from "../engine/walk.ts";
import type { Unit } from "../state/page.ts";
import { figures, percent } from "./numbers.ts";

/** What is said of a unit when it is pointed at. */
export interface UnitWords {
  readonly name: string;
  /** Its numbers in the step, each beside its name. */
  readonly numbers: readonly (readonly [name: string, number: string])[];
}

/** What a step does to what a unit holds. */
function handedOn({ mask, factors, shift, after }: Column, unit: number): readonly [string, string] {
  if (mask[unit] === 0) return ["asleep, hands on", figures(after[unit])];
  const isLeft = factors[unit] === 1 && shift[unit] === 0;
  return [isLeft ? "awake, hands on" : `awake, × ${figures(factors[unit])}, hands on`, figures(after[unit])];
}

/** What the network ends in: a logit and its probability, or a number. */
function outputNumbers({ outputs }: Walk, unit: number, { loss }: Task): UnitWords["numbers"] {
  const value = outputs[unit];
  if (loss === "meanSquaredError") return [["says", figures(value)]];
  const share =
    loss === "binaryCrossEntropy"
      ? 1 / (1 + Math.exp(-value))
      : 1 / outputs.reduce((sum, other) => sum + Math.exp(other - value), 0);
  return [
    ["logit", figures(value)],
    ["probability", percent(share)],
  ];
}

/** The numbers of a unit in a step, the inputs and outputs among the units. */
export function unitWords(walk: Walk, { column, unit }: Unit, task: Task): UnitWords {
  const held = walk.columns[column];
  if (!held) {
    const name = task.loss === "crossEntropy" ? `digit ${unit}` : task.loss === "binaryCrossEntropy" ? "class 1" : "answer";
    return { name, numbers: outputNumbers(walk, unit, task) };
  }
  const gradient = held.gradient?.[unit];
  return {
    name: column === 0 ? `input ${unit}` : `hidden ${column}, neuron ${unit}`,
    numbers: [
      ["holds", figures(held.before[unit])],
      handedOn(held, unit),
      ...(gradient === undefined ? [] : [["gradient", figures(gradient)] as const]),
    ],
  };
}
