import { limits } from "../state/fitting.ts";
import { change } from "../state/page.ts";
import { kindNames, rateOf, type Settings, scalingNames, scheduleNames } from "../state/settings.ts";
import { Choice, Range, set } from "./controls.tsx";
import { kindWords, rateWords } from "./kind-words.ts";
import { RateCurve } from "./rate-curve.tsx";

// What falls asleep, how much, and when.

/** A slider of a rate. */
function Rate({
  label,
  value,
  of: { kind, low, high },
  onValue,
}: {
  label: string;
  value: number;
  of: { kind: Settings["kind"]; low: number; high: number };
  onValue: (value: number) => void;
}) {
  return <Range label={label} value={value} low={low} high={high} step={0.05} says={rateWords(kind, value)} onValue={onValue} />;
}

/** One rate for all hidden layers, or one for each. */
function HiddenRates(now: Settings) {
  const { kind, rate, rates, hidden } = now;
  const of = { kind, ...limits[kind] };
  if (rates.length === 0) return <Rate label="Hidden rate" value={rate} of={of} onValue={set("rate")} />;
  return (
    <>
      {hidden.map((_, index) => (
        <Rate
          // A layer is its place.
          key={String(index)}
          label={`Rate of layer ${index + 1}`}
          value={rateOf(now, index)}
          of={of}
          onValue={(value) => change({ rates: rates.map((old, place) => (place === index ? value : old)) })}
        />
      ))}
    </>
  );
}

/** A box to tick. */
function Tick({ label, checked, onValue }: { label: string; checked: boolean; onValue: (checked: boolean) => void }) {
  return (
    <label class="tick">
      <input type="checkbox" checked={checked} onChange={({ currentTarget }) => onValue(currentTarget.checked)} /> {label}
    </label>
  );
}

function PerLayer(now: Settings) {
  const { rates, hidden } = now;
  const own = () => hidden.map((_, index) => rateOf(now, index));
  return (
    <Tick label="a rate for each layer" checked={rates.length > 0} onValue={(isOwn) => change({ rates: isOwn ? own() : [] })} />
  );
}

function ScalingControls({ scaling, left }: Settings) {
  return (
    <>
      <Choice label="Scaling" value={scaling} names={scalingNames} onValue={set("scaling")} />
      <Tick
        label="the other scaling on the left"
        checked={left === "otherScaling"}
        onValue={(isOther) => change({ left: isOther ? "otherScaling" : "awake" })}
      />
    </>
  );
}

function ScheduleControls({ schedule, span }: Settings) {
  return (
    <>
      <Choice
        label="Schedule"
        value={schedule}
        names={scheduleNames}
        called={{
          frontLoaded: "front-loaded",
        }}
        onValue={set("schedule")}
      />
      {schedule !== "constant" && (
        <Range label="Over" value={span} low={20} high={1000} step={20} says={`${span} epochs`} onValue={set("span")} />
      )}
      {schedule !== "constant" && <RateCurve />}
    </>
  );
}

export function SleepControls(now: Settings) {
  const { kind, inputRate } = now;
  const { learns, scales } = limits[kind];
  // Noise alone is on the inputs as well; all other kinds leave them plain dropout.
  const ofInputs =
    kind === "gaussian" ? { kind, ...limits.gaussian } : { kind: scales ? kind : ("dropout" as const), ...limits.dropout };
  return (
    <fieldset class="sleep">
      <legend>Sleep, in the right network</legend>
      <Choice
        label="Kind"
        value={kind}
        names={kindNames}
        called={Object.fromEntries(kindNames.map((name) => [name, kindWords[name].called]))}
        onValue={set("kind")}
      />
      <p class="note">{kindWords[kind].says}</p>
      <HiddenRates {...now} />
      {now.hidden.length > 1 && <PerLayer {...now} />}
      <Rate label="Input rate" value={inputRate} of={ofInputs} onValue={set("inputRate")} />
      {scales && <ScalingControls {...now} />}
      {learns ? <RateCurve /> : <ScheduleControls {...now} />}
    </fieldset>
  );
}
