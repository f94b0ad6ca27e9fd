import { batch, computed, signal } from "@preact/signals";
import type { PlaneData } from "../data/plane.ts";
import type { Order, Report, View } from "../engine/messages.ts";
import { readAddress, writeAddress } from "./address.ts";
import { History } from "./history.ts";
import type { Settings } from "./settings.ts";

// What the page knows. Components read the signals; what happens goes through the functions.

export const settings = signal<Settings>(readAddress("").settings);
/** What of the address could not be read. */
export const complaints = signal<readonly string[]>([]);
export const data = signal<PlaneData | undefined>(undefined);
export const view = signal<View | undefined>(undefined);
export const history = signal(new History());
export const isPlaying = signal(false);
/** Steps a second. */
export const speed = signal(Number.POSITIVE_INFINITY);
/** Why the training stopped by itself. */
export const failure = signal<string | undefined>(undefined);
/** The point whose step is drawn. */
export const row = signal(0);
/** A unit of the drowsy network: its column, 0 for the inputs, and its place there. */
export const chosen = signal({ column: 1, unit: 0 });

/** Whether nothing has been learned yet. */
export const isFresh = computed(() => (view.value?.step ?? 0) === 0);

/** Settings that a training takes over while it runs; with others it begins anew. */
const STEERED: readonly (keyof Settings)[] = ["rate", "inputRate", "learningRate"];

let run = 0;
let send: (order: Order) => void = () => {};

/** Connects the page with what trains, and begins with the settings of the address. */
export function connect(order: (order: Order) => void): void {
  send = order;
  restore();
}

/** Takes the settings over from the address. */
export function restore(): void {
  const read = readAddress(location.hash);
  complaints.value = read.complaints;
  settings.value = read.settings;
  begin();
}

/** Changes some settings: at once. */
export function change(changes: Partial<Settings>): void {
  const names = Object.keys(changes) as (keyof Settings)[];
  settings.value = { ...settings.value, ...changes };
  complaints.value = [];
  const address = writeAddress(settings.value);
  globalThis.history.replaceState(null, "", address === "" ? location.pathname + location.search : address);
  if (names.every((name) => STEERED.includes(name))) send({ kind: "steer", settings: settings.value });
  else begin();
}

/** Begins anew; goes on playing if it was. */
export function begin(): void {
  run += 1;
  batch(() => {
    failure.value = undefined;
    history.value = new History();
    const { hidden, points } = settings.value;
    row.value = Math.min(row.value, points - 1);
    const { column, unit } = chosen.value;
    const units = column === 0 ? 2 : (hidden[column - 1] ?? 0);
    if (unit >= units) chosen.value = { column: 1, unit: 0 };
  });
  send({ kind: "begin", run, settings: settings.value });
  if (isPlaying.value) send({ kind: "play", speed: speed.value });
}

export function play(): void {
  if (failure.value !== undefined) begin();
  isPlaying.value = true;
  send({ kind: "play", speed: speed.value });
}

export function pause(): void {
  isPlaying.value = false;
  send({ kind: "pause" });
}

/** Takes some steps, then rests. */
export function takeSteps(count: number): void {
  isPlaying.value = false;
  send({ kind: "steps", count });
}

/** To the end of the current pass over the data. */
export function takeEpoch(): void {
  const { step = 0, stepsPerEpoch = 1 } = view.value ?? {};
  takeSteps(stepsPerEpoch - (step % stepsPerEpoch));
}

export function setSpeed(value: number): void {
  speed.value = value;
  if (isPlaying.value) send({ kind: "play", speed: value });
}

export function lookAt(point: number): void {
  row.value = point;
  send({ kind: "row", row: point });
}

/** Takes what the worker tells. What belongs to an earlier beginning is old. */
export function hear(report: Report): void {
  if (report.run !== run) return;
  batch(() => {
    switch (report.kind) {
      case "data":
        data.value = report.data;
        break;
      case "view":
        view.value = report;
        history.value = history.value.with(report);
        break;
      case "failed":
        failure.value = report.message;
        isPlaying.value = false;
        break;
    }
  });
}
