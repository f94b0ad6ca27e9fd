import { dataNames, OWN } from "../data/data-set.ts";
import { change, own, settings } from "../state/page.ts";
import { activationNames, kindNames, MOST_LAYERS, optimizerNames, type Settings, scalingNames } from "../state/settings.ts";
import { Choice, Range, Whole } from "./controls.tsx";
import { OwnFile } from "./own-file.tsx";

const UNITS = [4, 8, 16, 24, 32, 48, 64, 96, 128];
const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128];
/** The largest rate of noise that the sliders give. */
const MOST_NOISE = 0.95;
const RATES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];

/** The nearest of some numbers, by its place. */
function placeIn(numbers: readonly number[], value: number): number {
  const distances = numbers.map((number) => Math.abs(Math.log(number / value)));
  return distances.indexOf(Math.min(...distances));
}

/** A slider over some numbers. */
function Among({
  label,
  numbers,
  value,
  onValue,
}: {
  label: string;
  numbers: readonly number[];
  value: number;
  onValue: (value: number) => void;
}) {
  return (
    <Range
      label={label}
      value={placeIn(numbers, value)}
      low={0}
      high={numbers.length - 1}
      step={1}
      says={String(value)}
      onValue={(place) => onValue(numbers[place])}
    />
  );
}

const set =
  <Name extends keyof Settings>(name: Name) =>
  (value: Settings[Name]) =>
    change({ [name]: value });

const asleep = (rate: number) => (rate === 0 ? "nobody sleeps" : `${Math.round(100 * rate)} % asleep`);
const shaken = (rate: number) => (rate === 0 ? "no noise" : `noise 1 ± ${Math.sqrt(rate / (1 - rate)).toFixed(2)}`);

function DropoutControls({ kind, rate, inputRate, scaling }: Settings) {
  const isNoise = kind === "gaussian";
  const says = isNoise ? shaken : asleep;
  // At rate 1 the noise would be infinite.
  const high = isNoise ? MOST_NOISE : 1;
  const choose = (chosen: Settings["kind"]) => {
    const most = chosen === "gaussian" ? MOST_NOISE : 1;
    change({ kind: chosen, rate: Math.min(rate, most), inputRate: Math.min(inputRate, most) });
  };
  return (
    <fieldset class="sleep">
      <legend>Sleep, in the right network</legend>
      <Choice
        label="Kind"
        value={kind}
        names={kindNames}
        called={{ dropout: "neurons sleep", gaussian: "Gaussian noise" }}
        onValue={choose}
      />
      <Range label="Hidden rate" value={rate} low={0} high={high} step={0.05} says={says(rate)} onValue={set("rate")} />
      <Range
        label="Input rate"
        value={inputRate}
        low={0}
        high={high}
        step={0.05}
        says={says(inputRate)}
        onValue={set("inputRate")}
      />
      {!isNoise && <Choice label="Scaling" value={scaling} names={scalingNames} onValue={set("scaling")} />}
    </fieldset>
  );
}

function DataControls({ data, noise, points }: Settings) {
  return (
    <fieldset>
      <legend>Data, for both</legend>
      <Choice
        label="Set"
        value={data}
        names={own.value ? [...dataNames, OWN] : dataNames}
        called={{
          xor: "XOR",
          gaussian: "two Gaussians",
          circles: "a disc in a ring",
          moons: "two moons",
          gap: "curve with a gap",
          own: own.value?.name ?? "your own file",
        }}
        onValue={set("data")}
      />
      {data !== OWN && (
        <>
          <Range label="Noise" value={noise} low={0} high={0.5} step={0.01} says={noise.toFixed(2)} onValue={set("noise")} />
          <Range
            label="Points to learn from"
            value={points}
            low={8}
            high={400}
            step={4}
            says={String(points)}
            onValue={set("points")}
          />
        </>
      )}
      <OwnFile />
    </fieldset>
  );
}

function NetworkControls({ hidden, activation }: Settings) {
  const others = (count: number) => Array.from({ length: count }, (_, index) => hidden[index] ?? hidden.at(-1) ?? 32);
  return (
    <fieldset>
      <legend>Network</legend>
      <Range
        label="Hidden layers"
        value={hidden.length}
        low={1}
        high={MOST_LAYERS}
        step={1}
        says={String(hidden.length)}
        onValue={(count) => change({ hidden: others(count) })}
      />
      {hidden.map((units, index) => (
        <Among
          // A layer is its place.
          key={String(index)}
          label={`Units of layer ${index + 1}`}
          numbers={UNITS}
          value={units}
          onValue={(value) => change({ hidden: hidden.map((old, place) => (place === index ? value : old)) })}
        />
      ))}
      <Choice label="Activation" value={activation} names={activationNames} onValue={set("activation")} />
    </fieldset>
  );
}

function TrainingControls({ optimizer, learningRate, batch, maxNorm, seed }: Settings) {
  return (
    <fieldset>
      <legend>Training</legend>
      <Choice
        label="Optimizer"
        value={optimizer}
        names={optimizerNames}
        called={{ adam: "Adam", sgd: "gradient descent", momentum: "with momentum", rmsprop: "RMSProp" }}
        onValue={set("optimizer")}
      />
      <Among label="Learning rate" numbers={RATES} value={learningRate} onValue={set("learningRate")} />
      <Among label="Points in a batch" numbers={BATCHES} value={batch} onValue={set("batch")} />
      <Range
        label="Max-norm"
        value={maxNorm}
        low={0}
        high={5}
        step={0.5}
        says={maxNorm === 0 ? "no limit" : String(maxNorm)}
        onValue={set("maxNorm")}
      />
      <Whole label="Seed" value={seed} low={0} high={999_999} onValue={set("seed")} />
    </fieldset>
  );
}

export function SettingsPanel() {
  const now = settings.value;
  return (
    <section class="card settings" aria-label="Settings">
      <DropoutControls {...now} />
      <DataControls {...now} />
      <NetworkControls {...now} />
      <TrainingControls {...now} />
    </section>
  );
}
