import { JsonMembers } from "../formats/json-members.ts";
import { type JsonValue, parseStrictJson } from "../formats/strict-json.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { Preparation, TableInput, TableTarget } from "./preparation.ts";

// A preparation as strict JSON, in the metadata of a model's file.

const OPERATION = "preparation";
const REMEDY = "the file was changed or damaged: save the model again";

/** The version of the format. */
const FORMAT = "drowse-table/1";

/** A preparation as text. */
export function preparationText(preparation: Preparation): string {
  const { inputs, target, ignored, reading } = preparation;
  return JSON.stringify({ format: FORMAT, inputs, target, ignored, reading });
}

/**
 * Reads a preparation, and checks every value.
 * @throws {DrowseError} on anything that {@link preparationText} would not have written.
 */
export function readPreparation(text: string): Preparation {
  const json = parseStrictJson(text, { operation: OPERATION, remedy: REMEDY });
  const members = membersOf("it", json);
  if (members.get("format") !== FORMAT) throw damaged(`its format is ${show(members.get("format"))}`);
  const inputs = members.list("inputs").map(readInput);
  if (inputs.length === 0) throw damaged("it has no inputs");
  const ignored = members.list("ignored").map((item) => {
    const column = membersOf("an ignored column", item);
    return { name: column.text("name"), reason: column.text("reason") };
  });
  const target = readTarget(members.get("target"));
  const names = [...inputs, ...ignored, target].map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw damaged(`the column ${show(twice)} is there twice`);
  const reading = membersOf("reading", members.get("reading"));
  const decimal = reading.text("decimal");
  if (decimal !== "." && decimal !== ",") throw damaged(`decimal is ${show(decimal)}`);
  return { inputs, target, ignored, reading: { header: reading.flag("header"), decimal, missing: reading.texts("missing") } };
}

const damaged = (received: string) => new DrowseError(OPERATION, received, REMEDY);

const membersOf = (what: string, value: JsonValue | undefined) => new JsonMembers(what, value, damaged);

const isAbove0 = (value: number) => value > 0;

function readInput(json: JsonValue): TableInput {
  const members = membersOf("an input", json);
  const type = members.text("type");
  const common = { name: members.text("name"), indicator: members.flag("indicator") };
  if (type === "number") {
    const standard = { mean: members.number("mean"), deviation: members.positive("deviation") };
    return { ...common, type, ...standard, fill: members.number("fill") };
  }
  if (type === "category") {
    const levels = members.texts("levels");
    const fill = members.number("fill");
    if (!Number.isInteger(fill) || fill < 0 || fill >= levels.length) throw damaged(`fill of ${show(common.name)} is ${fill}`);
    if (new Set(levels).size !== levels.length) throw damaged(`a level of ${show(common.name)} is there twice`);
    return { ...common, type, levels, fill };
  }
  if (type === "vector") {
    const [mean, deviation] = [members.numbers("mean"), members.numbers("deviation")];
    if (mean.length === 0 || mean.length !== deviation.length || !deviation.every(isAbove0)) {
      throw damaged(`${show(common.name)} has ${mean.length} means and ${deviation.length} deviations`);
    }
    return { ...common, type, mean, deviation };
  }
  throw damaged(`the type of ${show(common.name)} is ${show(type)}`);
}

function readTarget(json: JsonValue | undefined): TableTarget {
  const members = membersOf("target", json);
  const [name, task] = [members.text("name"), members.text("task")];
  if (task === "regression") return { name, task, mean: members.number("mean"), deviation: members.positive("deviation") };
  if (task !== "classification") throw damaged(`the task is ${show(task)}`);
  const classes = members.texts("classes");
  if (classes.length < 2 || new Set(classes).size !== classes.length) throw damaged(`the classes are ${show(classes)}`);
  return { name, task, classes };
}
