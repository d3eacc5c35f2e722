import { expect, type APIRequestContext } from "@playwright/test";
import { portalOrigin } from "./portal-test";

export const ACCOUNT = "contoso-automation";

/** What the recovery plan's chapter needs of automation, by its API: the portal's own pages have a test of their own. */
export class AutomationAccount {
  constructor(private readonly request: APIRequestContext) {}

  async create(): Promise<void> {
    await this.send("PUT", "", { location: "westeurope", properties: {} });
  }

  async publish(runbook: string, script: string): Promise<void> {
    await this.send("PUT", `/runbooks/${runbook}`, { properties: { runbookType: "JavaScript" } });
    await this.send("PUT", `/runbooks/${runbook}/draft/content`, script);
    await this.send("POST", `/runbooks/${runbook}/publish`);
  }

  /** Values are JSON in a text, as in the service. */
  async encrypt(variable: string, value: string): Promise<void> {
    const properties = { value: JSON.stringify(value), isEncrypted: true };
    await this.send("PUT", `/variables/${variable}`, { name: variable, properties });
  }

  private async send(method: string, path: string, data?: unknown): Promise<void> {
    const account = `/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/contoso/providers/Microsoft.Automation/automationAccounts/${ACCOUNT}`;
    const answer = await this.request.fetch(`${portalOrigin()}${account}${path}?api-version=2024-10-23`, {
      method,
      ...(data === undefined ? {} : { data }),
      headers: { "content-type": typeof data === "string" ? "text/plain" : "application/json" },
    });
    expect(answer.ok(), `${method} ${path}: ${await answer.text()}`).toBe(true);
  }
}
