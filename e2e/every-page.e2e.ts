import { expect, type Page } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScrolling, expectReadableInTheDark } from "./support/accessibility";
import { openTab, portalOrigin, test } from "./support/portal-test";

test.describe.configure({ mode: "parallel" });

/** Pages of one kind look alike; these many of each are looked at. */
const OF_A_KIND = 2;

/** Found by following the links, as a crawler does, with on the pages what the story has left. */
test("every page that a link leads to has a title, a heading, no serious obstacle, and fits a telephone", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const found = new Crawl("/");
  const wrong: string[] = [];
  const follow = async (page: Page) => {
    for (let address = found.next(); address !== null; address = found.next()) {
      await test.step(address, async () => {
        found.add(await visit(page, address));
        // All pages are looked at, so that one run tells of all that is wrong.
        await inspect(page).catch((error: unknown) => wrong.push(`${address}: ${String(error)}`));
      });
    }
  };
  const tabs = await Promise.all([openTab(browser), openTab(browser)]);
  // One tab begins: only from its page the other knows where to go.
  const [first] = tabs;
  const start = found.next() ?? "";
  found.add(await visit(first, start));
  await inspect(first);
  await Promise.all(tabs.map(follow));
  // What the last page of one tab led to, when the other had ended.
  await follow(first);
  for (const tab of tabs) await tab.context().close();
  expect(wrong).toEqual([]);
  expect(found.count).toBeGreaterThan(15);
});

/** Addresses that are to be visited, each once, and only some of a kind. */
class Crawl {
  readonly #waiting: string[];
  readonly #seen = new Set<string>();
  readonly #kinds = new Map<string, number>();

  constructor(start: string) {
    this.#waiting = [start];
  }

  get count(): number {
    return this.#seen.size;
  }

  add(addresses: readonly string[]): void {
    this.#waiting.push(...addresses);
  }

  /** Null: there is nothing more for now. */
  next(): string | null {
    for (let address = this.#waiting.shift(); address !== undefined; address = this.#waiting.shift()) {
      const kind = kindOf(address);
      const ofKind = this.#kinds.get(kind) ?? 0;
      if (this.#seen.has(address) || ofKind >= OF_A_KIND) continue;
      this.#kinds.set(kind, ofKind + 1);
      this.#seen.add(address);
      return address;
    }
    return null;
  }
}

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
