import { expect, type Locator, type Page } from "@playwright/test";
import { tabAddress, VAULT } from "./contoso";

/** The page of one protected machine, read as a person reads it. */
export class ProtectedItemPage {
  constructor(
    readonly page: Page,
    readonly vault: string = VAULT,
  ) {}

  async open(machine: string): Promise<void> {
    await this.page.goto(tabAddress("protected-items", this.vault));
    await this.page.getByRole("link", { name: machine, exact: true }).click();
    await expect(this.page.getByRole("heading", { name: machine, exact: true })).toBeVisible();
  }

  figure(name: string): Locator {
    return this.page.getByRole("group", { name, exact: true });
  }

  async expectState(text: string | RegExp, seconds = 60): Promise<void> {
    await expect(this.figure("State")).toContainText(text, { timeout: seconds * 1000 });
  }

  /** The newest run of a kind among the evidence. */
  evidence(kind: string): Locator {
    return this.page.getByRole("article", { name: kind }).first();
  }

  /** A figure of the evidence as a number, once it has been measured. */
  async measured(kind: string, name: string, seconds = 60): Promise<number> {
    const figure = this.evidence(kind).getByRole("group", { name, exact: true });
    await expect(figure).toContainText(/\d/, { timeout: seconds * 1000 });
    return leadingNumber(await figure.innerText());
  }

  console(name: RegExp): Locator {
    return this.page.getByRole("region", { name });
  }

  /** Waits until the machine on a console has written more orders than it shows now. */
  async expectCounting(console: Locator): Promise<void> {
    const count = async () =>
      leadingNumber(
        await console
          .getByText(/orders/)
          .first()
          .innerText(),
      );
    await expect(console.getByText(/\d+ orders/).first()).toBeVisible({ timeout: 30_000 });
    const before = await count();
    await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(before);
  }

  /** The list of recovery points, newest first. */
  points(): Locator {
    return this.page.getByRole("grid", { name: "Recovery points" }).getByRole("row").filter({ hasText: /\d/ });
  }
}

/** The first number of a text, without the separators of thousands. */
export function leadingNumber(text: string): number {
  const digits = /[\d,.\u202f\u00a0]*\d/.exec(text)?.[0];
  if (digits === undefined) throw new Error(`there is no number in "${text}"`);
  return Number(digits.replace(/[^\d]/g, ""));
}
