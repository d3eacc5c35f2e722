import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  AutomationAccountResource,
  AutomationJobResource,
  AutomationTestJob,
  RunbookInterpreters,
  RunbookResource,
  RunbookVersionResource,
  VariableResource,
} from "@/lib/contract/automation";
import type { RecoveryPlanAction } from "@/lib/domain/entities";
import { ControlPlane } from "@/lib/testing/control-plane";
import { sampleFabric, samplePlan, sampleVault } from "@/lib/testing/sample-entities";

const ACCOUNTS = "Microsoft.Automation/automationAccounts";
const ACCOUNT = `${ACCOUNTS}/contoso-automation`;
const RUNBOOK = `${ACCOUNT}/runbooks/switch-dns`;
const VERSIONS = `${RUNBOOK}/providers/Secondsite.Recovery/versions`;
const JOB = `${ACCOUNT}/jobs/0f8fad5b-d9cb-469f-a165-70867728950e`;

describe("automation", () => {
  let plane: ControlPlane;
  beforeEach(async () => {
    plane = new ControlPlane();
    plane.start();
  });
  afterEach(async () => {
    await plane.stop();
    expect(plane.bugs).toEqual([]);
  });

  const account = () => plane.send("PUT", ACCOUNT, { location: "West Europe", properties: { sku: { name: "Basic" } } });
  const runbook = (runbookType = "Shell") =>
    plane.send("PUT", RUNBOOK, { location: "westeurope", properties: { runbookType, draft: {} } });
  const draft = (text: string, headers = {}) => plane.send("PUT", `${RUNBOOK}/draft/content`, text, headers);
  async function published(text = "echo done"): Promise<void> {
    await account();
    await runbook();
    await draft(text);
    const published = await plane.send("POST", `${RUNBOOK}/publish`);
    expect(published.status).toBe(202);
    const { pathname, search } = new URL(published.headers.get("location") ?? "");
    expect((await plane.get(`${pathname}${search}`)).body.properties.state).toBe("Published");
  }
  async function ended(job = JOB) {
    for (;;) {
      const { body } = await plane.get(job);
      const { properties } = AutomationJobResource.parse(body);
      if (!["Activating", "Running"].includes(properties.status)) return properties;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it("makes an account once, lists it, and refuses what cannot be one", async () => {
    const made = await account();
    expect(made.status).toBe(201);
    expect(AutomationAccountResource.parse(made.body)).toEqual(made.body);
    expect((await account()).status).toBe(200);
    expect((await plane.get(ACCOUNTS)).body.value).toHaveLength(1);
    const again = plane.refused("PUT", ACCOUNT, { location: "westeurope" }, { "if-none-match": "*" });
    expect(await again).toMatchObject({ status: 409, code: "NameTaken" });
    expect(await plane.refused("PUT", ACCOUNT, { location: "eastus" })).toMatchObject({
      code: "InvalidResourceLocation",
    });
    const bad = plane.refused("PUT", `${ACCOUNTS}/x`, { location: "westeurope" });
    expect(await bad).toMatchObject({ status: 400, code: "InvalidAutomationName", target: "automationAccountName" });
    expect(await plane.refused("GET", `${ACCOUNTS}/nobody-has-this`)).toMatchObject({
      ...{ status: 404, code: "AutomationAccountNotFound" },
    });
    expect((await plane.send("DELETE", ACCOUNT)).status).toBe(204);
    expect((await plane.send("DELETE", ACCOUNT)).status).toBe(204);
  });

  it("leads a runbook from its draft over publication to versions", async () => {
    await account();
    const made = await runbook();
    expect(made.status).toBe(201);
    expect(RunbookResource.parse(made.body)).toEqual(made.body);
    expect(made.body.properties.state).toBe("New");
    expect(await plane.refused("POST", `${RUNBOOK}/publish`)).toMatchObject({ code: "EmptyRunbook" });
    expect(await plane.refused("GET", `${RUNBOOK}/content`)).toMatchObject({ code: "RunbookNotPublished" });
    await draft("echo one\n");
    expect((await plane.get(`${RUNBOOK}/draft/content`)).body).toBe("echo one\n");
    await plane.send("POST", `${RUNBOOK}/publish`);
    expect((await plane.get(`${RUNBOOK}/content`)).body).toBe("echo one\n");
    expect((await plane.get(`${RUNBOOK}/draft/content`)).status).toBe(404);
    expect(await plane.refused("POST", `${RUNBOOK}/publish`)).toMatchObject({ code: "NoDraft" });
    await draft("echo two");
    expect((await plane.get(RUNBOOK)).body.properties.state).toBe("Edit");
    expect((await plane.get(`${RUNBOOK}/content`)).body).toBe("echo one\n");
    await plane.send("POST", `${RUNBOOK}/draft/undoEdit`);
    expect((await plane.get(RUNBOOK)).body.properties.state).toBe("Published");
    await draft("echo three");
    await plane.send("POST", `${RUNBOOK}/publish`);
    const { value } = (await plane.get(VERSIONS)).body;
    const versions = value.map((one) => RunbookVersionResource.parse(one).properties);
    expect(versions.map(({ number, isPublished, content }) => [number, isPublished, content])).toEqual([
      [2, true, "echo three"],
      [1, false, "echo one\n"],
    ]);
    expect((await plane.get(`${VERSIONS}/1`)).body).toEqual(value[1]);
    expect((await plane.get(`${VERSIONS}/9`)).status).toBe(404);
  });

  it("keeps a draft that somebody else has changed meanwhile", async () => {
    await account();
    const { etag } = (await runbook()).body as unknown as { etag: string };
    const written = await draft("mine", { "if-match": etag });
    expect(written.headers.get("etag")).not.toBe(etag);
    const late = plane.refused("PUT", `${RUNBOOK}/draft/content`, "yours", { "if-match": etag });
    expect(await late).toMatchObject({ status: 409, code: "RevisionChanged" });
    expect((await plane.get(`${RUNBOOK}/draft/content`)).body).toBe("mine");
  });

  it("refuses languages that it does not have, another language later, and text that is none", async () => {
    await account();
    expect(await plane.refused("PUT", RUNBOOK, { properties: { runbookType: "GraphPowerShell" } })).toMatchObject({
      ...{ status: 400, code: "RunbookTypeNotSupported" },
    });
    await runbook();
    expect(await plane.refused("PUT", RUNBOOK, { properties: { runbookType: "Python" } })).toMatchObject({
      code: "RunbookTypeFixed",
    });
    expect(await plane.refused("PUT", `${RUNBOOK}/draft/content`, "a\0b")).toMatchObject({
      code: "InvalidRunbookText",
    });
    expect(await plane.refused("PUT", `${RUNBOOK}/draft/content`, "x".repeat(600_000))).toMatchObject({
      code: "InvalidRunbookText",
    });
  });

  it("shows a plain variable, and never again the value of an encrypted one", async () => {
    await account();
    const variable = `${ACCOUNT}/variables/ApiToken`;
    const secret = "s3cr3t-value";
    const body = { name: "ApiToken", properties: { value: JSON.stringify(secret), isEncrypted: true } };
    const made = await plane.send("PUT", variable, body);
    expect(made.status).toBe(201);
    expect(VariableResource.parse(made.body)).toMatchObject({ properties: { value: null, isEncrypted: true } });
    const everything = [await plane.get(variable), await plane.get(`${ACCOUNT}/variables`), made];
    expect(JSON.stringify(everything.map((answer) => answer.body))).not.toContain(secret);
    const [row] = await plane.repositories.automationVariables.list(await accountId());
    expect(JSON.stringify(row)).not.toContain(secret);
    const plain = { properties: { isEncrypted: false } };
    expect(await plane.refused("PATCH", variable, plain)).toMatchObject({ code: "VariableEncryptionFixed" });
    const short = { properties: { value: '"abc"', isEncrypted: true } };
    expect(await plane.refused("PUT", `${ACCOUNT}/variables/Short`, short)).toMatchObject({
      ...{ code: "InvalidVariableValue", target: "properties.value" },
    });
    expect(await plane.refused("PUT", `${ACCOUNT}/variables/Raw`, { properties: { value: "raw" } })).toMatchObject({
      code: "InvalidVariableValue",
    });
    await plane.send("PUT", `${ACCOUNT}/variables/Count`, { properties: { value: "3" } });
    const changed = await plane.send("PATCH", `${ACCOUNT}/variables/count`, { properties: { value: "4" } });
    expect(changed.body).toMatchObject({ name: "Count", properties: { value: "4", isEncrypted: false } });
    expect((await plane.send("DELETE", variable)).status).toBe(200);
    expect((await plane.get(variable)).status).toBe(404);
  });

  async function accountId(): Promise<string> {
    const scope = { subscriptionId: plane.context.settings.defaultSubscriptionId, resourceGroup: "contoso" };
    return (await plane.repositories.automationAccounts.list(scope))[0]?.id ?? "";
  }

  it("runs what is published as a job that is found by its name, with output and figures", async () => {
    await published("# @variable Region\necho done");
    await plane.send("PUT", `${ACCOUNT}/variables/Region`, { properties: { value: '"west"' } });
    plane.runbooks.behaviour = () => ({ output: "hällo\n" });
    const body = { properties: { runbook: { name: "switch-dns" } } };
    const made = await plane.send("PUT", JOB, body);
    expect(made.status).toBe(201);
    const job = await ended();
    expect(job).toMatchObject({ status: "Completed", exitCode: 0, version: 1, isDraft: false, error: null });
    const [start] = plane.runbooks.started;
    expect(start?.environment).toMatchObject({ SECONDSITE_VARIABLE_REGION: "west" });
    expect(start?.context).toMatchObject({ FailoverType: "Test", IdempotencyKey: expect.any(String) });
    expect(start?.secrets).toEqual([]);
    expect((await plane.get(`${JOB}/output`)).body).toBe("hällo\n");
    const rest = await plane.get(`${JOB}/output?fromByte=3`);
    expect([rest.body, rest.headers.get("x-next-byte")]).toEqual(["llo\n", "7"]);
    await plane.send("PUT", JOB, body);
    await ended();
    expect(plane.runbooks.started).toHaveLength(1);
    expect((await plane.get(`${ACCOUNT}/jobs`)).body.value).toHaveLength(1);
    expect(await plane.refused("POST", `${JOB}/stop`)).toMatchObject({ code: "JobAlreadyEnded" });
  });

  it("says why a run failed, with what it printed last", async () => {
    await published();
    plane.runbooks.behaviour = () => ({ exitCode: 7, output: "no such host\n" });
    await plane.send("PUT", JOB, { properties: { runbook: { name: "switch-dns" } } });
    const { status, exitCode, error } = await ended();
    expect({ status, exitCode }).toEqual({ status: "Failed", exitCode: 7 });
    expect(error?.code).toBe("RunbookFailed");
    expect(error?.possibleCauses).toContain("no such host");
  });

  it("tries a draft, and ends it when it is told to", async () => {
    await account();
    await runbook();
    await draft("sleep 1000");
    plane.runbooks.behaviour = () => "hangs";
    const test = `${RUNBOOK}/draft/testJob`;
    expect((await plane.get(test)).status).toBe(404);
    const made = AutomationTestJob.parse((await plane.send("PUT", test, {})).body);
    expect(made).toMatchObject({ isDraft: true, version: null });
    expect(await plane.refused("DELETE", RUNBOOK)).toMatchObject({ code: "AutomationInUse" });
    expect((await plane.send("POST", `${test}/stop`)).status).toBe(200);
    expect(await ended(`${ACCOUNT}/jobs/${made.jobId}`)).toMatchObject({ status: "Stopped" });
    expect((await plane.send("DELETE", RUNBOOK)).status).toBe(204);
    expect((await plane.get(`${ACCOUNT}/jobs`)).body.value).toHaveLength(1);
  });

  it("refuses a job whose name is no UUID, whose runbook cannot run, or whose context is none", async () => {
    await account();
    await runbook();
    const job = (properties: object = {}) => ({ properties: { runbook: { name: "switch-dns" }, ...properties } });
    expect(await plane.refused("PUT", `${ACCOUNT}/jobs/first`, job())).toMatchObject({ code: "InvalidJobName" });
    expect(await plane.refused("PUT", JOB, job())).toMatchObject({ code: "RunbookNotPublished" });
    expect(await plane.refused("PUT", JOB, job({ timeoutSeconds: 0 }))).toMatchObject({ code: "InvalidTimeout" });
    const parameters = { RecoveryPlanContext: "[1]" };
    expect(await plane.refused("PUT", JOB, job({ parameters }))).toMatchObject({ code: "InvalidRecoveryPlanContext" });
    plane.runbooks.missing.add("Shell");
    expect(await plane.refused("PUT", JOB, job())).toMatchObject({ code: "RunbookInterpreterMissing" });
    expect((await plane.get(RUNBOOK)).body.properties).toMatchObject({
      interpreterProblem: { code: "RunbookInterpreterMissing" },
    });
    await draft("# @variable Nowhere\n");
    plane.runbooks.missing.delete("Shell");
    await plane.send("PUT", JOB, job({ isDraft: true }));
    expect((await ended()).error?.code).toBe("VariableNotFound");
    expect(plane.runbooks.started).toEqual([]);
  });

  it("does not delete what a recovery plan names", async () => {
    await published();
    await plane.send("PUT", `${ACCOUNT}/variables/HookKey`, { properties: { value: '"abcd"', isEncrypted: true } });
    const scope = { subscriptionId: plane.context.settings.defaultSubscriptionId, resourceGroup: "contoso" };
    await plane.repositories.vaults.insert(sampleVault(scope));
    await plane.repositories.fabrics.insert(sampleFabric());
    const accountName = "CONTOSO-automation";
    const runbookAction = { kind: "AutomationRunbookActionDetails", accountName, runbookName: "Switch-DNS" };
    const secret = { accountName, variableName: "hookkey" };
    const action = (details: object) =>
      ({ name: "a", failoverTypes: [], failoverDirections: [], details }) as unknown as RecoveryPlanAction;
    const hook = action({ kind: "WebhookActionDetails", url: "https://example.com", secret });
    const group = { type: "Boot" as const, protectedItemIds: [], startActions: [], endActions: [] };
    await plane.repositories.recoveryPlans.insert(
      samplePlan({ groups: [{ ...group, startActions: [action(runbookAction)], endActions: [hook] }] }),
    );
    for (const what of [RUNBOOK, ACCOUNT, `${ACCOUNT}/variables/HookKey`]) {
      const refused = await plane.refused("DELETE", what);
      expect(refused).toMatchObject({ status: 409, code: "AutomationInUse" });
      expect(refused.message).toContain("order-system");
    }
    await plane.repositories.recoveryPlans.delete("plan-1");
    expect((await plane.send("DELETE", ACCOUNT)).status).toBe(204);
  });

  it("says which languages it has, and what keeps runbooks within their bounds", async () => {
    const { body } = await plane.get("Secondsite.Recovery/runbookInterpreters");
    expect(RunbookInterpreters.parse(body)).toEqual(body);
  });
});
