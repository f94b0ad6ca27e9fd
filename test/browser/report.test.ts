import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { reportPage } from "../../src/report/page.ts";
import { classFacts, numberFacts } from "../run-facts.ts";
import { describeInChromium, type OpenedPage, openPage } from "./harness.ts";

const MARK = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>";
const pages = {
  classes: classFacts({ classes: [MARK, "a class with a long name that goes on and on", "3"], column: MARK, data: MARK }),
  "many-classes": classFacts({ classes: Array.from({ length: 26 }, (_, index) => `class ${index}`) }),
  numbers: numberFacts(),
};

describeInChromium("report.html", () => {
  let site = "";
  let opened: OpenedPage;
  beforeAll(async () => {
    site = mkdtempSync(join(tmpdir(), "drowse-report-"));
    for (const [name, facts] of Object.entries(pages)) writeFileSync(join(site, `${name}.html`), await reportPage(facts));
    writeFileSync(join(site, "index.html"), await reportPage(pages.classes));
    opened = await openPage({ isolated: false, site });
  });
  afterAll(async () => {
    await opened.close();
    rmSync(site, { recursive: true, force: true });
  });

  it.each(
    Object.keys(pages).flatMap((name) =>
      (["light", "dark"] as const).flatMap((scheme) => [360, 1280].map((width) => [name, scheme, width] as const)),
    ),
  )("%s has nothing that axe or the browser complains of, %s and %d wide", async (name, colorScheme, width) => {
    const { page, url, complaints } = opened;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 740 });
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(`${url}${name}.html`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: typeof import("axe-core") };
      const { violations } = await axe.run(document, { resultTypes: ["violations"] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    });
    expect(found).toEqual([]);
    expect(await page.title()).not.toBe("broken");
    // The favicon is the browser's own wish, and not the page's.
    expect(complaints.filter((text) => !text.includes("favicon") && !text.includes("404"))).toEqual([]);
    expect(requests.filter((address) => !address.endsWith("favicon.ico"))).toEqual([`${url}${name}.html`]);
    page.removeAllListeners("request");
  });

  it("is printed dark on white, whatever the screen, with charts beside each other", async () => {
    const { page, url } = opened;
    await page.emulateMedia({ colorScheme: "dark", media: "print" });
    await page.goto(`${url}classes.html`);
    const looks = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      const columns = (selector: string) =>
        getComputedStyle(document.querySelector(selector) as Element).gridTemplateColumns.split(" ").length;
      return { color, backgroundColor, cards: columns(".cards"), charts: columns(".charts") };
    });
    expect(looks).toEqual({ color: "rgb(27, 31, 36)", backgroundColor: "rgb(255, 255, 255)", cards: 4, charts: 2 });
    await page.emulateMedia({ colorScheme: "light", media: "screen" });
  });

  it("takes its sheet, and draws in its colours", async () => {
    const { page, url } = opened;
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(`${url}numbers.html`);
    const [card, curve] = await page.evaluate(() => [
      getComputedStyle(document.querySelector(".card") as Element).borderRadius,
      getComputedStyle(document.querySelector("svg path[stroke='var(--held)'], svg g[stroke='var(--held)']") as Element).stroke,
    ]);
    expect(card).toBe("12px");
    expect(curve).toBe("rgb(0, 103, 163)");
  });
});
