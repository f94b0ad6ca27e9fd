import { useMemo, useRef } from "preact/hooks";
import { SIDE } from "../data/digits.ts";
import type { Dot } from "../data/drawn-digit.ts";
import { PASSES } from "../engine/ensemble-size.ts";
import { clearPad, isDown, pen, penDown, penTo, pixels, putOnPad, scribble, strokes, under, underImage } from "../state/pad.ts";
import { data, said, settings } from "../state/page.ts";
import { Canvas, type Surface } from "./canvas.tsx";
import { drawDigit, likeliest } from "./draw-digits.ts";
import { kindWords } from "./kind-words.ts";
import { percent } from "./numbers.ts";
import { palette } from "./palette.ts";

/** Where the pen begins when keys move it, and how far they do. */
const MIDDLE: Dot = { left: SIDE / 2, top: SIDE / 2 };
const STEP = 1;
const moves: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

const within = (place: number) => Math.min(SIDE - 1, Math.max(1, place));

/** Keys move the pen, put it down and lift it. */
function onKeys(event: KeyboardEvent): void {
  const move = moves[event.key];
  const here = pen.value ?? MIDDLE;
  if (move) {
    const dot = { left: within(here.left + move[0]), top: within(here.top + move[1]) };
    pen.value = dot;
    if (isDown.value) penTo(dot);
  } else if (event.key === " ") {
    isDown.value = !isDown.value;
    pen.value = here;
    if (isDown.value) penDown(here);
  } else if (event.key === "Delete" || event.key === "Backspace") clearPad();
  else return;
  event.preventDefault();
}

/** The pad: what is drawn, as it was drawn. */
function Pad() {
  const place = useRef<HTMLDivElement>(null);
  const colours = palette.value;
  const [lines, image, point, down] = [strokes.value, underImage.value, pen.value, isDown.value];
  const draw = useMemo(
    () => (surface: Surface) => {
      const { context, width } = surface;
      const cell = width / SIDE;
      context.fillStyle = colours.card;
      context.fillRect(0, 0, width, width);
      if (image) drawDigit(surface, image, { left: 0, top: 0, side: width }, { palette: colours });
      context.lineCap = "round";
      context.lineJoin = "round";
      context.lineWidth = 2.3 * cell;
      context.strokeStyle = colours.ink;
      for (const stroke of lines) {
        context.beginPath();
        for (const { left, top } of [stroke[0], ...stroke]) context.lineTo(left * cell, top * cell);
        context.stroke();
      }
      if (!point) return;
      context.lineWidth = 2;
      context.strokeStyle = colours.drowsy;
      context.fillStyle = colours.drowsy;
      context.beginPath();
      context.arc(point.left * cell, point.top * cell, 1.4 * cell, 0, 2 * Math.PI);
      if (down) context.fill();
      context.stroke();
    },
    [lines, image, point, down, colours],
  );
  const dotOf = ({ clientX, clientY }: PointerEvent): Dot => {
    const { left, top, width } = place.current?.getBoundingClientRect() ?? { left: 0, top: 0, width: 1 };
    return { left: within(((clientX - left) / width) * SIDE), top: within(((clientY - top) / width) * SIDE) };
  };
  return (
    <div
      ref={place}
      class="pad"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys draw on it
      tabIndex={0}
      aria-label="Pad. Arrow keys move the pen, space puts it down and lifts it, delete clears the pad."
      data-testid="pad"
      onKeyDown={onKeys}
      onPointerDown={(event) => {
        // A second finger draws nothing.
        if (event.button !== 0 || !event.isPrimary) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        pen.value = undefined;
        isDown.value = false;
        penDown(dotOf(event));
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) penTo(dotOf(event));
      }}
    >
      <Canvas class="still" proportion={1} label="What is drawn" draw={draw} />
      {lines.length === 0 && !image && <span class="hint">draw a digit here</span>}
    </div>
  );
}

/** What the networks see of it. */
function Seen() {
  const colours = palette.value;
  const image = pixels.value;
  const draw = useMemo(
    () => (surface: Surface) => {
      const { context, width } = surface;
      context.fillStyle = colours.card;
      context.fillRect(0, 0, width, width);
      if (image) drawDigit(surface, image, { left: 0, top: 0, side: width }, { palette: colours });
    },
    [image, colours],
  );
  return (
    <figure class="seen">
      <Canvas class="still" proportion={1} label="The image as the networks see it" draw={draw} />
      <figcaption>as the networks see it</figcaption>
    </figure>
  );
}

/** A bar as long as a probability; with a whisker, a deviation to both sides of its end. */
function Bar({ value, deviation = 0, most }: { value: number; deviation?: number; most: boolean }) {
  const low = Math.max(0, value - deviation);
  const high = Math.min(1, value + deviation);
  return (
    <td>
      <span class={`bar${most ? " most" : ""}`}>
        <i class="fill" style={{ width: `${100 * value}%` }} />
        {deviation > 0.004 && <i class="whisker" style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%` }} />}
        <span class="visually-hidden">{percent(value)}</span>
      </span>
    </td>
  );
}

/** How sure an entropy is, as a share of what it is at most. */
function sureness(share: number): string {
  return share < 0.15 ? "sure" : share < 0.4 ? "not quite sure" : "unsure";
}

function Answers() {
  const answers = pixels.value && said.value;
  const digits = data.value?.task.outputs ?? 10;
  const nothing = new Float32Array(digits);
  const { awake = nothing, drowsy = nothing, mean = nothing, deviation = nothing, entropy = 0, entropyAwake = 0 } = answers ?? {};
  const columns = [awake, drowsy, mean].map((values) => ({ values, most: answers ? likeliest(values, 0, digits) : -1 }));
  const most = Math.log(digits);
  const draws = kindWords[settings.value.kind].draw === "draw" ? "draws" : "masks";
  const doubt = (nats: number) =>
    answers ? (
      <>
        {nats.toFixed(2)} of {most.toFixed(2)} <small class="sureness">{sureness(nats / most)}</small>
      </>
    ) : (
      "–"
    );
  return (
    <div class="answers">
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">digit</span>
            </th>
            <th scope="col" class="awake">
              left
            </th>
            <th scope="col" class="drowsy">
              right
            </th>
            <th scope="col" class="drowsy">
              right, {PASSES} {draws}
            </th>
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: digits }, (_, digit) => (
            <tr key={String(digit)}>
              <th scope="row">{digit}</th>
              {columns.map(({ values, most: first }, index) => (
                <Bar
                  key={String(index)}
                  value={values[digit]}
                  deviation={index === 2 ? deviation[digit] : 0}
                  most={digit === first}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <dl class="score">
        <div>
          <dt>left says</dt>
          <dd data-testid="pad-awake">{answers ? columns[0].most : "–"}</dd>
        </div>
        <div>
          <dt>right says</dt>
          <dd data-testid="pad-drowsy">{answers ? columns[1].most : "–"}</dd>
        </div>
        <div>
          <dt>entropy, left</dt>
          <dd>{doubt(entropyAwake)}</dd>
        </div>
        <div>
          <dt>
            entropy over {PASSES} {draws}
          </dt>
          <dd data-testid="entropy">{doubt(entropy)}</dd>
        </div>
      </dl>
    </div>
  );
}

/** A digit of one's own, or a test image to scribble on, and what both networks say of it. */
export function PadPanel() {
  const images = data.value?.test.y.length ?? 1;
  return (
    <section class="card padpanel">
      <h2>How sure is it of this one?</h2>
      <p class="muted">
        Draw a digit: it is scaled and centred as those that were learned. Then draw something else. The right network is asked{" "}
        {PASSES} times with other {kindWords[settings.value.kind].draw}s: where they disagree it is unsure. The whiskers are their
        deviation.
      </p>
      <div class="drawing">
        <Pad />
        <Seen />
        <div class="chips">
          <button type="button" onClick={clearPad}>
            Clear
          </button>
          <button type="button" onClick={scribble}>
            A scribble
          </button>
          <label class="testimage">
            Test image{" "}
            <input
              type="number"
              min={0}
              max={images - 1}
              value={under.value ?? ""}
              onInput={({ currentTarget }) => {
                const given = currentTarget.valueAsNumber;
                if (Number.isInteger(given) && given >= 0 && given < images) putOnPad(given);
              }}
              onChange={({ currentTarget }) => {
                currentTarget.value = String(under.value ?? "");
              }}
            />
          </label>
        </div>
        <Answers />
      </div>
    </section>
  );
}
