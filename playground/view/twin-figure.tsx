import { useMemo, useRef, useState } from "preact/hooks";
import { pictureOf } from "../data/data-set.ts";
import type { Walk } from "../engine/walk.ts";
import { putOnPad } from "../state/pad.ts";
import { chosen, data, ensemble, isDrawn, isOfImages, lookAt, looked, row, settings, type Unit, view } from "../state/page.ts";
import { Canvas, type Surface } from "./canvas.tsx";
import { drawAnswers, nearestRow } from "./draw-answers.ts";
import { imageAt } from "./draw-digits.ts";
import { drawNetwork } from "./draw-network.ts";
import { kindWords, sleepers, titleOf } from "./kind-words.ts";
import { type NetworkLayout, type Spot, unitAt } from "./network-layout.ts";
import { count, figures, loss, percent } from "./numbers.ts";
import { palette } from "./palette.ts";
import { unitWords } from "./unit-words.ts";

export type TwinName = "awake" | "drowsy";

/** How many neurons of a step are awake, or how many weights where those sleep on the right, in words. */
function awakeWords({ columns, bundles }: Walk): string {
  const ofWeights = sleepers(settings.value) === "weights";
  const ones = (of: Uint8Array) => of.reduce((sum, word) => sum + word, 0);
  const parts = ofWeights
    ? bundles.map(({ mask, weights }) => [mask ? ones(mask) : weights.length, weights.length])
    : columns.map(({ mask }) => [ones(mask), mask.length]);
  const [awake, all] = [0, 1].map((which) => parts.reduce((sum, part) => sum + part[which], 0));
  return `${count(awake)} of ${count(all)} ${ofWeights ? "weights " : ""}awake`;
}

/** The error on new points, as the data set counts it. */
function errorWords(error: number): { name: string; says: string } {
  const points = isOfImages.value ? "images" : "points";
  return data.value?.task.loss === "meanSquaredError"
    ? { name: `usual error on new ${points}`, says: figures(error) }
    : { name: `wrong on new ${points}`, says: percent(error) };
}

function Field({ twin }: { twin: TwinName }) {
  const learned = data.value;
  const field = view.value?.[twin].field;
  const colours = palette.value;
  const ringed = row.value;
  // Around a curve; over the plane it has a picture of its own.
  const doubt = twin === "drowsy" && learned && pictureOf(learned.task) === "line" ? ensemble.value?.deviation : undefined;
  const draw = useMemo(
    () => (surface: Surface) => {
      if (learned) drawAnswers(surface, learned, { answers: field, doubt, colour: colours[twin], ringed }, colours);
    },
    [learned, field, doubt, colours, twin, ringed],
  );
  const error = view.value ? errorWords(view.value[twin].testError) : { name: "", says: "" };
  const seen = isOfImages.value
    ? "A hundred new images; framed are those it gets wrong"
    : "What the network says of each place, and the points it learns from";
  return (
    <Canvas
      class="field"
      proportion={1}
      draw={draw}
      label={`${seen}; ${error.name}: ${error.says}`}
      onPoint={(place, pressed) => {
        if (!learned || !pressed) return;
        if (isOfImages.value) putOnPad(imageAt(place));
        else lookAt(nearestRow(learned, place));
      }}
    />
  );
}

/** A unit that is pointed at, and where it is drawn. */
interface Pointed {
  readonly unit: Unit;
  readonly spot: Spot;
  /** Of the drawing. */
  readonly width: number;
}

/** The numbers of the unit that is pointed at, beside it. The step panel has them in words. */
function UnitCard({ walk, pointed: { unit, spot, width } }: { walk: Walk; pointed: Pointed }) {
  const task = data.value?.task;
  const isThere = unit.column < walk.columns.length ? unit.unit < walk.columns[unit.column].mask.length : true;
  if (!task || !isThere) return null;
  const { name, numbers } = unitWords(walk, unit, task);
  // On the side where there is more room.
  const isRight = spot.left > width / 2;
  const place = { "--top": `${spot.top}px`, "--aside": `${isRight ? width - spot.left : spot.left}px` };
  return (
    <div class={`unitcard ${isRight ? "before" : "behind"}`} aria-hidden="true" style={place}>
      <b>{name}</b>
      <dl>
        {numbers.map(([of, number]) => (
          <div key={of} class="unitline">
            <dt>{of}</dt>
            <dd>{number}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Network({ twin, walk }: { twin: TwinName; walk: Walk }) {
  const colours = palette.value;
  const layout = useRef<NetworkLayout>(undefined);
  const [pointed, setPointed] = useState<Pointed>();
  const marked = twin === "drowsy" ? looked.value : undefined;
  const draw = useMemo(
    () => (surface: Surface) => {
      const marks = marked ? { marked } : {};
      layout.current = drawNetwork(surface, walk, { palette: colours, colour: colours[twin], ...marks });
    },
    [walk, colours, twin, marked],
  );
  const onPoint = ({ left, top, width }: { left: number; top: number; width: number }) => {
    const unit = layout.current && unitAt(layout.current, left, top);
    const spot = unit && layout.current?.columns[unit.column][unit.unit];
    setPointed(spot && { unit, spot, width });
    if (unit && unit.column > 0 && unit.column < walk.columns.length) chosen.value = unit;
  };
  return (
    <div class="drawn">
      <Canvas
        class="network"
        proportion={isOfImages.value ? 0.78 : 0.92}
        draw={draw}
        label={`The network in its next step on ${isOfImages.value ? "the image" : "the ringed point"}: ${awakeWords(walk)}`}
        onPoint={onPoint}
        onLeave={() => setPointed(undefined)}
      />
      {pointed && <UnitCard walk={walk} pointed={pointed} />}
    </div>
  );
}

export function TwinFigure({ twin }: { twin: TwinName }) {
  const now = view.value?.[twin];
  const { kind } = settings.value;
  const isNoisy = twin === "drowsy" && kindWords[kind].isNoise;
  return (
    <figure class={`twin ${twin}`}>
      <h2>{titleOf(twin, settings.value)}</h2>
      {isDrawn.value && <Field twin={twin} />}
      <dl class="score">
        <div class="main">
          <dt>test loss</dt>
          <dd data-testid={`${twin}-test`}>{now ? loss(now.testLoss) : "–"}</dd>
        </div>
        <div>
          <dt>training loss</dt>
          <dd>{now ? loss(now.trainLoss) : "–"}</dd>
        </div>
        <div>
          <dt>{errorWords(0).name}</dt>
          <dd>{now ? errorWords(now.testError).says : "–"}</dd>
        </div>
      </dl>
      {now && <Network twin={twin} walk={now.walk} />}
      <figcaption>
        {now && (
          <>
            <b>{awakeWords(now.walk)}</b> for {isOfImages.value ? "this image" : "the ringed point"}
            {isNoisy && ", each multiplied by noise"}
          </>
        )}
      </figcaption>
    </figure>
  );
}
