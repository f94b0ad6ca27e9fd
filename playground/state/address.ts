import { fitted } from "./fitting.ts";
import { fields, type SettingName, type Settings, settingNames, standardSettings } from "./settings.ts";

// The settings in the fragment of the page's address: #data=moons&rate=0.5. What stands at its standard is left out.

/** The settings of a fragment, and what of it could not be read, in words. */
export interface ReadAddress {
  readonly settings: Settings;
  readonly complaints: readonly string[];
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(fields, name);
}

/** As much of a text as a message can hold. */
function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/**
 * Reads a fragment, with or without its #. What cannot be read keeps its standard, what does not go together is changed, and both
 * are complained of.
 */
export function readAddress(fragment: string): ReadAddress {
  const read: Record<string, unknown> = {};
  const complaints = new Set<string>();
  for (const [name, text] of new URLSearchParams(fragment.replace(/^#/, ""))) {
    if (!isSetting(name)) {
      complaints.add(`there is no setting “${shown(name)}”`);
      continue;
    }
    const value = fields[name].read(text);
    if (value === undefined) complaints.add(`${name} cannot be “${shown(text)}”: it is ${fields[name].accepts}`);
    else read[name] = value;
  }
  const { settings, says } = fitted({ ...standardSettings, ...read });
  return { settings, complaints: [...complaints, ...says] };
}

function showSetting<Name extends SettingName>(name: Name, settings: Settings): string {
  return fields[name].show(settings[name]);
}

/** The fragment of settings, empty where all stand at their standard. */
export function writeAddress(settings: Settings): string {
  const parts = settingNames
    .filter((name) => showSetting(name, settings) !== showSetting(name, standardSettings))
    .map((name) => `${name}=${encodeURIComponent(showSetting(name, settings)).replaceAll("%2C", ",")}`);
  return parts.length === 0 ? "" : `#${parts.join("&")}`;
}
