import { expect, it } from "vitest";
import { describeInChromium, openPage } from "./harness.ts";

describeInChromium("a page in Chromium", () => {
  it.each([true, false])("is cross-origin isolated exactly where it is asked to be: %s", async (isolated) => {
    const { page, close } = await openPage({ isolated });
    try {
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
    } finally {
      await close();
    }
  });

  it("loads the library from dist/, under a policy that allows no script from elsewhere and no eval", async () => {
    const { page, load, close } = await openPage({ isolated: true, csp: "default-src 'none'; script-src 'self'" });
    try {
      const remedy = await page.evaluate((drowse) => new drowse.DrowseError("fit", "nothing", "give data").remedy, await load());
      expect(remedy).toBe("give data");
    } finally {
      await close();
    }
  });

  it("keeps to the content security policy it is given", async () => {
    const { page, close } = await openPage({ isolated: false, csp: "script-src 'none'" });
    try {
      await expect(page.addScriptTag({ content: "document.title = 'ran'" })).rejects.toThrow("Content Security Policy");
    } finally {
      await close();
    }
  });
});
