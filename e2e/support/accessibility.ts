import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** Nothing on the page as it is now is a serious or critical obstacle: names, roles, structure, contrast. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "light" });
  expect(await obstacles(axe(page))).toEqual([]);
}

/** The same in dark colours, where only the contrast can differ. */
export async function expectReadableInTheDark(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "dark" });
  expect(await obstacles(axe(page).withRules(["color-contrast"]))).toEqual([]);
  await page.emulateMedia({ colorScheme: "light" });
}

/** Legacy mode: without frames of other origins there is nothing to be gathered in a page of its own. */
const axe = (page: Page) => new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).setLegacyMode();

async function obstacles(builder: AxeBuilder): Promise<string[]> {
  const { violations } = await builder.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help}: ${target.join(" ")}`));
}

/** What could only be seen by scrolling sideways, on a screen of this width. Rows of tabs and commands may scroll. */
export async function expectNoSidewaysScrolling(page: Page, width: number): Promise<void> {
  const wide = () =>
    page.evaluate(() => {
      const mayScroll = "nav, [role=toolbar], :has(> [role=toolbar]), pre";
      return [...document.querySelectorAll<HTMLElement>("html, main, main *")]
        .filter((element) => !element.matches(mayScroll) && element.scrollWidth > element.clientWidth + 1)
        .filter(
          (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX) || element.tagName === "HTML",
        )
        .map((element) => `${element.tagName} ${element.className}: ${element.scrollWidth} > ${element.clientWidth}`);
    });
  const before = page.viewportSize();
  await page.setViewportSize({ width, height: 844 });
  await expect.poll(wide).toEqual([]);
  if (before) await page.setViewportSize(before);
}
