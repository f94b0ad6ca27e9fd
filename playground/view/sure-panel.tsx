import { useEffect, useMemo, useRef } from "preact/hooks";
import { pictureOf } from "../data/data-set.ts";
import { ENSEMBLE } from "../engine/ensemble-size.ts";
import { data, ensemble, isDrawn, sample, settings, showEnsemble, takeSample, view } from "../state/page.ts";
import { Canvas, type Surface } from "./canvas.tsx";
import { drawAnswers } from "./draw-answers.ts";
import { kindWords } from "./kind-words.ts";
import { figures } from "./numbers.ts";
import { palette } from "./palette.ts";

const average = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What is said of all places, or how much it differs. */
function Field({
  answers,
  doubt,
  label,
}: {
  answers: Float32Array | undefined;
  doubt?: Float32Array | undefined;
  label: string;
}) {
  const colours = palette.value;
  const learned = data.value;
  const draw = useMemo(
    () => (surface: Surface) => {
      const { drowsy: colour } = colours;
      if (learned) drawAnswers(surface, learned, { answers, doubt, colour, ringed: Number.POSITIVE_INFINITY }, colours);
    },
    [answers, doubt, learned, colours],
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
    const observer = new IntersectionObserver(([{ isIntersecting }]) => showEnsemble(isIntersecting));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { one, mean, deviation } = ensemble.value ?? {};
  const { kind } = settings.value;
  const isNoisy = kindWords[kind].draw === "draw";
  const draws = isNoisy ? "draws" : "masks";
  const picture = data.value && pictureOf(data.value.task);
  const isCurve = picture === "line";
  return (
    <section class="card sure" ref={place}>
      <h2>How sure is it?</h2>
      <p class="muted">
        Every {isNoisy ? "draw of the noise makes another network" : "mask leaves another, thinned network"}. Where they agree,
        the answer is safe; where they do not, the network has seen too little to know.
        {kind === "standout" && " Who sleeps depends on the place here: each has masks of its own."}
      </p>
      {isDrawn.value ? (
        <>
          <div class="fields">
            <figure>
              <Field answers={view.value?.drowsy.field} label="What the network says when all are awake" />
              <figcaption>
                <b>All awake</b>: the prediction
              </figcaption>
            </figure>
            <figure>
              <Field answers={one} label="What one thinned network says" />
              <figcaption>
                {isNoisy ? <b>One draw of the noise</b> : <b>One mask</b>}: {isNoisy ? "one network" : "a thinned network"}
              </figcaption>
            </figure>
            <figure>
              <Field answers={mean} doubt={deviation} label={`Where ${ENSEMBLE} thinned networks disagree`} />
              <figcaption>
                <b>Doubt</b>: {isCurve ? `twice the deviation of ${ENSEMBLE} ${draws}` : `where ${ENSEMBLE} ${draws} disagree`},
                on average <span data-testid="doubt">{deviation ? figures((isCurve ? 2 : 1) * average(deviation)) : "–"}</span>
              </figcaption>
            </figure>
          </div>
          <button type="button" onClick={() => takeSample((sample.value + 1) % ENSEMBLE)}>
            Another {isNoisy ? "draw" : "mask"}
          </button>
        </>
      ) : (
        <p>Of two numbers and a class, or of two numbers, there is a picture of this; of these data there is none.</p>
      )}
    </section>
  );
}
