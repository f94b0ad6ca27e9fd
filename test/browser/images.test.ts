import { afterAll, beforeAll, expect, it } from "vitest";
import { readImages } from "../../src/tables/read-images.ts";
import { imageFile, type Picture, pngFile, SAMPLES } from "../png.ts";
import { describeInChromium, type OpenedPage, openPage } from "./harness.ts";

/** Images of each type of colour, with and without interlacing and transparency. */
const pictures: Picture[] = ([0, 2, 3, 4, 6] as const).flatMap((colourType) =>
  (colourType === 3 ? [1, 2, 4, 8] : colourType === 0 ? [1, 2, 4, 8] : [8]).flatMap((depth) =>
    [false, true].map((interlaced): Picture => {
      const [width, height] = [13, 9];
      const count = width * height * SAMPLES[colourType];
      const samples = Array.from({ length: count }, (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 9) % 2 ** depth);
      const palette = colourType === 3 ? { palette: Array.from({ length: 3 * 2 ** depth }, (_, i) => (41 * i) % 256) } : {};
      return { width, height, depth, colourType, samples, interlaced: interlaced && depth === 8, ...palette };
    }),
  ),
);

describeInChromium("PNG images in a page", () => {
  let opened: OpenedPage;
  beforeAll(async () => {
    opened = await openPage({ isolated: false });
  });
  afterAll(() => opened?.close());

  it("are read as in Node, and as the browser itself draws them before white", async () => {
    const files = pictures.map((picture) => pngFile(picture));
    const here = await readImages(
      files.map((file, i) => imageFile(`${i}.png`, file)),
      { channels: "rgb" },
    );
    const tables = await opened.load<typeof import("drowse/tables")>("tables.js");
    const there = await opened.page.evaluate(
      async ({ library, bytes }) => {
        const blobs = bytes.map((one) => new File([Uint8Array.from(one)], "x.png"));
        const { x } = await library.readImages(
          blobs.map((source, i) => ({ path: `${i}.png`, source })),
          { channels: "rgb" },
        );
        const drawn = [];
        for (const blob of blobs) {
          const bitmap = await createImageBitmap(new Blob([blob], { type: "image/png" }));
          const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d") as OffscreenCanvasRenderingContext2D;
          context.fillStyle = "white";
          context.fillRect(0, 0, bitmap.width, bitmap.height);
          context.drawImage(bitmap, 0, 0);
          drawn.push([...context.getImageData(0, 0, bitmap.width, bitmap.height).data].filter((_, i) => i % 4 < 3));
        }
        return { read: [...x.data], drawn };
      },
      { library: tables, bytes: files.map((file) => [...file]) },
    );
    expect(there.read).toEqual([...here.x.data]);
    const drawn = there.drawn.flat();
    expect(drawn).toHaveLength(there.read.length);
    // What is half transparent a browser rounds in its own way.
    const size = 3 * 13 * 9;
    drawn.forEach((value, i) => {
      const isClear = pictures[Math.floor(i / size)].colourType > 3;
      expect(Math.abs(value - there.read[i]), `byte ${i % size} of ${Math.floor(i / size)}`).toBeLessThanOrEqual(isClear ? 2 : 0);
    });
  });
});
