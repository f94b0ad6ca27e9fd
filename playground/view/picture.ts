import { type DataSet, pictureOf } from "../data/data-set.ts";
import type { View } from "../engine/messages.ts";
import type { Unit } from "../state/page.ts";
import type { Settings } from "../state/settings.ts";
import type { Surface } from "./canvas.tsx";
import { drawAnswers } from "./draw-answers.ts";
import { drawNetwork } from "./draw-network.ts";
import { titleOf } from "./kind-words.ts";
import { count, loss } from "./numbers.ts";
import type { Palette } from "./palette.ts";

const [WIDTH, HEIGHT] = [1200, 760];
const SIDE = 340;
const MARGIN = 40;
const FONT = "system-ui, sans-serif";

/** What is drawn, and in which colours. */
interface Scene {
  readonly view: View;
  readonly data: DataSet;
  readonly palette: Palette;
  readonly paper: string;
  readonly row: number;
  readonly looked: Unit;
  readonly settings: Settings;
}

function drawTwin(context: CanvasRenderingContext2D, twin: "awake" | "drowsy", left: number, scene: Scene): void {
  const { view, data, palette, row, looked, settings } = scene;
  const { field, testLoss, trainLoss, walk } = view[twin];
  const at = (x: number, y: number, width: number, height: number, draw: (surface: Surface) => void) => {
    context.save();
    context.translate(x, y);
    context.beginPath();
    context.rect(0, 0, width, height);
    context.clip();
    draw({ context, width, height });
    context.restore();
  };
  const isDrawn = pictureOf(data.task) !== undefined;
  if (isDrawn)
    at(left, 110, SIDE, SIDE, (surface) => {
      drawAnswers(surface, data, { answers: field, colour: palette[twin], ringed: row }, palette);
    });
  // Where there is no picture of the answers the network has their place too.
  const [top, height] = isDrawn ? [110 + SIDE + 10, 250] : [110, SIDE + 260];
  at(left, top, SIDE, height, (surface) => {
    const marks = twin === "drowsy" ? { marked: looked } : {};
    drawNetwork(surface, walk, { palette, colour: palette[twin], ...marks });
  });
  context.fillStyle = palette[twin];
  context.font = `600 24px ${FONT}`;
  context.fillText(titleOf(twin, settings), left, 92);
  const beside = left + SIDE + 16;
  for (const [index, [name, value]] of Object.entries({ "test loss": testLoss, "training loss": trainLoss }).entries()) {
    context.fillStyle = palette.muted;
    context.font = `16px ${FONT}`;
    context.fillText(name, beside, 140 + 80 * index);
    context.fillStyle = palette[twin];
    context.font = `700 36px ${FONT}`;
    context.fillText(loss(value), beside, 180 + 80 * index);
  }
}

/** A picture of both networks as they stand. */
export function drawPicture(scene: Scene): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d");
  if (!context) return Promise.resolve(null);
  const { view, palette, paper } = scene;
  context.fillStyle = paper;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.fillStyle = palette.ink;
  context.font = `700 26px ${FONT}`;
  context.fillText("drowse", MARGIN, 48);
  context.fillStyle = palette.muted;
  context.font = `18px ${FONT}`;
  context.fillText(
    `two networks after ${count(view.epoch)} epoch${view.epoch === 1 ? "" : "s"} on the same ${pictureOf(scene.data.task) === "images" ? "images" : "points"}`,
    MARGIN + 116,
    48,
  );
  drawTwin(context, "awake", MARGIN, scene);
  drawTwin(context, "drowsy", WIDTH / 2 + MARGIN / 2, scene);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
