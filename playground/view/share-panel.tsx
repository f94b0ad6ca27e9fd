import { signal } from "@preact/signals";
import { isImages, OWN } from "../data/data-set.ts";
import { settleAddress } from "../state/address-bar.ts";
import { codeOf } from "../state/code.ts";
import { data, isOfImages, looked, modelFile, row, settings, view } from "../state/page.ts";
import { palette } from "./palette.ts";
import { drawPicture } from "./picture.ts";

/** What was done last, in words. */
const done = signal("");
const NONE = "There is no network yet: see above what is missing.";

/** The code, once the data of the settings is there. */
function copyCode(epochs: number): void {
  const isOld = view.value === undefined || isImages(settings.value.data) !== isOfImages.value;
  if (isOld) done.value = "The images are not loaded yet: wait a moment.";
  else void copy(codeOf(settings.value, epochs, data.value), "TypeScript that trains this very network");
}

async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    done.value = `${what} is on the clipboard.`;
  } catch {
    done.value = "The browser does not let this page write to the clipboard.";
  }
}

function copyLink(isOwn: boolean): void {
  settleAddress();
  void copy(location.href, `The address with all settings${isOwn ? ", but not the file," : ""}`);
}

function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // Not at once: some browsers read it a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  done.value = `${name} was handed to the browser.`;
}

const saveModelFile = async () => {
  const bytes = await modelFile();
  if (bytes) save(new Blob([bytes], { type: "application/octet-stream" }), "drowsy.safetensors");
  else done.value = NONE;
};

async function savePicture(): Promise<void> {
  if (!view.value || !data.value) {
    done.value = NONE;
    return;
  }
  const paper = getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
  const scene = {
    view: view.value,
    data: data.value,
    palette: palette.value,
    paper,
    row: row.value,
    looked: looked.value,
    settings: settings.value,
  };
  const picture = await drawPicture(scene);
  if (picture) save(picture, "drowse.png");
}

export function SharePanel() {
  const isOwn = settings.value.data === OWN;
  const epochs = view.value?.epoch ?? 0;
  return (
    <section class="card share">
      <h2>Take it with you</h2>
      <div class="chips">
        <button type="button" onClick={() => copyLink(isOwn)}>
          Copy the link
        </button>
        <button type="button" onClick={() => copyCode(epochs)}>
          Copy as code
        </button>
        <button type="button" onClick={saveModelFile}>
          Save the model
        </button>
        <button type="button" onClick={savePicture}>
          Save a picture
        </button>
      </div>
      <p class="muted" role="status">
        {done.value ||
          "The code ends in the same bits as this page, in Node or in any other browser. The model is a safetensors file."}
      </p>
    </section>
  );
}
