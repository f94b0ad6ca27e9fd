import { useMemo, useRef } from "preact/hooks";
import { pictureOf } from "../data/data-set.ts";
import type { Walk } from "../engine/walk.ts";
import { chosen, data, ensemble, isDrawn, lookAt, looked, row, settings, view } from "../state/page.ts";
import { Canvas, type Surface } from "./canvas.tsx";
import { drawAnswers, nearestRow } from "./draw-answers.ts";
import { drawNetwork } from "./draw-network.ts";
import { type NetworkLayout, unitAt } from "./network-layout.ts";
import { figures, loss, percent } from "./numbers.ts";
import { palette } from "./palette.ts";

export type TwinName = "awake" | "drowsy";

const titles = { awake: "Every neuron awake", drowsy: "Neurons fall asleep" };

/** How many hidden units and inputs of a step are awake. */
export function awakeCount({ columns }: Walk): { awake: number; all: number } {
  const masks = columns.flatMap(({ mask }) => Array.from(mask));
  return { awake: masks.filter((word) => word === 1).length, all: masks.length };
}

/** The error on new points, as the data set counts it. */
function errorWords(error: number): { name: string; says: string } {
  return data.value?.task.loss === "meanSquaredError"
    ? { name: "usual error on new points", says: figures(error) }
    : { name: "wrong on new points", says: percent(error) };
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
  return (
    <Canvas
      class="field"
      proportion={1}
      draw={draw}
      label={`What the network says of each place, and the points it learns from; ${error.name}: ${error.says}`}
      onPoint={(place, pressed) => {
        if (learned && pressed) lookAt(nearestRow(learned, place));
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
  const { awake, all } = awakeCount(walk);
  return (
    <Canvas
      class="network"
      proportion={0.92}
      draw={draw}
      label={`The network in its next step on the ringed point: ${awake} of ${all} neurons awake`}
      onPoint={({ left, top }) => {
        const unit = layout.current && unitAt(layout.current, left, top);
        if (unit && unit.column > 0 && unit.column < walk.columns.length) chosen.value = unit;
      }}
    />
  );
}

export function TwinFigure({ twin }: { twin: TwinName }) {
  const now = view.value?.[twin];
  const { awake = 0, all = 0 } = now ? awakeCount(now.walk) : {};
  const isNoisy = twin === "drowsy" && settings.value.kind === "gaussian";
  return (
    <figure class={`twin ${twin}`}>
      <h2>{isNoisy ? "Neurons are shaken" : titles[twin]}</h2>
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
        <b>
          {awake} of {all} awake
        </b>{" "}
        for the ringed point{isNoisy && ", each multiplied by noise"}
      </figcaption>
    </figure>
  );
}
