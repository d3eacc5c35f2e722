import { expect, type Locator, type Page } from "@playwright/test";

/** A page, or a part of it: a form, a dialog, a section. */
export type Scope = Page | Locator;

const pageOf = (scope: Scope): Page => ("page" in scope ? scope.page() : scope);

/** The button that opens a drop-down: it is named by its value and its label. */
export const dropDown = (scope: Scope, label: string): Locator =>
  scope.getByRole("button", { name: new RegExp(`${escaped(label)}$`) });

/** Chooses from a drop-down by the words that are read there. */
export async function choose(scope: Scope, label: string, option: string | RegExp): Promise<void> {
  await dropDown(scope, label).click();
  const options = pageOf(scope).getByRole(
    "option",
    typeof option === "string" ? { name: option, exact: true } : { name: option },
  );
  await options.first().click();
}

/** Ticks a box as a pointer does: by the words beside it. */
export async function tick(scope: Scope, name: string | RegExp): Promise<void> {
  const box = scope.getByRole("checkbox", { name });
  await box.check({ force: true });
  await expect(box).toBeChecked();
}

/** The field says what is wrong with it: the message stands at the field, and is read out with it. */
export async function expectFieldError(field: Locator, message: RegExp): Promise<void> {
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(message);
}

/** A command that cannot run now: it can still be reached, and says why. */
export async function expectDisabled(command: Locator, reason: RegExp): Promise<void> {
  await expect(command).toHaveAttribute("aria-disabled", "true");
  await expect(command).toHaveAccessibleDescription(reason);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
