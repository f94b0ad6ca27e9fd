import { useId } from "preact/hooks";
import { change } from "../state/page.ts";
import type { Settings } from "../state/settings.ts";

/** What a control of a setting does with a value. */
export const set =
  <Name extends keyof Settings>(name: Name) =>
  (value: Settings[Name]) =>
    change({ [name]: value });

interface RangeProperties {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly step: number;
  /** The value in words, beside the label. */
  readonly says: string;
  readonly onValue: (value: number) => void;
}

/** A slider, with its value beside its name. */
export function Range({ label, value, low, high, step, says, onValue }: RangeProperties) {
  const id = useId();
  return (
    <div class="control">
      <label for={id}>{label}</label>
      <output for={id}>{says}</output>
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        step={step}
        value={value}
        aria-valuetext={says}
        onInput={({ currentTarget }) => onValue(currentTarget.valueAsNumber)}
      />
    </div>
  );
}

interface ChoiceProperties<Name extends string> {
  readonly label: string;
  readonly value: Name;
  readonly names: readonly Name[];
  /** What the names are called; by default themselves. */
  readonly called?: Readonly<Partial<Record<Name, string>>>;
  readonly onValue: (value: Name) => void;
}

/** A choice among a few. */
export function Choice<Name extends string>({ label, value, names, called, onValue }: ChoiceProperties<Name>) {
  const id = useId();
  return (
    <div class="control choice">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = names.find((name) => name === currentTarget.value);
          if (chosen) onValue(chosen);
        }}
      >
        {names.map((name) => (
          <option key={name} value={name}>
            {called?.[name] ?? name}
          </option>
        ))}
      </select>
    </div>
  );
}

interface WholeProperties {
  readonly label: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly onValue: (value: number) => void;
}

/** A whole number; what is out of its range is not taken over. */
export function Whole({ label, value, low, high, onValue }: WholeProperties) {
  const id = useId();
  return (
    <div class="control choice">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={low}
        max={high}
        value={value}
        onChange={({ currentTarget }) => {
          const given = currentTarget.valueAsNumber;
          if (Number.isInteger(given) && given >= low && given <= high) onValue(given);
          else currentTarget.value = String(value);
        }}
      />
    </div>
  );
}
