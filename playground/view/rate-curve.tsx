import { useMemo } from "preact/hooks";
import { scheduleOf } from "../engine/schedules.ts";
import { history, settings, view } from "../state/page.ts";
import { rateOf } from "../state/settings.ts";
import { Canvas, type Surface } from "./canvas.tsx";
import { percent } from "./numbers.ts";
import { palette } from "./palette.ts";

/** Places that a schedule is drawn at. */
const PLACES = 80;

/** The rates that a schedule will give to the hidden layers, from the first epoch to the last that it is made for. */
function planned({ schedule, span, hidden, rate, rates }: typeof settings.value): { epoch: number; rates: number[] }[] {
  const follow = scheduleOf({ schedule });
  if (!follow) return [];
  const own = hidden.map((_, layer) => rateOf({ rate, rates }, layer));
  return Array.from({ length: PLACES + 1 }, (_, place) => {
    const at = { steps: PLACES };
    return { epoch: (span * place) / PLACES, rates: own.map((one) => follow(place, { ...at, rate: one })) };
  });
}

/** How the rates of the hidden layers moved, and will move. */
export function RateCurve() {
  const colours = palette.value;
  const now = settings.value;
  const { moments } = history.value;
  const last = moments.at(-1);
  const draw = useMemo(
    () =>
      ({ context, width, height }: Surface) => {
        const ahead = planned(now);
        const end = Math.max(1, last?.epoch ?? 0, ahead.at(-1)?.epoch ?? 0);
        const place = (epoch: number, rate: number) => [(epoch / end) * width, (1 - rate) * (height - 4) + 2] as const;
        context.strokeStyle = colours.line;
        context.lineWidth = 1;
        context.strokeRect(0.5, 0.5, width - 1, height - 1);
        const curve = (points: readonly { epoch: number; rates: readonly number[] }[], layer: number) => {
          context.beginPath();
          for (const { epoch, rates } of points) if (layer < rates.length) context.lineTo(...place(epoch, rates[layer]));
          context.stroke();
        };
        context.strokeStyle = colours.drowsy;
        for (const layer of now.hidden.keys()) {
          context.lineWidth = 1.5;
          context.setLineDash([2, 4]);
          curve(ahead, layer);
          context.setLineDash([]);
          context.lineWidth = 2.5;
          curve(moments, layer);
        }
        if (!last) return;
        context.fillStyle = colours.drowsy;
        for (const rate of last.rates) {
          const [left, top] = place(last.epoch, rate);
          context.beginPath();
          context.arc(Math.min(width - 4, Math.max(4, left)), top, 4, 0, 2 * Math.PI);
          context.fill();
        }
      },
    [now, moments, last, colours],
  );
  if (!view.value) return null;
  const rates = (last?.rates ?? []).map(percent).join(", ");
  return (
    <div class="rates">
      <Canvas class="still" proportion={0.3} label={`The rates of the hidden layers over the epochs; now ${rates}`} draw={draw} />
      <p class="note">
        asleep now, layer by layer: <b data-testid="rates">{rates}</b>
      </p>
    </div>
  );
}
