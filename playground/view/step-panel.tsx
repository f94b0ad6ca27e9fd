import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { PIXELS } from "../data/digits.ts";
import type { Column, Walk } from "../engine/walk.ts";
import { chosen, data, isOfImages, isPlaying, lookAt, looked, row, settings, type Unit, view } from "../state/page.ts";
import { Canvas, type Surface } from "./canvas.tsx";
import { drawWeights } from "./draw-digits.ts";
import { palette } from "./palette.ts";
import { sceneOf } from "./scene.tsx";
import { stagesOf } from "./stages/stages.ts";

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
        // What is none, or too large, does not stay.
        onChange={({ currentTarget }) => {
          currentTarget.value = String(value);
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
      <Place
        name={isOfImages.value ? "Image" : "Point"}
        value={row.value}
        below={data.value?.train.y.length ?? 1}
        onValue={lookAt}
      />
    </div>
  );
}

/** More units than this are counted, not named. */
const MOST_NAMED = 128;

/** Who of a column is awake, in words. */
function columnWords({ mask }: Column): string {
  const units = (word: number) => Array.from(mask.keys()).filter((unit) => mask[unit] === word);
  if (mask.length > MOST_NAMED) return `${units(1).length} of ${mask.length} awake`;
  const names = (word: number) => units(word).join(", ") || "nobody";
  return `awake ${names(1)}; asleep ${names(0)}`;
}

/** What the drawing shows, in words. */
function RollCall({ walk: { row: point, pass, columns, bundles } }: { walk: Walk }) {
  return (
    <details>
      <summary>Who is awake, in words</summary>
      <p>
        {isOfImages.value ? "Image" : "Point"} {point} in epoch {pass}:
      </p>
      <ul data-testid="roll-call">
        {columns.map((column, index) => (
          <li key={String(index)}>
            {index === 0 ? "inputs" : `hidden ${index}`}: {columnWords(column)}
          </li>
        ))}
        {bundles.map(
          ({ mask }, index) =>
            mask && (
              <li key={`weights ${index}`}>
                weights {index + 1}: {mask.reduce((sum, word) => sum + word, 0)} of {mask.length} awake
              </li>
            ),
        )}
      </ul>
    </details>
  );
}

/** What the ringed neuron looks for in an image: its weights, where it is of the first layer. */
function Weights({ walk }: { walk: Walk }) {
  const { column, unit } = looked.value;
  const colours = palette.value;
  const { weights } = walk.bundles[0];
  const draw = useMemo(
    () => (surface: Surface) => {
      const own = weights.subarray(unit * PIXELS, (unit + 1) * PIXELS);
      drawWeights(surface, own, { left: 0, top: 0, side: surface.width }, { palette: colours });
    },
    [weights, unit, colours],
  );
  if (!isOfImages.value || column !== 1 || weights.length % PIXELS !== 0) return null;
  return (
    <figure class="seen">
      <Canvas class="still" proportion={1} label="The weights of the ringed neuron, pixel by pixel" draw={draw} />
      <figcaption>
        its weights: <i class="swatch one" /> for, <i class="swatch zero" /> against
      </figcaption>
    </figure>
  );
}

export function StepPanel() {
  const walk = view.value?.drowsy.walk;
  const now = settings.value;
  const scene = walk && sceneOf(walk, now, looked.value);
  const list = stagesOf[now.kind];
  const at = Math.min(stage.value, list.length - 1);
  const { Stage } = list[at];
  return (
    <section class="card step">
      <h2>One neuron in one step</h2>
      <p class="muted">
        The ringed neuron of the right network, in its next step on {isOfImages.value ? "this image" : "the ringed point"}. Point
        at another neuron, or {isOfImages.value ? "choose another image" : "at another point"}.
      </p>
      {walk && <UnitChoice walk={walk} />}
      <fieldset class="stages">
        <legend class="visually-hidden">Stages of a step</legend>
        {list.map(({ name }, index) => (
          <button type="button" key={name} aria-pressed={at === index} onClick={() => (stage.value = index)}>
            <span aria-hidden="true">{index + 1}</span> {name}
          </button>
        ))}
      </fieldset>
      <div class="scene" aria-live={isPlaying.value ? "off" : "polite"}>
        {scene && <Stage {...scene} />}
      </div>
      {walk && isOfImages.value && <Weights walk={walk} />}
      {walk && <RollCall walk={walk} />}
    </section>
  );
}
