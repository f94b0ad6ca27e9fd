import { useEffect, useMemo, useRef } from "preact/hooks";
import { ENSEMBLE } from "../engine/ensemble-size.ts";
import { data, ensemble, sample, view, wantEnsemble } from "../state/page.ts";
import { Canvas, type Surface } from "./canvas.tsx";
import { drawField, drawPoints } from "./draw-field.ts";
import { figures } from "./numbers.ts";
import { palette } from "./palette.ts";

/** Deviations are drawn from 0 to a half, the most that numbers from 0 to 1 can have. */
const certainty = (deviation: Float32Array) => deviation.map((value) => 0.5 + value);

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A field of the plane: probabilities in the colours of the classes, or deviations in one. */
function Field({ field, kind, label }: { field: Float32Array | undefined; kind: "answer" | "doubt"; label: string }) {
  const colours = palette.value;
  const points = data.value?.train;
  const draw = useMemo(
    () => (surface: Surface) => {
      if (field) {
        if (kind === "answer") drawField(surface, field, { from: colours.zero, middle: colours.card, to: colours.one });
        else drawField(surface, certainty(field), { from: colours.card, middle: colours.card, to: colours.drowsy });
      }
      if (points) drawPoints(surface, points, colours, Number.POSITIVE_INFINITY);
    },
    [field, kind, points, colours],
  );
  return <Canvas class="still" proportion={1} label={label} draw={draw} />;
}

/** Dropout as an ensemble: what one mask says, what all say together, and where they disagree. */
export function SurePanel() {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    // It is asked only while somebody looks: many networks take their time.
    const observer = new IntersectionObserver(([{ isIntersecting }]) => wantEnsemble(isIntersecting));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { one, deviation } = ensemble.value ?? {};
  return (
    <section class="card sure" ref={place}>
      <h2>How sure is it?</h2>
      <p class="muted">
        Every mask leaves another, thinned network. Where they agree, the answer is safe; where they do not, the network has seen
        too little to know.
      </p>
      <div class="fields">
        <figure>
          <Field field={view.value?.drowsy.field} kind="answer" label="What the network says when all are awake" />
          <figcaption>
            <b>All awake</b>: the prediction
          </figcaption>
        </figure>
        <figure>
          <Field field={one} kind="answer" label="What one thinned network says" />
          <figcaption>
            <b>One mask</b>: a thinned network
          </figcaption>
        </figure>
        <figure>
          <Field field={deviation} kind="doubt" label={`Where ${ENSEMBLE} thinned networks disagree`} />
          <figcaption>
            <b>Doubt</b>: where {ENSEMBLE} masks disagree, on average by{" "}
            <span data-testid="doubt">{deviation ? figures(mean(deviation)) : "–"}</span>
          </figcaption>
        </figure>
      </div>
      <button type="button" onClick={() => wantEnsemble(true, (sample.value + 1) % ENSEMBLE)}>
        Another mask
      </button>
    </section>
  );
}
