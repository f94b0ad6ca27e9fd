import { useMemo, useRef } from "preact/hooks";
import type { Walk } from "../engine/walk.ts";
import { chosen, data, lookAt, looked, row, view } from "../state/page.ts";
import { Canvas, type Surface } from "./canvas.tsx";
import { drawField, drawPoints, nearestPoint } from "./draw-field.ts";
import { drawNetwork } from "./draw-network.ts";
import { type NetworkLayout, unitAt } from "./network-layout.ts";
import { loss, percent } from "./numbers.ts";
import { palette } from "./palette.ts";

export type TwinName = "awake" | "drowsy";

const titles = { awake: "Every neuron awake", drowsy: "Neurons fall asleep" };

/** How many hidden units and inputs of a step are awake. */
export function awakeCount({ columns }: Walk): { awake: number; all: number } {
  const masks = columns.flatMap(({ mask }) => Array.from(mask));
  return { awake: masks.filter((word) => word === 1).length, all: masks.length };
}

function Field({ twin }: { twin: TwinName }) {
  const points = data.value;
  const field = view.value?.[twin].field;
  const colours = palette.value;
  const ringed = row.value;
  const draw = useMemo(
    () => (surface: Surface) => {
      if (field) drawField(surface, field, { from: colours.zero, middle: colours.card, to: colours.one });
      if (points) drawPoints(surface, points.train, colours, ringed);
    },
    [points, field, colours, ringed],
  );
  const error = view.value ? percent(view.value[twin].testError) : "unknown";
  return (
    <Canvas
      class="field"
      proportion={1}
      draw={draw}
      label={`The plane, coloured by what the network says of each place; wrong for ${error} of the new points`}
      onPoint={({ left, top, width }, pressed) => {
        if (points && pressed) lookAt(nearestPoint(points.train, left, top, width));
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
  return (
    <figure class={`twin ${twin}`}>
      <h2>{titles[twin]}</h2>
      <Field twin={twin} />
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
          <dt>wrong on new points</dt>
          <dd>{now ? percent(now.testError) : "–"}</dd>
        </div>
      </dl>
      {now && <Network twin={twin} walk={now.walk} />}
      <figcaption>
        <b>
          {awake} of {all} awake
        </b>{" "}
        for the ringed point
      </figcaption>
    </figure>
  );
}
