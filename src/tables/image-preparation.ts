import { JsonMembers } from "../formats/json-members.ts";
import { type JsonValue, parseStrictJson } from "../formats/strict-json.ts";
import { DrowseError, show } from "../tensor/errors.ts";
import type { Channels } from "./png-pixels.ts";

/** What stands between a folder of images and a network: stored with the model. The size of the images is the model's input shape. */
export interface ImagePreparation {
  /** Names of the classes, in the order of the network's outputs. */
  readonly classes: readonly string[];
  readonly channels: Channels;
}

const OPERATION = "preparation";
const REMEDY = "the file was changed or damaged: save the model again";

/** The version of the format. */
const FORMAT = "drowse-images/1";

/** A preparation as strict JSON, for the metadata of a model's file. */
export function imagePreparationText({ classes, channels }: ImagePreparation): string {
  return JSON.stringify({ format: FORMAT, classes, channels });
}

/**
 * Reads what {@link imagePreparationText} wrote; undefined where a text is of another format.
 * @throws {DrowseError} on anything else in it that would not have been written.
 */
export function readImagePreparation(text: string): ImagePreparation | undefined {
  const json: JsonValue = parseStrictJson(text, { operation: OPERATION, remedy: REMEDY });
  const damaged = (received: string) => new DrowseError(OPERATION, received, REMEDY);
  const members = new JsonMembers("it", json, damaged);
  if (members.get("format") !== FORMAT) return undefined;
  const [classes, channels] = [members.texts("classes"), members.text("channels")];
  if (classes.length < 2 || new Set(classes).size !== classes.length) throw damaged(`the classes are ${show(classes)}`);
  if (channels !== "grey" && channels !== "rgb") throw damaged(`channels is ${show(channels)}`);
  return { classes, channels };
}
