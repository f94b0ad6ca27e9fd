import { isImages, isMade, madeNames, OWN } from "../data/data-set.ts";
import { SAMPLE } from "../data/digits.ts";
import { limits } from "../state/fitting.ts";
import { change, isAllOffered, own, settings } from "../state/page.ts";
import { activationNames, MOST_LAYERS, optimizerNames, type Settings } from "../state/settings.ts";
import { Choice, Range, set, Whole } from "./controls.tsx";
import { count } from "./numbers.ts";
import { OwnFile } from "./own-file.tsx";
import { SleepControls } from "./sleep-controls.tsx";

const UNITS = [4, 8, 16, 24, 32, 48, 64, 96, 128];
const BATCHES = [1, 2, 4, 8, 16, 32, 64, 128];
/** Images to learn from: of the sample, and of all of MNIST. */
const IMAGES = [20, 50, 100, 200, 300, 500, 750, 1000, 1500];
const ALL_IMAGES = [100, 300, 1000, 3000, 10_000, 30_000, 60_000];
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

/** Sets that can be chosen: all of MNIST only where it is served, the file where there is one. */
function setNames(data: Settings["data"]): Settings["data"][] {
  const all = isAllOffered.value || data === "mnist" ? (["mnist"] as const) : [];
  return [...madeNames, "digits", ...all, ...(own.value ? ([OWN] as const) : [])];
}

/** How many images are learned; where they come from. */
function ImageControls({ data, points }: Settings) {
  return (
    <>
      <Among
        label="Images to learn from"
        numbers={data === "mnist" ? ALL_IMAGES : IMAGES}
        value={points}
        onValue={set("points")}
      />
      <p class="note">
        {data === "mnist"
          ? "Losses are measured on 2,000 images each."
          : `${count(SAMPLE.train)} to learn from and ${SAMPLE.test} to be tested on, in 16 shades.`}{" "}
        MNIST, by Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
      </p>
    </>
  );
}

function DataControls(now: Settings) {
  const { data, noise, points } = now;
  return (
    <fieldset>
      <legend>Data, for both</legend>
      <Choice
        label="Set"
        value={data}
        names={setNames(data)}
        called={{
          xor: "XOR",
          gaussian: "two Gaussians",
          circles: "a disc in a ring",
          moons: "two moons",
          gap: "curve with a gap",
          digits: "written digits",
          mnist: "all of MNIST",
          own: own.value?.name ?? "your own file",
        }}
        onValue={set("data")}
      />
      {isImages(data) && <ImageControls {...now} />}
      {isMade(data) && (
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

function NetworkControls({ hidden, activation, kind, rates }: Settings) {
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
        onValue={(count) =>
          change({
            hidden: others(count),
            // Another layer has the rate of the last.
            rates: rates.length === 0 ? [] : Array.from({ length: count }, (_, index) => rates[index] ?? rates[rates.length - 1]),
          })
        }
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
      <Choice
        label="Activation"
        value={activation}
        names={limits[kind].activations ?? activationNames}
        onValue={set("activation")}
      />
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
      <SleepControls {...now} />
      <DataControls {...now} />
      <NetworkControls {...now} />
      <TrainingControls {...now} />
    </section>
  );
}
