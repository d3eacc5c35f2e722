import { expect, type Page } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScrolling, expectReadableInTheDark } from "./support/accessibility";
import { portalOrigin, test } from "./support/portal-test";

/** Pages of one kind look alike; these many of each are looked at. */
const OF_A_KIND = 2;

/** Found by following the links, as a crawler does, with on the pages what the story has left. */
test("every page that a link leads to has a title, a heading, no serious obstacle, and fits a telephone", async ({
  page,
}) => {
  test.setTimeout(300_000);
  const found = ["/"];
  const visited = new Set<string>();
  const kinds = new Map<string, number>();
  const wrong: string[] = [];
  for (let address = found.shift(); address !== undefined; address = found.shift()) {
    const kind = kindOf(address);
    const seen = kinds.get(kind) ?? 0;
    if (visited.has(address) || seen >= OF_A_KIND) continue;
    kinds.set(kind, seen + 1);
    visited.add(address);
    found.push(...(await test.step(address, () => visit(page, address))));
    // All pages are looked at, so that one run tells of all that is wrong.
    await test.step(address, () => inspect(page)).catch((error: unknown) => wrong.push(`${address}: ${String(error)}`));
  }
  expect(wrong).toEqual([]);
  expect(visited.size).toBeGreaterThan(15);
});

/** Answers the addresses of its links. */
async function visit(page: Page, address: string): Promise<string[]> {
  await page.goto(address);
  await expect(page).toHaveTitle(/\S+ – Secondsite$/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("heading", { name: "There is no such page" })).toBeHidden();
  await expect(page.getByText(/^Loading/)).toHaveCount(0);
  return linksOf(page);
}

async function inspect(page: Page): Promise<void> {
  await expectAccessible(page);
  await expectReadableInTheDark(page);
  await expectNoSidewaysScrolling(page, 390);
}

test("addresses of things that do not exist say so, and lead back", async ({ page }) => {
  const nowhere: readonly (readonly [string, RegExp])[] = [
    ["/nowhere", /no such page/],
    ["/recovery-services/none/dashboard", /no vault named none/],
    ["/recovery-services/contoso-vault/protected-items/none", /not protected/],
    ["/recovery-services/contoso-vault/recovery-plans/none", /no such plan/],
    ["/recovery-services/contoso-vault/drills/none", /no such drill/],
    ["/recovery-services/contoso-vault/jobs/none", /no such job/],
    ["/recovery-services/contoso-vault/evidence/none", /no such run/],
    ["/sites/none", /no site named none/],
    ["/virtual-machines/none", /no virtual machine named none/],
    ["/automation/none/runbooks", /no automation account named none/],
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

/** An address without the names of what it shows: vaults, jobs, items, plans, machines, sites and runbooks are many. */
function kindOf(address: string): string {
  return address.replaceAll(
    /\/(recovery-services|jobs|evidence|protected-items|recovery-plans|drills|virtual-machines|sites|automation|runbooks)\/[^/]+/g,
    "/$1/one",
  );
}
