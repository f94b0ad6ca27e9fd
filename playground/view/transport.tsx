import { begin, isFresh, isPlaying, pause, play, setSpeed, speed, takeEpoch, takeSteps, view } from "../state/page.ts";
import { count } from "./numbers.ts";

const speeds = [
  { name: "1 step a second", value: 1 },
  { name: "10 steps a second", value: 10 },
  { name: "100 steps a second", value: 100 },
  { name: "as fast as it can", value: Number.POSITIVE_INFINITY },
];

function PlayButton() {
  const playing = isPlaying.value;
  return (
    <button type="button" class="play" onClick={playing ? pause : play}>
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
        <path d={playing ? "M6 4h4v16H6zM14 4h4v16h-4z" : "M7 4l13 8-13 8z"} fill="currentColor" />
      </svg>
      {playing ? "Pause" : "Play"}
    </button>
  );
}

export function Transport() {
  const { step = 0, epoch = 0 } = view.value ?? {};
  return (
    <section class="transport" aria-label="Training">
      <PlayButton />
      <button type="button" onClick={() => takeSteps(1)}>
        Step
      </button>
      <button type="button" onClick={takeEpoch}>
        Epoch
      </button>
      <button type="button" onClick={begin} disabled={isFresh.value}>
        Reset
      </button>
      <label class="speed">
        <span class="label">Speed</span>
        <select value={String(speed.value)} onChange={({ currentTarget }) => setSpeed(Number(currentTarget.value))}>
          {speeds.map(({ name, value }) => (
            <option key={name} value={String(value)}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p class="clock">
        epoch <b data-testid="epoch">{count(epoch)}</b> <span class="muted">step {count(step)}</span>
      </p>
    </section>
  );
}
