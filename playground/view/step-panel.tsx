import { signal } from "@preact/signals";
import type { Walk } from "../engine/walk.ts";
import { chosen, data, lookAt, looked, row, settings, type Unit, view } from "../state/page.ts";
import type { Settings } from "../state/settings.ts";
import { BackwardThroughNoise, Multiply, Noise, PredictWithoutNoise } from "./noise-stages.tsx";
import { figures } from "./numbers.ts";
import { Formula, type Scene } from "./scene.tsx";

function sceneOf(walk: Walk, now: Settings, { column, unit }: Unit): Scene {
  const { mask, factors, before, predicted, gradient, gradientAfter } = walk.columns[column];
  return {
    walk,
    settings: now,
    column,
    unit,
    held: before[unit],
    predicted: predicted[unit],
    mask: mask[unit],
    factor: factors[unit],
    gradient: gradient?.[unit] ?? 0,
    gradientAfter: gradientAfter?.[unit] ?? 0,
  };
}

const MOST_TERMS = 3;

function Forward({ walk, settings: { activation }, column, unit, held }: Scene) {
  const { weights, biases } = walk.bundles[column - 1];
  const { after } = walk.columns[column - 1];
  const terms = Array.from(after, (value, index) => `${figures(weights[unit * after.length + index])} × ${figures(value)}`);
  const shown = terms.slice(0, MOST_TERMS).join(" + ");
  const more = terms.length > MOST_TERMS ? ` + … ${terms.length - MOST_TERMS} more` : "";
  return (
    <>
      <p>The neuron multiplies what comes in by its weights, adds its bias, and passes the sum through its activation.</p>
      <Formula numbers={`${activation}(${shown}${more} + ${figures(biases[unit])}) = ${figures(held)}`}>
        h = {activation}(w · x + b)
      </Formula>
    </>
  );
}

function Mask({ walk, settings: { rate, seed }, column, unit, mask }: Scene) {
  return (
    <>
      <p>
        Then a coin is thrown that says “sleep” with probability {rate}. It is no coin of the moment: it follows from the seed,
        and from who it is for.
      </p>
      <Formula
        numbers={`mask(seed ${seed}, hidden${column}, epoch ${walk.pass}, point ${walk.row}, unit ${unit}) = ${mask}: the neuron ${mask === 1 ? "is awake" : "sleeps"}`}
      >
        m ~ Bernoulli(1 − rate)
      </Formula>
    </>
  );
}

function Scale({ settings: { rate }, held, mask }: Scene) {
  const keep = 1 - rate;
  const inverted = mask === 0 || keep === 0 ? 0 : held / keep;
  return (
    <>
      <p>
        Who is awake speaks louder, for those who sleep. Standard scaling does without that now, and makes up for it when it
        predicts.
      </p>
      <div class="columns">
        <Formula numbers={`${mask} × ${figures(held)} / ${figures(keep)} = ${figures(inverted)}`}>
          <small>inverted</small> y = m h / (1 − rate)
        </Formula>
        <Formula numbers={`${mask} × ${figures(held)} = ${figures(mask * held)}`}>
          <small>standard</small> y = m h
        </Formula>
      </div>
    </>
  );
}

function Backward({ settings: { rate, scaling }, mask, gradient, gradientAfter }: Scene) {
  const factor = scaling === "inverted" ? ` / ${figures(1 - rate)}` : "";
  return (
    <>
      <p>
        On the way back the same mask stands in the way:{" "}
        {mask === 1
          ? "this neuron hears how wrong the answer was."
          : "a neuron that slept has had no part in the answer, and hears nothing of how wrong it was."}
      </p>
      <Formula numbers={`${mask} × ${figures(gradientAfter)}${factor} = ${figures(gradient)}`}>
        ∂L/∂h = m ∂L/∂y{scaling === "inverted" ? " / (1 − rate)" : ""}
      </Formula>
    </>
  );
}

function Update({ walk, settings: { learningRate }, column, unit }: Scene) {
  const { weights, gradients, updated } = walk.bundles[column - 1];
  const inputs = walk.columns[column - 1].mask.length;
  const own = Array.from({ length: inputs }, (_, index) => unit * inputs + index);
  const changed = own.filter((at) => gradients[at] !== 0);
  const at = changed[0] ?? own[0];
  return (
    <>
      <p>
        {changed.length} of the {inputs} weights that lead to it change for this point (here by plain gradient descent). Only part
        of the network is updated: the lines that are lit.
      </p>
      <Formula numbers={`${figures(weights[at])} − ${learningRate} × ${figures(gradients[at])} = ${figures(updated[at])}`}>
        w ← w − η ∂L/∂w
      </Formula>
    </>
  );
}

function Predict({ settings: { rate, scaling }, predicted }: Scene) {
  return (
    <>
      <p>
        Nothing sleeps when the network predicts. What a neuron hands on must be as large as it was on average while learning:
        this network does it the <b>{scaling}</b> way.
      </p>
      <div class="columns">
        <Formula numbers={`${figures(predicted)} as it is: the scale was applied while learning`}>
          <small>inverted</small> y = h
        </Formula>
        <Formula numbers={`${figures(1 - rate)} × ${figures(predicted)} = ${figures((1 - rate) * predicted)}`}>
          <small>standard</small> y = (1 − rate) h
        </Formula>
      </div>
    </>
  );
}

const stages = [
  { name: "Forward", Stage: Forward },
  { name: "Mask", Stage: Mask },
  { name: "Scale", Stage: Scale },
  { name: "Backward", Stage: Backward },
  { name: "Update", Stage: Update },
  { name: "Predict", Stage: Predict },
];

/** With Gaussian dropout. */
const noisyStages = [
  { name: "Forward", Stage: Forward },
  { name: "Noise", Stage: Noise },
  { name: "Multiply", Stage: Multiply },
  { name: "Backward", Stage: BackwardThroughNoise },
  { name: "Update", Stage: Update },
  { name: "Predict", Stage: PredictWithoutNoise },
];

const stage = signal(0);

/** A whole number below a bound, beside its name. */
function Place({
  name,
  value,
  below,
  onValue,
}: {
  name: string;
  value: number;
  below: number;
  onValue: (value: number) => void;
}) {
  return (
    <label>
      {name}{" "}
      <input
        type="number"
        min={0}
        max={below - 1}
        value={value}
        onInput={({ currentTarget }) => {
          const given = currentTarget.valueAsNumber;
          if (Number.isInteger(given) && given >= 0 && given < below) onValue(given);
        }}
      />
    </label>
  );
}

/** Which unit and point are looked at: for those who do not point. */
function UnitChoice({ walk }: { walk: Walk }) {
  const { column, unit } = looked.value;
  const units = walk.columns[column].mask.length;
  const move = (changes: Partial<Unit>) => {
    chosen.value = { column, unit, ...changes };
  };
  return (
    <div class="unit">
      <label>
        Layer{" "}
        <select value={column} onChange={({ currentTarget }) => move({ column: Number(currentTarget.value), unit: 0 })}>
          {walk.columns.slice(1).map((_, index) => (
            <option key={String(index)} value={index + 1}>
              hidden {index + 1}
            </option>
          ))}
        </select>
      </label>
      <Place name="Neuron" value={unit} below={units} onValue={(given) => move({ unit: given })} />
      <Place name="Point" value={row.value} below={data.value?.train.y.length ?? 1} onValue={lookAt} />
    </div>
  );
}

/** What the drawing shows, in words. */
function RollCall({ walk }: { walk: Walk }) {
  const units = (mask: Uint8Array, word: number) =>
    Array.from(mask.keys())
      .filter((unit) => mask[unit] === word)
      .join(", ");
  return (
    <details>
      <summary>Who is awake, in words</summary>
      <p>
        Point {walk.row} in epoch {walk.pass}:
      </p>
      <ul data-testid="roll-call">
        {walk.columns.map(({ mask }, column) => (
          <li key={String(column)}>
            {column === 0 ? "inputs" : `hidden ${column}`}: awake {units(mask, 1) || "nobody"}; asleep{" "}
            {units(mask, 0) || "nobody"}
          </li>
        ))}
      </ul>
    </details>
  );
}

export function StepPanel() {
  const walk = view.value?.drowsy.walk;
  const now = settings.value;
  const scene = walk && sceneOf(walk, now, looked.value);
  const list = now.kind === "gaussian" ? noisyStages : stages;
  const { Stage } = list[stage.value];
  return (
    <section class="card step">
      <h2>One neuron in one step</h2>
      <p class="muted">
        The ringed neuron of the right network, in its next step on the ringed point. Point at another neuron, or at another
        point.
      </p>
      {walk && <UnitChoice walk={walk} />}
      <fieldset class="stages">
        <legend class="visually-hidden">Stages of a step</legend>
        {list.map(({ name }, index) => (
          <button type="button" key={name} aria-pressed={stage.value === index} onClick={() => (stage.value = index)}>
            <span aria-hidden="true">{index + 1}</span> {name}
          </button>
        ))}
      </fieldset>
      <div class="scene" aria-live="polite">
        {scene && <Stage {...scene} />}
      </div>
      {walk && <RollCall walk={walk} />}
    </section>
  );
}
