import { OWN } from "../data/data-set.ts";
import { change, settings } from "../state/page.ts";
import { presetOf, presets } from "../state/presets.ts";

const OWN_SETTINGS = "Your own settings. The address of this page keeps them: copy it to share them.";
const OWN_DATA = "Your own data. They stay in this page: its address keeps the settings alone, and the code has the numbers.";

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
      <p class="point">{current?.point ?? (settings.value.data === OWN ? OWN_DATA : OWN_SETTINGS)}</p>
    </section>
  );
}
