import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { dropoutMask, loadModel } from "drowse";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { weightMask } from "../../playground/engine/kinds.ts";
import { buildNetwork } from "../../playground/engine/network.ts";
import { kindNames, standardSettings } from "../../playground/state/settings.ts";
import { stagesOf } from "../../playground/view/stages/stages.ts";
import { root } from "../../scripts/root.mjs";
import { familyKernels } from "../../src/wasm/generated/family-kernels.ts";
import { describeInChromium, type OpenedPage, openPage } from "./harness.ts";

// The built page of the playground, as it is in the package.

const site = join(root, "dist/playground");
const csp =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const epochOf = async (page: Page) => Number((await page.getByTestId("epoch").textContent())?.replaceAll(",", ""));
const testLoss = async (page: Page, twin: "awake" | "drowsy") => Number(await page.getByTestId(`${twin}-test`).textContent());

/** The address follows the settings a moment later. */
const expectHash = (page: Page, hash: string) => expect.poll(() => new URL(page.url()).hash).toBe(hash);

/** Goes to an address of the page, and waits until both networks are there. */
async function visit({ page, url }: OpenedPage, fragment: string): Promise<void> {
  await page.goto("about:blank");
  await page.goto(`${url}${fragment}`);
  await page.getByTestId("drowsy-test").filter({ hasText: /\d/ }).waitFor();
}

/** What the page says of who is awake: a list of units for the inputs and each hidden layer. */
async function rollCall(page: Page): Promise<number[][]> {
  await page.getByTestId("roll-call").waitFor({ state: "attached" });
  const lines = await page.getByTestId("roll-call").locator("li").allTextContents();
  return lines.map((line) => {
    const [, units = ""] = /awake ([\d, ]*)/.exec(line) ?? [];
    return units.split(", ").filter(Boolean).map(Number);
  });
}

for (const isolated of [true, false]) {
  describeInChromium(`the playground, ${isolated ? "" : "not "}cross-origin isolated`, () => {
    let opened: OpenedPage;
    beforeAll(async () => {
      opened = await openPage({ isolated, csp, site });
    });
    afterAll(() => opened?.close());

    it("learns the spiral until the network whose neurons sleep knows new points better", async () => {
      const { page, complaints } = opened;
      await visit(opened, "");
      await button(page, "Play").click();
      await expect.poll(() => epochOf(page), { timeout: 30_000 }).toBeGreaterThan(300);
      await button(page, "Pause").click();
      expect(await testLoss(page, "drowsy")).toBeLessThan(await testLoss(page, "awake"));
      expect(complaints).toEqual([]);
    });

    it("learns digits, whose pixels sleep as they do in Node", async () => {
      const { page, complaints } = opened;
      const settings = { ...standardSettings, hidden: [8], inputRate: 0.3, seed: 4 };
      await visit(opened, "#data=digits&points=30&hidden=8&inputRate=0.3&seed=4");
      await button(page, "Epoch").click();
      await expect.poll(() => epochOf(page)).toBe(1);
      const model = buildNetwork(settings, { inputs: 784, outputs: 10 });
      const { data } = dropoutMask(model, "input", { rows: [0], pass: 1 });
      const awake = data.reduce((sum, word) => sum + word, 0);
      await page.getByTestId("roll-call").getByText(`inputs: ${awake} of 784 awake`).waitFor({ state: "attached" });
      expect(complaints).toEqual([]);
    });
  });
}

describeInChromium("the playground", () => {
  let opened: OpenedPage;
  beforeAll(async () => {
    opened = await openPage({ isolated: true, csp, site });
  });
  afterAll(() => opened?.close());

  it("shows the masks that the engine has in Node, pass by pass", async () => {
    const { page } = opened;
    const settings = { ...standardSettings, inputRate: 0.5, seed: 7 };
    const model = buildNetwork(settings);
    await visit(opened, "#inputRate=0.5&seed=7");
    for (const pass of [0, 1, 2]) {
      await expect.poll(() => epochOf(page)).toBe(pass);
      const expected = ["input", "hidden1", "hidden2"].map((name) => {
        const { data } = dropoutMask(model, name, { rows: [0], pass });
        return Array.from(data.keys()).filter((unit) => data[unit] === 1);
      });
      expect(await rollCall(page)).toEqual(expected);
      await button(page, "Epoch").click();
    }
    // Another point has another mask.
    await page.getByLabel("Point", { exact: true }).fill("17");
    await page.getByText("Point 17 in epoch 3:").waitFor({ state: "attached" });
    const { data } = dropoutMask(model, "hidden2", { rows: [17], pass: 3 });
    expect((await rollCall(page))[2]).toEqual(Array.from(data.keys()).filter((unit) => data[unit] === 1));
  });

  it("is more in doubt the more neurons sleep", async () => {
    const { page } = opened;
    const doubt = async (rate: number) => {
      await visit(opened, `#rate=${rate}`);
      await page.getByRole("heading", { name: "How sure is it?" }).scrollIntoViewIfNeeded();
      await page.getByTestId("doubt").filter({ hasText: /\d/ }).waitFor();
      return Number(await page.getByTestId("doubt").textContent());
    };
    expect(await doubt(0)).toBeLessThan(0.001);
    expect(await doubt(0.5)).toBeGreaterThan(0.01);
  });

  it("has its settings from the address, and puts them there", async () => {
    const { page } = opened;
    await visit(opened, "#data=moons&hidden=16-8-4&rate=0.5&learningRate=0.03");
    expect(await page.getByLabel("Set", { exact: true }).inputValue()).toBe("moons");
    expect(await page.getByLabel("Units of layer 3").getAttribute("aria-valuetext")).toBe("4");
    await page.getByLabel("Activation").selectOption("tanh");
    await page.getByLabel("Hidden rate").fill("0.25");
    await expectHash(page, "#data=moons&hidden=16-8-4&activation=tanh&rate=0.25&learningRate=0.03");
    await visit(opened, new URL(page.url()).hash);
    expect(await page.getByLabel("Activation").inputValue()).toBe("tanh");
  });

  it("changes the address once for a slider that is drawn, and at once where it is copied", async () => {
    const { page } = opened;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await visit(opened, "");
    const changes = await page.evaluate(async () => {
      const replace = history.replaceState.bind(history);
      let count = 0;
      history.replaceState = (...given) => {
        count++;
        replace(...given);
      };
      const labels = Array.from(document.querySelectorAll("label"));
      const slider = labels.find(({ textContent }) => textContent === "Hidden rate")?.control as HTMLInputElement;
      for (let move = 0; move < 300; move++) {
        slider.value = String(0.05 * (move % 20));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      }
      await new Promise((resolve) => setTimeout(resolve, 600));
      return count;
    });
    expect(changes).toBe(1);
    await expectHash(page, "#rate=0.95");
    await page.getByLabel("Hidden rate").fill("0.5");
    await button(page, "Copy the link").click();
    await page.getByRole("status").getByText("on the clipboard").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/#rate=0\.5$/);
  });

  it("says what it does not understand of an address, and shows a network all the same", async () => {
    const { page, complaints } = opened;
    await visit(opened, "#rate=much&colour=red&hidden=1e9");
    const said = await page.getByRole("alert").textContent();
    expect(said).toContain("rate cannot be “much”");
    expect(said).toContain("there is no setting “colour”");
    expect(said).toContain("hidden cannot be “1e9”");
    await button(page, "Step").click();
    await page.getByText("step 1", { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("multiplies by noise instead, as far as there can be noise", async () => {
    const { page } = opened;
    await visit(opened, "#rate=1&hidden=8");
    await page.getByLabel("Kind", { exact: true }).selectOption("Gaussian noise");
    await expectHash(page, "#hidden=8&rate=0.95&kind=gaussian");
    await page.getByText("10 of 10 awake for the ringed point, each multiplied by noise").waitFor();
    await visit(opened, "#rate=1&kind=gaussian");
    await page.getByRole("alert").getByText("kind=gaussian takes rates below 1, not 1").waitFor();
    await page.getByLabel("Hidden rate").fill("0.5");
    await expect.poll(() => page.getByRole("alert").textContent()).toBe("");
  });

  it("has the whole family of dropout, each with its stages, its numbers and an ensemble", async () => {
    const { page, complaints } = opened;
    await visit(opened, "#hidden=8-8&points=24&rate=0.4");
    for (const kind of kindNames) {
      await page.getByLabel("Kind", { exact: true }).selectOption(kind);
      await button(page, "Epoch").click();
      const stages = page.getByRole("group", { name: "Stages of a step" }).getByRole("button");
      expect(await stages.allTextContents(), kind).toEqual(stagesOf[kind].map(({ name }, index) => `${index + 1} ${name}`));
      for (const stage of await stages.all()) {
        await stage.click();
        expect(await page.locator(".scene .numbers").first().textContent(), kind).toMatch(/\d/);
        expect(await page.locator(".scene").textContent(), kind).not.toMatch(/NaN|undefined/);
      }
      await page.getByTestId("doubt").scrollIntoViewIfNeeded();
      await expect.poll(async () => Number(await page.getByTestId("doubt").textContent())).toBeGreaterThan(0.001);
    }
    // What goes with a kind was changed with it.
    await expectHash(page, "#points=24&hidden=8-8&activation=selu&rate=0.4&kind=variational");
    expect(complaints).toEqual([]);
  });

  it("shows the masks of weights that the engine has in Node", async () => {
    const { page } = opened;
    await visit(opened, "#hidden=8-8&kind=dropConnect&seed=5");
    const seed = 5;
    const mask = await weightMask(seed, { column: 1, rate: 0.3, inputs: 8, units: 8, row: 0, pass: 0 });
    const awake = mask.reduce((sum, word) => sum + word, 0);
    await page.getByTestId("roll-call").getByText(`weights 2: ${awake} of 64 awake`).waitFor({ state: "attached" });
    // Of 16 from the inputs none sleeps; left all are awake.
    const [left, right] = await page.locator(".twin figcaption b").allTextContents();
    expect(left).toBe("88 of 88 weights awake");
    expect(right).toMatch(/of 88 weights awake$/);
    expect(right).not.toBe(left);
  });

  it("moves rates by a schedule while it trains, and has a rate for each layer", async () => {
    const { page } = opened;
    await visit(opened, "#points=32&hidden=8-8");
    await page.getByLabel("a rate for each layer").check();
    await page.getByLabel("Rate of layer 2").fill("0.6");
    await button(page, "Epoch").click();
    await expect.poll(() => epochOf(page)).toBe(1);
    await page.getByLabel("Schedule", { exact: true }).selectOption("linear");
    await page.getByLabel("Over", { exact: true }).fill("20");
    await expectHash(page, "#points=32&hidden=8-8&rates=0.3,0.6&schedule=linear&span=20");
    for (let epoch = 2; epoch <= 5; epoch++) {
      await button(page, "Epoch").click();
      await expect.poll(() => epochOf(page)).toBe(epoch);
    }
    // The last of 10 steps, of 40.
    await expect.poll(() => page.getByTestId("rates").textContent()).toBe("6.8 %, 13.5 %");
  });

  it("knows a digit that is drawn, and is unsure of a scribble", async () => {
    const { page, complaints } = opened;
    await visit(opened, "#data=digits&points=1000&hidden=64&rate=0.4&learningRate=0.003&batch=32");
    await button(page, "Play").click();
    await expect.poll(() => epochOf(page), { timeout: 60_000 }).toBeGreaterThanOrEqual(12);
    await button(page, "Pause").click();
    const pad = page.getByTestId("pad");
    await pad.scrollIntoViewIfNeeded();
    const { x, y, width } = (await pad.boundingBox()) ?? { x: 0, y: 0, width: 0 };
    const to = (left: number, top: number) => [x + left * width, y + top * width] as const;
    // A seven, off the middle and small.
    await page.mouse.move(...to(0.1, 0.1));
    await page.mouse.down();
    for (const [left, top] of [
      [0.3, 0.1],
      [0.5, 0.1],
      [0.4, 0.35],
      [0.3, 0.6],
    ] as const)
      await page.mouse.move(...to(left, top));
    await page.mouse.up();
    const entropy = async () => Number.parseFloat((await page.getByTestId("entropy").textContent()) ?? "");
    await expect.poll(() => page.getByTestId("pad-drowsy").textContent()).toBe("7");
    expect(await page.getByTestId("pad-awake").textContent()).toBe("7");
    const ofSeven = await entropy();
    await button(page, "A scribble").click();
    await expect.poll(entropy).toBeGreaterThan(Math.max(0.8, 2 * ofSeven));

    // By keys: a one, downwards.
    await pad.focus();
    await page.keyboard.press("Delete");
    expect(await page.getByTestId("pad-drowsy").textContent()).toBe("–");
    for (let key = 0; key < 9; key++) await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    for (let key = 0; key < 18; key++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await expect.poll(() => page.getByTestId("pad-drowsy").textContent()).toBe("1");

    // By a finger: the page stays where it is, and another finger draws nothing.
    await button(page, "Clear").click();
    const fingers = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...places: (readonly [number, number])[]) =>
      fingers.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: places.map(([left, top], id) => ({ x: x + left * width, y: y + top * width, id })),
      });
    const scrolled = () => page.evaluate(() => scrollY);
    const before = await scrolled();
    await touch("touchStart", [0.5, 0.12]);
    for (let move = 1; move <= 7; move++) await touch("touchMove", [0.5, 0.12 + 0.05 * move]);
    await touch("touchStart", [0.5, 0.47], [0.05, 0.9]);
    for (let move = 8; move <= 15; move++) await touch("touchMove", [0.5, 0.12 + 0.05 * move], [0.05 + 0.03 * move, 0.9]);
    await touch("touchEnd");
    await expect.poll(() => page.getByTestId("pad-drowsy").textContent()).toBe("1");
    expect(await scrolled()).toBe(before);

    // A test image, chosen by its number and on the sheet: image 11 shows a 1, image 0 a 0.
    await page.getByLabel("Test image").fill("11");
    await expect.poll(() => page.getByTestId("pad-awake").textContent()).toBe("1");
    const sheet = page.getByRole("img", { name: /A hundred new images/ }).first();
    const size = (await sheet.boundingBox())?.width ?? 0;
    await sheet.click({ position: { x: 0.05 * size, y: 0.05 * size } });
    await expect.poll(() => page.getByTestId("pad-awake").textContent()).toBe("0");
    expect(await rollCall(page)).toHaveLength(2);
    expect(complaints).toEqual([]);
  });

  it("says that digits could not be loaded, and that all of MNIST is elsewhere", async () => {
    const { page } = opened;
    await page.route("**/digits.bin", (route) => route.fulfill({ body: "" }));
    await page.goto("about:blank");
    await page.goto(`${opened.url}#data=digits`);
    await page.getByRole("alert").getByText("digits.bin is damaged; build the page again").waitFor();
    await page.unroute("**/digits.bin");
    await page.goto("about:blank");
    await page.goto(`${opened.url}#data=mnist`);
    await page.getByRole("alert").getByText("all of MNIST is only served by drowse play").waitFor();
    await page.getByLabel("Set", { exact: true }).selectOption("digits");
    await page.getByTestId("drowsy-test").filter({ hasText: /\d/ }).waitFor();
    expect(await page.getByRole("alert").textContent()).toBe("");
  });

  it("learns from a file of one's own, chosen or dropped, and says why it does not", async () => {
    const { page, complaints } = opened;
    await visit(opened, "");
    const take = (name: string, text: string) =>
      page.getByLabel("Your own CSV").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
    const rows = (count: number, line: (row: number) => string) =>
      Array.from({ length: count }, (_, row) => line(row)).join("\n");
    const wave = (row: number) => Math.sin(1.7 * row).toFixed(3);

    await take("pets.csv", `width,height,kind\n${rows(60, (row) => `${wave(row)},${wave(row + 9)},${row % 2 ? "cat" : "dog"}`)}`);
    const told = page.getByTestId("own");
    await told
      .getByText("pets.csv: “kind”, cat or dog, from width, height; 42 rows to learn from, 18 to be tested on.")
      .waitFor();
    await expectHash(page, "#data=own");
    await button(page, "Epoch").click();
    await page.getByText("step 3", { exact: true }).waitFor();

    const alert = page.getByRole("alert");
    await take("bad.csv", "a,b\n1,2\n1,2,3\n");
    await alert.getByText("“bad.csv” was not taken: CSV: row 3 has 3 fields").waitFor();
    await take(
      "huge.csv",
      rows(1_000_000, (row) => `${row % 7},2.5,3`),
    );
    await alert.getByText("“huge.csv” was not taken: it has 7,999,999 bytes").waitFor();
    await take("one.csv", `a,b,c\n${rows(30, (row) => `${wave(row)},${wave(row + 1)},yes`)}`);
    await alert.getByText("“one.csv” was not taken: its last column, “c”").waitFor();
    // What was there goes on.
    expect(await told.textContent()).toContain("pets.csv");

    // More columns than can be drawn, dropped.
    const wide = `a,b,c,d\n${rows(60, (row) => `${wave(row)},${wave(row + 1)},${wave(row + 2)},${row % 2}`)}`;
    await page.evaluate((text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], "wide.csv"));
      window.dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
    }, wide);
    await told.getByText("wide.csv: “d”, 0 or 1, from a, b, c").waitFor();
    expect(await alert.textContent()).toBe("");
    await button(page, "Epoch").click();
    await page.getByText("step 3", { exact: true }).waitFor();
    expect((await rollCall(page))[0]).toEqual([0, 1, 2]);

    // No address holds a file.
    await visit(opened, "#data=own");
    await alert.getByText("data=own stands for a file").waitFor();
    expect(complaints).toEqual([]);
  });

  it("tells the numbers of a neuron that is pointed at, beside it", async () => {
    const { page } = opened;
    await visit(opened, "#hidden=1&rate=1&points=24");
    for (const [twin, says] of [
      [".awake", /hidden 1, neuron 0\s*holds.*awake, hands on/],
      [".drowsy", /hidden 1, neuron 0\s*holds.*asleep, hands on/],
    ] as const) {
      const network = page.locator(`${twin} canvas.network`);
      await network.hover();
      expect(await page.locator(`${twin} .unitcard`).textContent()).toMatch(says);
      const { width } = (await network.boundingBox()) ?? { width: 0 };
      await network.hover({ position: { x: width - 12, y: 0.46 * width } });
      await page.locator(`${twin} .unitcard`).getByText("class 1").waitFor();
      await page.getByRole("heading", { level: 1 }).hover();
      expect(await page.locator(".unitcard").count()).toBe(0);
    }
  });

  it("compares the two scalings, with the same masks", async () => {
    const { page } = opened;
    await visit(opened, "");
    await button(page, "Standard = inverted").click();
    await button(page, "Epoch").click();
    await expect.poll(() => epochOf(page)).toBe(1);
    expect(await page.locator(".twin h2").allTextContents()).toEqual(["Inverted scaling", "Standard scaling"]);
    const [left, right] = await page.locator(".twin figcaption b").allTextContents();
    expect(left).toBe(right);
    expect(left).not.toContain("34 of 34");
    await page.getByLabel("the other scaling on the left").uncheck();
    await page.getByRole("heading", { name: "Every neuron awake" }).waitFor();
  });

  it("says that what trains was not loaded, whenever it is asked", async () => {
    const { page } = opened;
    await page.route("**/worker-*.js", (route) => route.fulfill({ status: 404, body: "" }));
    await page.goto("about:blank");
    await page.goto(opened.url);
    const told = page.getByRole("alert").getByText("It could not begin: the thread that trains is gone");
    await told.waitFor();
    await button(page, "Play").click();
    await told.waitFor();
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    await button(page, "Save the model").click();
    await page.getByRole("status").getByText("There is no network yet").waitFor();
    await page.unroute("**/worker-*.js");
  });

  it("says that a training went wrong, and begins anew", async () => {
    const { page } = opened;
    await visit(opened, "#optimizer=sgd&learningRate=10&hidden=64-64-64&seed=3");
    await button(page, "Play").click();
    await page.getByRole("alert").getByText("The training stopped").waitFor();
    expect(await page.getByRole("alert").textContent()).toMatch(/learning rate/);
    await button(page, "Overfitting, cured").click();
    await button(page, "Step").click();
    await page.getByText("step 1", { exact: true }).waitFor();
    expect(await page.getByRole("alert").textContent()).toBe("");
  });

  it("hands out the model that Node reads, a picture, and the code of the network", async () => {
    const { page } = opened;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await visit(opened, "#data=moons&points=40&hidden=8");
    await button(page, "Epoch").click();
    await page.getByText("step 3", { exact: true }).waitFor();
    const download = async (name: string) => {
      const [saved] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
      return readFileSync(await saved.path());
    };
    const model = loadModel(await download("Save the model"));
    const { data } = await model.predict(Float32Array.of(0.5, 0.5));
    expect(data[0]).toBeGreaterThan(0);
    expect((await download("Save a picture")).subarray(1, 4).toString()).toBe("PNG");
    await button(page, "Copy as code").click();
    await page.getByRole("status").getByText("on the clipboard").waitFor();
    const code = await page.evaluate(() => navigator.clipboard.readText());
    expect(code).toContain("dense(8), relu(), dropout({ rate: 0.3");
    expect(code).toContain("epochs: 1,");
  });

  it.each([
    ["light", "#rate=2"],
    ["dark", "#rate=2"],
    ["light", "#data=digits&hidden=16&points=20&schedule=late&rates=0.5"],
    ["dark", "#data=digits&hidden=16&points=20&kind=concrete"],
  ] as const)("has nothing that axe complains of, %s and narrow: %s", async (colorScheme, address) => {
    const { page } = opened;
    await page.emulateMedia({ colorScheme });
    await visit(opened, address);
    await page.setViewportSize({ width: 360, height: 740 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    // By the debugger, which the page's policy does not bind.
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
      const { violations } = await axe.run(document, { resultTypes: ["violations"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    });
    expect(found).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  it("is played by the keyboard alone", async () => {
    const { page } = opened;
    await visit(opened, "");
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    for (let key = 0; key < 20 && (await focused()) !== "Step"; key++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("step 1", { exact: true }).waitFor();
    // All else is reached as well, and nothing of it lies under the bar that stays in sight.
    const names: string[] = [];
    for (let key = 0; key < 100; key++) {
      await page.keyboard.press("Tab");
      const name = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return undefined;
        const bar = document.querySelector(".transport")?.getBoundingClientRect();
        const isUnder = bar && element.getBoundingClientRect().top < bar.bottom && !element.closest(".transport");
        return isUnder ? `${element.outerHTML} lies under the bar` : element.tagName;
      });
      if (name === undefined) break;
      names.push(name);
    }
    const controls = await page.locator("button:not(:disabled), select, input, summary").count();
    const before = await page.locator("header button, .presets button, .play, .transport button:text-is('Step')").count();
    expect(names.filter((name) => name.length > 20)).toEqual([]);
    expect(names).toHaveLength(controls - before);
  });
});

describe("the files of the playground", () => {
  it("are under 300 kB after gzip, and name none of their own by an absolute path", () => {
    const html = readFileSync(join(site, "index.html"), "utf8");
    const names = [...html.matchAll(/(?:src|href)="([^"]+)"/g)]
      .map(([, name]) => name)
      .filter((name) => !name.startsWith("data:"));
    expect(names.length).toBeGreaterThan(1);
    expect(names.filter((name) => !name.startsWith("./"))).toEqual([]);
    const script = readFileSync(join(site, names.find((name) => name.endsWith(".js")) ?? ""), "utf8");
    const [worker] = /(?<!own-)worker-[\w-]+\.js/.exec(script) ?? [];
    const files = ["index.html", ...names, `assets/${worker}`].map((name) => readFileSync(join(site, name)));
    const bytes = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
    expect(bytes).toBeGreaterThan(60_000);
    expect(bytes).toBeLessThan(300_000);
  });

  it("leave the kernels of the family for later", () => {
    const kernels = familyKernels.deflated.slice(0, 80);
    const folder = join(site, "assets");
    const holding = readdirSync(folder).filter((name) => readFileSync(join(folder, name), "utf8").includes(kernels));
    expect(holding).toEqual([expect.stringMatching(/^family-/)]);
  });
});
