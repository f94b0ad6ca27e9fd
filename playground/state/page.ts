import { batch, computed, signal } from "@preact/signals";
import { type DataSet, type ImageName, isImages, OWN, pictureOf } from "../data/data-set.ts";
import type { OwnData } from "../data/own-data.ts";
import type { EnsembleReport, Order, PadReport, Report, View } from "../engine/messages.ts";
import { readAddress } from "./address.ts";
import { leaveAddress, showInAddress } from "./address-bar.ts";
import { fitted, limits } from "./fitting.ts";
import { History } from "./history.ts";
import { readFile } from "./read-file.ts";
import { type Settings, settingNames, standardSettings } from "./settings.ts";

// What the page knows. Components read the signals; what happens goes through the functions.

export const settings = signal<Settings>(readAddress("").settings);
/** What of the address could not be read. */
export const complaints = signal<readonly string[]>([]);
/** What was changed so that the settings go together. */
export const notes = signal<readonly string[]>([]);
/** The data of the file that was given last. */
export const own = signal<OwnData | undefined>(undefined);
/** The name of the file that is being read. */
export const reading = signal<string | undefined>(undefined);
/** Why a file could not be taken. */
export const refusal = signal<string | undefined>(undefined);
export const data = signal<DataSet | undefined>(undefined);
export const view = signal<View | undefined>(undefined);
export const ensemble = signal<EnsembleReport | undefined>(undefined);
/** What both networks say of the image on the pad. */
export const said = signal<PadReport | undefined>(undefined);
export const history = signal(new History());
export const isPlaying = signal(false);
/** Steps a second. */
export const speed = signal(Number.POSITIVE_INFINITY);
/** Why the training stopped by itself. */
export const failure = signal<string | undefined>(undefined);
/** The point whose step is drawn. */
export const row = signal(0);
/** A unit of a network: its column, 0 for the inputs, and its place there. */
export interface Unit {
  readonly column: number;
  readonly unit: number;
}

/** The unit of the drowsy network that the visitor chose. */
export const chosen = signal<Unit | undefined>(undefined);
/** Which thinned network is seen for itself. */
export const sample = signal(0);

/** Whether data and answers are drawn, or there are too many columns for that. */
export const isDrawn = computed(() => data.value === undefined || pictureOf(data.value.task) !== undefined);

/** Whether images are learned. */
export const isOfImages = computed(() => data.value !== undefined && pictureOf(data.value.task) === "images");

/** Whether all of MNIST is served beside the page; asked when images are chosen. */
export const isAllOffered = signal(false);

/** Whether nothing has been learned yet. */
export const isFresh = computed(() => (view.value?.step ?? 0) === 0);

/** The unit that is looked at: the one that was chosen, else the one of the first hidden layer that holds most. */
export const looked = computed((): Unit => {
  const columns = view.value?.drowsy.walk.columns;
  const unit = chosen.value;
  if (unit && unit.unit < (columns?.[unit.column]?.mask.length ?? 0)) return unit;
  const held = columns?.[1]?.before ?? new Float32Array(1);
  return { column: 1, unit: held.reduce((most, value, place) => (value > held[most] ? place : most), 0) };
});

/** Settings that a training takes over while it runs; with others it begins anew. */
const STEERED: readonly (keyof Settings)[] = ["rate", "rates", "inputRate", "schedule", "span", "learningRate"];
/** Where rates are learned those of the settings are what they begin with. */
const BEGINNINGS: readonly (keyof Settings)[] = ["rate", "rates"];

let run = 0;
let send: (order: Order) => void = () => {};

/** Connects the page with what trains, and begins with the settings of the address. */
export function connect(order: (order: Order) => void): void {
  send = order;
  restore();
}

const LOST = "data=own stands for a file, which no address holds: choose it again";

/** Takes the settings over from the address. */
export function restore(): void {
  leaveAddress();
  const read = readAddress(location.hash);
  const isLost = read.settings.data === OWN && own.value === undefined;
  complaints.value = isLost ? [...read.complaints, LOST] : read.complaints;
  notes.value = [];
  settings.value = isLost ? { ...read.settings, data: standardSettings.data } : read.settings;
  begin();
}

/** Changes some settings: at once. Others are changed as well where they would not go together. */
export function change(changes: Partial<Settings>): void {
  const before = settings.value;
  const { settings: now, says } = fitted({ ...before, ...changes });
  const names = settingNames.filter((name) => name in changes || now[name] !== before[name]);
  settings.value = now;
  notes.value = says;
  complaints.value = [];
  refusal.value = undefined;
  showInAddress(now);
  const isSteered = (name: keyof Settings) => STEERED.includes(name) && !(limits[now.kind].learns && BEGINNINGS.includes(name));
  if (failure.value === undefined && names.every(isSteered)) send({ kind: "steer", settings: now });
  else begin();
}

/** Takes a file to learn from: what cannot be learned from leaves everything as it is. */
export async function takeFile(file: File): Promise<void> {
  refusal.value = undefined;
  reading.value = file.name;
  try {
    const read = await readFile(file);
    // Another file was given meanwhile.
    if (!read) return;
    own.value = read;
    change({ data: OWN });
  } catch (error) {
    refusal.value = `“${file.name}” was not taken: ${error instanceof Error ? error.message : String(error)}`;
  }
  reading.value = undefined;
}

/** Begins anew; goes on playing if it was. */
export function begin(): void {
  run += 1;
  const { data: name, points } = settings.value;
  batch(() => {
    failure.value = undefined;
    history.value = new History();
    const rows = name === OWN ? own.value?.set.train.y.length : points;
    row.value = Math.min(row.value, (rows ?? 1) - 1);
  });
  if (isImages(name)) void beginWithImages(name, points);
  else beginWith(name === OWN ? own.value?.set : undefined);
}

function beginWith(given: DataSet | undefined): void {
  send({ kind: "begin", run, settings: settings.value, given });
  if (isPlaying.value) send({ kind: "play", speed: speed.value });
}

/** Loads the images first. */
async function beginWithImages(name: ImageName, points: number): Promise<void> {
  const mine = run;
  try {
    const { isAllServed, loadImages } = await import("../data/load-images.ts");
    const given = await loadImages(name, points);
    isAllOffered.value = await isAllServed();
    if (mine === run) beginWith(given);
  } catch (error) {
    if (mine === run) fail(error instanceof Error ? error.message : String(error));
  }
}

/** Says that what trains is gone, now and whenever something is asked of it. */
export function disconnect(message: string): void {
  send = () => fail(message);
  fail(message);
}

function fail(message: string): void {
  batch(() => {
    failure.value = message;
    isPlaying.value = false;
  });
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
  if (failure.value !== undefined) begin();
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

/** Asks what is seen on an image; undefined: on none. */
export function showPad(pixels: Uint8Array | undefined): void {
  if (!pixels) said.value = undefined;
  send({ kind: "pad", pixels });
}

let inSight = false;

/** The ensemble is worth its time where it is seen: in its panel, or around a curve. */
function tellWish(): void {
  const picture = data.value && pictureOf(data.value.task);
  send({ kind: "ensemble", wanted: picture === "line" || (picture === "plane" && inSight), sample: sample.value });
}

/** Says whether the panel of the ensemble is in sight. */
export function showEnsemble(visible: boolean): void {
  inSight = visible;
  tellWish();
}

/** Shows another of its networks for itself. */
export function takeSample(which: number): void {
  sample.value = which;
  tellWish();
}

/** Data that no view has been seen of: shown with the first, as what is drawn must belong together. */
let coming: DataSet | undefined;

let awaited: ((bytes: Uint8Array<ArrayBuffer>) => void) | undefined;

/** The right network as a model file; undefined where there is none. */
export async function modelFile(): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (view.value === undefined || failure.value !== undefined) return undefined;
  return new Promise((resolve) => {
    awaited = resolve;
    send({ kind: "save" });
  });
}

/** Takes what the worker tells. What belongs to an earlier beginning is old. */
export function hear(report: Report): void {
  if (report.run !== run) return;
  batch(() => {
    switch (report.kind) {
      case "data":
        coming = report.data;
        break;
      case "view":
        if (coming) {
          data.value = coming;
          coming = undefined;
          ensemble.value = undefined;
          said.value = undefined;
          tellWish();
        }
        view.value = report;
        history.value = history.value.with({ ...report, rates: report.drowsy.walk.columns.slice(1).map(({ rate }) => rate) });
        break;
      case "ensemble":
        ensemble.value = report;
        break;
      case "pad":
        said.value = report;
        break;
      case "file":
        awaited?.(report.bytes);
        break;
      case "failed":
        fail(report.message);
        break;
    }
  });
}
