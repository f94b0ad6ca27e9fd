import { writeAddress } from "./address.ts";
import type { Settings } from "./settings.ts";

// The settings in the browser's address. Browsers refuse an address that changes a hundred times in half a minute, as a slider that is
// drawn changes it: so it is changed after a moment, for all that came in it.

const MOMENT_MILLISECONDS = 400;

let shown: Settings | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Puts settings into the address, soon. */
export function showInAddress(settings: Settings): void {
  shown = settings;
  timer ??= setTimeout(settleAddress, MOMENT_MILLISECONDS);
}

/** Puts them there now, if they are not. */
export function settleAddress(): void {
  if (timer === undefined || shown === undefined) return;
  leaveAddress();
  const address = writeAddress(shown);
  history.replaceState(null, "", address === "" ? location.pathname + location.search : address);
}

/** Forgets what was to be put there: the visitor has changed the address. */
export function leaveAddress(): void {
  clearTimeout(timer);
  timer = undefined;
}
