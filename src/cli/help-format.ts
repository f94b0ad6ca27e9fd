import type { Option } from "commander";

/** What the help says of an option: its description, its choices, and what it is where nothing is said. */
export function describeOption({ description, argChoices, presetArg, defaultValue, defaultValueDescription }: Option): string {
  const remarks = [
    ...(argChoices ? [argChoices.join(", ")] : []),
    ...(presetArg === undefined ? [] : [`${presetArg} if no number is given`]),
    ...(defaultValue === undefined ? [] : [`default: ${defaultValueDescription ?? defaultValue}`]),
  ];
  return remarks.length === 0 ? description : `${description} (${remarks.join("; ")})`;
}
