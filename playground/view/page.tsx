import { complaints, failure, isDrawn, isOfImages, notes, refusal, settings, view } from "../state/page.ts";
import { isCrowded } from "./draw-network.ts";
import { Header } from "./header.tsx";
import { sleepers } from "./kind-words.ts";
import { Losses } from "./losses.tsx";
import { count } from "./numbers.ts";
import { PadPanel } from "./pad-panel.tsx";
import { Presets } from "./presets.tsx";
import { SettingsPanel } from "./settings-panel.tsx";
import { SharePanel } from "./share-panel.tsx";
import { StepPanel } from "./step-panel.tsx";
import { SurePanel } from "./sure-panel.tsx";
import { Transport } from "./transport.tsx";
import { TwinFigure } from "./twin-figure.tsx";

const OF_IMAGES =
  "choose another below. Above, a hundred new images: framed are those it gets wrong. Click on one to put it on the pad.";

/** As many complaints of an address as are told one by one. */
const MOST_COMPLAINTS = 4;

/** What of the address was not followed, in one message, however wrong it is. */
function addressWords(all: readonly string[]): string[] {
  if (all.length === 0) return [];
  const more = all.length > MOST_COMPLAINTS ? `; and ${count(all.length - MOST_COMPLAINTS)} more` : "";
  return [`The address was not followed in all: ${all.slice(0, MOST_COMPLAINTS).join("; ")}${more}. All else of it was.`];
}

/** What could not be done, and what to do. */
function Messages() {
  const lines = [
    ...addressWords(complaints.value),
    ...notes.value.map((note) => `${note}: changed as well.`),
    ...(refusal.value === undefined ? [] : [`${refusal.value}.`]),
    ...(failure.value === undefined
      ? []
      : [`${view.value === undefined ? "It could not begin" : "The training stopped"}: ${failure.value}`]),
  ];
  return (
    <div class="messages" role="alert">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}

export function Page() {
  return (
    <>
      <Header />
      <main>
        <Messages />
        <Presets />
        <Transport />
        <div class="bench">
          <div class="stage">
            <section class="twins" aria-label="The two networks">
              <TwinFigure twin="awake" />
              <TwinFigure twin="drowsy" />
              <p class="key">
                A neuron is <i class="dot full" /> as full as it is active
                {sleepers(settings.value) === "weights" ? (
                  <>
                    , or <i class="dot" /> has nothing to say; a weight that sleeps has no line
                  </>
                ) : (
                  <>
                    , <i class="dot" /> awake with nothing to say, or <i class="dot asleep" /> asleep
                  </>
                )}
                {isOfImages.value && (
                  <>
                    ; a pixel with a <i class="speck" /> is asleep too
                  </>
                )}
                . Lines that are lit are the weights that {isOfImages.value ? "this image" : "the ringed point"} changes in this
                epoch{isCrowded(view.value?.drowsy.walk) && ", of so many the strongest"};{" "}
                {isOfImages.value
                  ? OF_IMAGES
                  : isDrawn.value
                    ? "click on another point to ring it."
                    : "choose another point below."}
              </p>
            </section>
            <Losses />
          </div>
          <SettingsPanel />
        </div>
        <div class="closer">
          <StepPanel />
          {isOfImages.value ? <PadPanel /> : <SurePanel />}
        </div>
        <SharePanel />
      </main>
      <footer>
        <p>
          Everything runs in this page: nothing is sent anywhere. The same seed gives the same bits, here and in Node. Dropout:
          Hinton, Srivastava, Krizhevsky, Sutskever and Salakhutdinov, 2012 and 2014.
        </p>
      </footer>
    </>
  );
}
