import { expect, type Page } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScrolling, expectReadableInTheDark } from "./support/accessibility";
import { portalOrigin, test } from "./support/portal-test";

/** Every page that a link leads to, with on it what the story has left: found by following the links, as a crawler does. */
test.describe.configure({ mode: "serial" });

/** Pages of one kind look alike; these many of each are looked at. */
const OF_A_KIND = 2;
const visited: string[] = [];

test("every link leads to a page with a title, a heading and something on it", async ({ page }) => {
  const found = ["/"];
  const kinds = new Map<string, number>();
  for (let address = found.shift(); address !== undefined; address = found.shift()) {
    if (visited.includes(address)) continue;
    const kind = kindOf(address);
    const seen = kinds.get(kind) ?? 0;
    if (seen >= OF_A_KIND) continue;
    kinds.set(kind, seen + 1);
    visited.push(address);
    await visit(page, address);
    await expect(page, `${address} has a title`).toHaveTitle(/\S+ – Secondsite$/);
    found.push(...(await linksOf(page)));
  }
  expect(visited.length).toBeGreaterThan(15);
});

test("no page has a serious obstacle, in light or in dark colours", async ({ page }) => {
  for (const address of visited) {
    await test.step(address, async () => {
      await visit(page, address);
      await expectAccessible(page);
      await expectReadableInTheDark(page);
    });
  }
});

test("no page scrolls sideways on a telephone", async ({ page }) => {
  for (const address of visited) {
    await test.step(address, async () => {
      await visit(page, address);
      await expectNoSidewaysScrolling(page, 390);
    });
  }
});

test("addresses of things that do not exist say so, and lead back", async ({ page }) => {
  const nowhere: readonly (readonly [string, RegExp])[] = [
    ["/nowhere", /no such page/],
    ["/recovery-services/none/dashboard", /no vault named none/],
    ["/recovery-services/contoso-vault/protected-items/none", /not protected/],
    ["/recovery-services/contoso-vault/recovery-plans/none", /no such plan|no recovery plan named none|no plan/i],
    ["/recovery-services/contoso-vault/jobs/none", /no such job/],
    ["/sites/none", /no site named none/],
    ["/virtual-machines/none", /no virtual machine named none/],
  ];
  for (const [address, words] of nowhere) {
    await test.step(address, async () => {
      await page.goto(address);
      await expect(page.getByRole("heading", { name: words })).toBeVisible();
      await expect(page.getByRole("link", { name: /^(Go to|Show) / })).toBeVisible();
      await expectAccessible(page);
      await expectReadableInTheDark(page);
    });
  }
});

async function visit(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("heading", { name: "There is no such page" })).toBeHidden();
  await expect(page.getByText(/^Loading/)).toHaveCount(0);
}

/** The addresses of all links on the page that stay in the portal. */
async function linksOf(page: Page): Promise<string[]> {
  const links = await page.getByRole("link").all();
  const targets = await Promise.all(links.map((link) => link.getAttribute("href")));
  return targets
    .filter((target) => target !== null)
    .map((target) => new URL(target, page.url()))
    .filter((url) => url.origin === portalOrigin() && url.hash === "")
    .map((url) => url.pathname);
}

/** An address without the name of the one thing that it shows: jobs, items, plans, machines and sites are many. */
function kindOf(address: string): string {
  const many = /^(.*\/(?:jobs|protected-items|recovery-plans|virtual-machines|sites))\/[^/]+$/.exec(address);
  return many?.[1] === undefined ? address : `${many[1]}/one`;
}
