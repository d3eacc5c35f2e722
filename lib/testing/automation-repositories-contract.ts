import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Repositories } from "@/lib/operations/ports/repositories";
import type { RepositoriesUnderTest } from "./repositories-contract";
import { sampleAccount, sampleRun, sampleRunbook, sampleVariable } from "./sample-automation";
import { SCOPE } from "./sample-entities";

/** Run by every implementation of the repositories, beside describeRepositories. */
export function describeAutomationRepositories(name: string, open: () => Promise<RepositoriesUnderTest>): void {
  describe(`repositories of automation: ${name}`, () => {
    let tested: RepositoriesUnderTest;
    let r: Repositories;
    beforeEach(async () => {
      tested = await open();
      r = tested.repositories;
    });
    afterEach(() => tested.close());

    async function fill(): Promise<void> {
      await r.automationAccounts.insert(sampleAccount());
      await r.runbooks.insert(sampleRunbook());
      await r.automationVariables.insert(sampleVariable());
      await r.runbookRuns.insert(sampleRun());
    }

    it("give back what was put in, by place and name whatever its case", async () => {
      await fill();
      const scope = { ...SCOPE, resourceGroup: SCOPE.resourceGroup.toUpperCase() };
      expect(await r.automationAccounts.find(scope, "contoso-AUTOMATION")).toEqual(sampleAccount());
      expect(await r.automationAccounts.list(scope)).toEqual([sampleAccount()]);
      expect(await r.automationAccounts.find({ ...scope, resourceGroup: "other" }, "contoso-automation")).toBeNull();
      expect(await r.runbooks.find("account-1", "switch-dns")).toEqual(sampleRunbook());
      expect(await r.runbooks.list("account-1")).toEqual([sampleRunbook()]);
      expect(await r.automationVariables.find("account-1", "APITOKEN")).toEqual(sampleVariable());
      expect(await r.runbookRuns.get("run-1")).toEqual(sampleRun());
    });

    it("refuse a name that is taken, and a second mark of one attempt", async () => {
      await fill();
      const taken = { code: "NameTaken" };
      await expect(
        r.automationAccounts.insert(sampleAccount({ id: "2", name: "CONTOSO-automation" })),
      ).rejects.toMatchObject(taken);
      await expect(r.runbooks.insert(sampleRunbook({ id: "2", name: "SWITCH-dns" }))).rejects.toMatchObject(taken);
      await expect(r.automationVariables.insert(sampleVariable({ id: "2", name: "apitoken" }))).rejects.toMatchObject(
        taken,
      );
      await expect(r.runbookRuns.insert(sampleRun({ id: "2" }))).rejects.toMatchObject(taken);
      await r.runbookRuns.insert(sampleRun({ id: "2", attempt: "job-1/2" }));
      expect((await r.runbookRuns.listByKey("key-1")).map((run) => run.id)).toEqual(["run-1", "2"]);
    });

    it("publish a version and drop the draft together, only over the revision that was read", async () => {
      await fill();
      const version = { runbookId: "runbook-1", number: 1, text: "echo draft", publishedAt: "later", sha256: "aa" };
      await expect(r.runbooks.publish(7, version)).rejects.toMatchObject({ code: "RevisionChanged" });
      expect(await r.runbooks.versions("runbook-1")).toEqual([]);
      const published = await r.runbooks.publish(1, version);
      expect(published).toMatchObject({ publishedVersion: 1, draft: null, draftChangedAt: null, revision: 2 });
      await r.runbooks.update("runbook-1", 2, { draft: "echo two" });
      await r.runbooks.publish(3, { ...version, number: 2, text: "echo two" });
      expect((await r.runbooks.versions("runbook-1")).map((one) => one.text)).toEqual(["echo draft", "echo two"]);
      expect(await r.runbooks.version("runbook-1", 1)).toEqual(version);
      expect(await r.runbooks.version("runbook-1", 3)).toBeNull();
    });

    it("do not let an edit overwrite one that it has not seen, and say when the runbook is gone", async () => {
      await fill();
      await r.runbooks.update("runbook-1", 1, { draft: "mine" });
      await expect(r.runbooks.update("runbook-1", 1, { draft: "yours" })).rejects.toMatchObject({
        code: "RevisionChanged",
      });
      expect((await r.runbooks.get("runbook-1"))?.draft).toBe("mine");
      await expect(r.runbooks.update("none", 1, { draft: "" })).rejects.toMatchObject({ code: "NotFound" });
    });

    it("record how a run went, whatever its size, and list the newest first", async () => {
      await fill();
      const problem = { code: "RunbookFailed", message: "m", possibleCauses: "c", recommendedAction: "a" };
      const end = { state: "Failed", exitCode: 3, outputBytes: 5_000_000_000, outputSha256: "bb", problem } as const;
      expect(await r.runbookRuns.update("run-1", end)).toEqual(sampleRun(end));
      await r.runbookRuns.insert(sampleRun({ id: "run-2", key: "key-2" }));
      const listed = await r.runbookRuns.listByAccount("account-1", { take: 5 });
      expect(listed.map((run) => run.id)).toEqual(["run-2", "run-1"]);
      expect(await r.runbookRuns.listByAccount("account-1", { take: 1 })).toHaveLength(1);
    });

    it("keep the runs of a runbook that is deleted, and nothing of an account that is", async () => {
      await fill();
      await r.runbooks.publish(1, { runbookId: "runbook-1", number: 1, text: "", publishedAt: "", sha256: "" });
      await r.runbooks.delete("runbook-1");
      expect(await r.runbooks.versions("runbook-1")).toEqual([]);
      expect(await r.runbookRuns.get("run-1")).not.toBeNull();
      await r.automationAccounts.delete("account-1");
      expect(await r.automationVariables.list("account-1")).toEqual([]);
      expect(await r.runbookRuns.get("run-1")).toBeNull();
      await r.automationAccounts.delete("account-1");
    });
  });
}
