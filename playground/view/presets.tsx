import { change, settings } from "../state/page.ts";
import { presetOf, presets } from "../state/presets.ts";

export function Presets() {
  const current = presetOf(settings.value);
  return (
    <section class="presets" aria-label="Presets">
      <div class="chips">
        {presets.map((preset) => (
          <button type="button" key={preset.name} aria-pressed={preset === current} onClick={() => change(preset.settings)}>
            {preset.name}
          </button>
        ))}
      </div>
      <p class="point">{current?.point ?? "Your own settings. The address of this page keeps them: copy it to share them."}</p>
    </section>
  );
}
