import { useMemo, useRef } from "preact/hooks";
import { pictureOf } from "../data/data-set.ts";
import type { Walk } from "../engine/walk.ts";
import { putOnPad } from "../state/pad.ts";
import { chosen, data, ensemble, isDrawn, isOfImages, lookAt, looked, row, settings, view } from "../state/page.ts";
import { Canvas, type Surface } from "./canvas.tsx";
import { drawAnswers, nearestRow } from "./draw-answers.ts";
import { imageAt } from "./draw-digits.ts";
import { drawNetwork } from "./draw-network.ts";
import { kindWords, sleepers } from "./kind-words.ts";
import { type NetworkLayout, unitAt } from "./network-layout.ts";
import { count, figures, loss, percent } from "./numbers.ts";
import { palette } from "./palette.ts";

export type TwinName = "awake" | "drowsy";

/** How many hidden units and inputs of a step are awake; where weights sleep, how many of them. */
export function awakeCount({ columns, bundles }: Walk): { awake: number; all: number } {
  const weights = bundles.flatMap(({ mask }) => (mask ? [mask] : []));
  const masks = weights.length > 0 ? weights : columns.map(({ mask }) => mask);
  const ones = (of: Uint8Array) => of.reduce((sum, word) => sum + word, 0);
  return {
    awake: masks.reduce((sum, mask) => sum + ones(mask), 0),
    all: masks.reduce((sum, mask) => sum + mask.length, 0),
  };
}

/** What is seen of a step, in words. */
function awakeWords(walk: Walk): string {
  const { awake, all } = awakeCount(walk);
  const weights = walk.bundles.some(({ mask }) => mask !== undefined);
  return `${count(awake)} of ${count(all)} ${weights ? "weights " : ""}awake`;
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

function Network({ twin, walk }: { twin: TwinName; walk: Walk }) {
  const colours = palette.value;
  const layout = useRef<NetworkLayout>(undefined);
  const marked = twin === "drowsy" ? looked.value : undefined;
  const draw = useMemo(
    () => (surface: Surface) => {
      const marks = marked ? { marked } : {};
      layout.current = drawNetwork(surface, walk, { palette: colours, colour: colours[twin], ...marks });
    },
    [walk, colours, twin, marked],
  );
  return (
    <Canvas
      class="network"
      proportion={isOfImages.value ? 0.78 : 0.92}
      draw={draw}
      label={`The network in its next step on ${isOfImages.value ? "the image" : "the ringed point"}: ${awakeWords(walk)}`}
      onPoint={({ left, top }) => {
        const unit = layout.current && unitAt(layout.current, left, top);
        if (unit && unit.column > 0 && unit.column < walk.columns.length) chosen.value = unit;
      }}
    />
  );
}

export function TwinFigure({ twin }: { twin: TwinName }) {
  const now = view.value?.[twin];
  const { kind } = settings.value;
  const title =
    twin === "awake" ? `Every ${sleepers({ kind }) === "weights" ? "weight" : "neuron"} awake` : kindWords[kind].title;
  const isNoisy = twin === "drowsy" && kindWords[kind].isNoise;
  return (
    <figure class={`twin ${twin}`}>
      <h2>{title}</h2>
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
        <b>{now ? awakeWords(now.walk) : "–"}</b> for {isOfImages.value ? "this image" : "the ringed point"}
        {isNoisy && ", each multiplied by noise"}
      </figcaption>
    </figure>
  );
}
