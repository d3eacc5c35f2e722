import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_BANDWIDTH } from "@/lib/domain/bandwidth";
import { DEFAULT_RESYNCHRONIZATION, type ResynchronizationFlag } from "@/lib/domain/resynchronization";
import type { Repositories } from "@/lib/operations/ports/repositories";
import {
  sampleCycle,
  sampleDeployed,
  sampleDrill,
  sampleDrillRun,
  sampleFabric,
  sampleFailoverRecord,
  sampleItem,
  sampleMachine,
  sampleMapping,
  samplePlan,
  samplePoint,
  samplePolicy,
  sampleProvider,
  sampleVault,
  SCOPE,
} from "./sample-entities";

export interface RepositoriesUnderTest {
  readonly repositories: Repositories;
  close(): Promise<void>;
}

/** Run by every implementation of the repositories. */
export function describeRepositories(name: string, open: () => Promise<RepositoriesUnderTest>): void {
  describe(`repositories: ${name}`, () => {
    let tested: RepositoriesUnderTest;
    let r: Repositories;
    beforeEach(async () => {
      tested = await open();
      r = tested.repositories;
    });
    afterEach(() => tested.close());

    /** One of everything, in a vault. */
    async function fill(): Promise<void> {
      await r.vaults.insert(sampleVault());
      await r.fabrics.insert(sampleFabric());
      await r.registrationKeys.put({ fabricId: "fabric-1", certificateSha256: "aa", issuedAt: "1", expiresAt: "2" });
      await r.providers.insert(sampleProvider());
      await r.policies.insert(samplePolicy());
      await r.containerMappings.insert(sampleMapping());
      await r.protectedItems.insert(sampleItem());
      await r.recoveryPoints.insert(samplePoint());
      await r.recoveryPlans.insert(samplePlan());
      await r.deployedMachines.insert(sampleDeployed());
    }

    it("gives back every noun exactly as it was put in", async () => {
      await fill();
      expect(await r.vaults.get("vault-1")).toEqual(sampleVault());
      expect(await r.fabrics.findByInternalIdentifier(sampleFabric().internalIdentifier)).toEqual(sampleFabric());
      expect(await r.providers.findByCertificate("ab".repeat(32))).toEqual(sampleProvider());
      expect(await r.policies.list("vault-1")).toEqual([samplePolicy()]);
      expect(await r.containerMappings.listByVault("vault-1")).toEqual([sampleMapping()]);
      expect(await r.protectedItems.findByMachine("fabric-1", "machine-1")).toEqual(sampleItem());
      expect(await r.recoveryPoints.get("point-1")).toEqual(samplePoint());
      expect(await r.recoveryPlans.find("vault-1", "order-system")).toEqual(samplePlan());
      expect(await r.deployedMachines.listByScope(SCOPE)).toEqual([sampleDeployed()]);
      expect(await r.deployedMachines.listAll()).toEqual([sampleDeployed()]);
      expect(await r.registrationKeys.get("fabric-1")).toMatchObject({ certificateSha256: "aa" });
    });

    it("keeps the last cycles and hours of replication, counts a cycle once, and forgets them with the item", async () => {
      await fill();
      const keep = { cycles: "2026-11-22T08:30:00.000Z", hours: "2026-11-22T08:00:00.000Z" };
      const first = sampleCycle();
      await r.replicationHistory.add(first, { cycles: "", hours: "" });
      await r.replicationHistory.add(first, { cycles: "", hours: "" });
      expect(await r.replicationHistory.cycles("item-1", "")).toEqual([first]);
      const later = sampleCycle({
        ...{ objectName: "points/2", registeredAt: "2026-11-22T08:40:00.000Z", kind: "ApplicationConsistent" },
        ...{ writeLogBytes: null, rpoBeforeSeconds: null, sentBytes: 2 ** 41, missedIntervals: 3 },
      });
      await r.replicationHistory.add(later, keep);
      expect(await r.replicationHistory.cycles("item-1", "")).toEqual([later]);
      expect(await r.replicationHistory.hours("item-1", "")).toEqual([
        {
          ...{ protectedItemId: "item-1", hour: "2026-11-22T08:00:00.000Z", cycles: 2, applicationConsistent: 1 },
          ...{ missedIntervals: 4, durationMsMax: 1200.5, sourceBytesRead: 2 * 2 ** 20, changedBytes: 2 * 2 ** 18 },
          ...{ sentBytes: 2 ** 17 + 2 ** 41, writeLogBytesMax: 4096, rpoSecondsMax: 31.5 },
        },
      ]);
      const next = sampleCycle({ objectName: "points/3", registeredAt: "2026-11-22T09:00:00.000Z" });
      await r.replicationHistory.add(next, { ...keep, hours: "2026-11-22T09:00:00.000Z" });
      expect(await r.replicationHistory.hours("item-1", "")).toMatchObject([{ cycles: 1 }]);
      expect(await r.replicationHistory.cycles("item-1", "2026-11-22T08:50:00.000Z")).toEqual([next]);
      await r.protectedItems.delete("item-1");
      expect(await r.replicationHistory.cycles("item-1", "")).toEqual([]);
      expect(await r.replicationHistory.hours("item-1", "")).toEqual([]);
    });

    it("finds the points of one cut of a consistency group", async () => {
      await fill();
      await r.protectedItems.insert(sampleItem({ id: "item-2", name: "b", machineId: "b", consistencyGroup: "shop" }));
      const group = { name: "shop", stamp: "s1", size: 2, problem: null };
      const quiesceProblem = { code: "A", message: "m", possibleCauses: "c", recommendedAction: "r" };
      const points = [
        samplePoint({ id: "a1", objectName: "a1", group, quiesceProblem }),
        samplePoint({ id: "b1", objectName: "b1", protectedItemId: "item-2", group }),
        samplePoint({ id: "b2", objectName: "b2", protectedItemId: "item-2", group: { ...group, stamp: "s2" } }),
      ];
      for (const point of points) await r.recoveryPoints.insert(point);
      expect(await r.recoveryPoints.listByGroupStamp("s1")).toEqual(points.slice(0, 2));
      expect(await r.protectedItems.get("item-2")).toMatchObject({ consistencyGroup: "shop" });
      expect(await r.protectedItems.update("item-2", 1, { consistencyGroup: null })).toMatchObject({
        consistencyGroup: null,
      });
    });

    it("keeps byte counts that do not fit into 32 bits, and fractions of milliseconds", async () => {
      await fill();
      await r.recoveryPoints.insert(samplePoint({ id: "big", objectName: "b", sourceBytesRead: 2 ** 41 + 3 }));
      expect((await r.recoveryPoints.get("big"))?.sourceBytesRead).toBe(2 ** 41 + 3);
      const captured = samplePoint({ id: "captured", objectName: "c", fromReplica: true });
      await r.recoveryPoints.insert(captured);
      expect(await r.recoveryPoints.get("captured")).toEqual(captured);
      await r.deployedMachines.update("deployed-1", { firstLineMs: 512.25, state: "Running" });
      expect(await r.deployedMachines.get("deployed-1")).toMatchObject({ firstLineMs: 512.25, state: "Running" });
    });

    it("compares names without case and keeps them as written", async () => {
      await fill();
      const found = await r.vaults.find({ ...SCOPE, resourceGroup: "CONTOSO" }, "contoso-VAULT");
      expect(found?.name).toBe("Contoso-Vault");
      expect((await r.fabrics.find("vault-1", "CONTOSO-BRANCH"))?.name).toBe("Contoso-Branch");
      const taken = r.vaults.insert(sampleVault({ id: "vault-2", name: "CONTOSO-vault" }));
      await expect(taken).rejects.toMatchObject({ kind: "conflict", code: "NameTaken" });
      await r.vaults.insert(sampleVault({ id: "vault-2", resourceGroup: "other" }));
      expect(await r.vaults.list({ subscriptionId: SCOPE.subscriptionId, resourceGroup: null })).toHaveLength(2);
      expect(await r.vaults.list({ ...SCOPE, resourceGroup: "OTHER" })).toHaveLength(1);
    });

    it("lets one of two inserts of the same name win when they come at once", async () => {
      const both = ["a", "b"].map((id) => r.vaults.insert(sampleVault({ id })));
      const outcomes = await Promise.allSettled(both);
      expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
    });

    it("takes the same id or name in another parent for another thing", async () => {
      await fill();
      await r.fabrics.insert(sampleFabric({ id: "fabric-2", name: "Other", internalIdentifier: "other" }));
      await r.protectedItems.insert(sampleItem({ id: "item-2", fabricId: "fabric-2" }));
      expect((await r.protectedItems.findByMachine("fabric-2", "machine-1"))?.id).toBe("item-2");
      expect((await r.protectedItems.find("fabric-1", "MACHINE-1"))?.id).toBe("item-1");
    });

    it("protects a machine once in a site, whatever the items are called", async () => {
      await fill();
      const again = r.protectedItems.insert(sampleItem({ id: "item-2", name: "another-name" }));
      await expect(again).rejects.toMatchObject({ kind: "conflict" });
    });

    it("writes only what it is given, and refuses to write what is gone", async () => {
      await fill();
      const changed = await r.vaults.update("vault-1", { state: "Deleting", tags: { owner: "me" } });
      expect(changed).toEqual(sampleVault({ state: "Deleting", tags: { owner: "me" } }));
      const inventory = [sampleMachine({ power: "off" })];
      await r.providers.update("provider-1", { lastHeartbeatAt: "now", inventory });
      expect(await r.providers.get("provider-1")).toEqual(sampleProvider({ lastHeartbeatAt: "now", inventory }));
      await expect(r.policies.update("nobody", { storageAccount: "x" })).rejects.toMatchObject({ kind: "notFound" });
    });

    it("lets the first of two writers of a revision win", async () => {
      await fill();
      const writes = ["Protected", "DisablingProtection"] as const;
      const outcomes = await Promise.allSettled(
        writes.map((state) => r.protectedItems.update("item-1", 1, { state, evidence: { by: state } })),
      );
      expect(outcomes[0]?.status).toBe("fulfilled");
      expect(outcomes[1]).toMatchObject({ status: "rejected", reason: { code: "RevisionChanged" } });
      expect(await r.protectedItems.get("item-1")).toMatchObject({ revision: 2, evidence: { by: "Protected" } });
      const problem = { code: "A", message: "m", possibleCauses: "c", recommendedAction: "r" };
      await r.protectedItems.update("item-1", 2, { replicationError: problem });
      expect((await r.protectedItems.get("item-1"))?.replicationError).toEqual(problem);
      await r.protectedItems.update("item-1", 3, { replicationError: null });
      expect((await r.protectedItems.get("item-1"))?.replicationError).toBeNull();
      await expect(r.protectedItems.update("gone", 1, {})).rejects.toMatchObject({ kind: "notFound" });
    });

    it("remembers a site's bandwidth and an item's resynchronization, and forgets them with their owner", async () => {
      await fill();
      expect(await r.bandwidth.get("fabric-1")).toBeNull();
      await r.bandwidth.put("fabric-1", DEFAULT_BANDWIDTH);
      await r.bandwidth.put("fabric-1", { ...DEFAULT_BANDWIDTH, workHoursMbps: 2.5 });
      expect(await r.bandwidth.get("fabric-1")).toEqual({ ...DEFAULT_BANDWIDTH, workHoursMbps: 2.5 });
      expect(await r.resynchronizations.get("item-1")).toEqual(DEFAULT_RESYNCHRONIZATION);
      const flag: ResynchronizationFlag = {
        id: "flag-1",
        reason: "A write log is missing.",
        flaggedBy: "Agent",
        flaggedAt: "now",
        compareWith: "LastPoint",
        allowedAt: null,
      };
      await r.resynchronizations.change("item-1", (current) => ({ ...current, flag }));
      await r.resynchronizations.change("item-1", () => null);
      const both = ["a", "b"].map((endedAt) =>
        r.resynchronizations.change("item-1", (current) => ({
          ...current,
          flag: current.flag && { ...current.flag, reason: `${current.flag.reason} ${endedAt}` },
        })),
      );
      await Promise.all(both);
      expect((await r.resynchronizations.get("item-1")).flag?.reason).toMatch(/missing. (a b|b a)$/);
      await r.fabrics.delete("fabric-1");
      expect(await r.bandwidth.get("fabric-1")).toBeNull();
      expect((await r.resynchronizations.get("item-1")).flag).toBeNull();
    });

    it("gives an item to one job at a time, and a plan too", async () => {
      await fill();
      for (const held of [r.protectedItems, r.recoveryPlans]) {
        const id = held === r.protectedItems ? "item-1" : "plan-1";
        expect(await Promise.all([held.hold(id, "job-a"), held.hold(id, "job-b")])).toEqual([true, false]);
        expect(await held.hold(id, "job-a")).toBe(true);
        await held.release(id, "job-b");
        expect(await held.hold(id, "job-b")).toBe(false);
        await held.release(id, "job-a");
        expect(await held.hold(id, "job-b")).toBe(true);
      }
      expect(await r.protectedItems.hold("gone", "job-a")).toBe(false);
      expect((await r.protectedItems.get("item-1"))?.revision).toBe(1);
    });

    it("registers a recovery point once, however often it is told, and lists them by their cut", async () => {
      await fill();
      const later = samplePoint({ id: "p3", objectName: "3", at: "2026-11-22T10:00:00.000Z" });
      const between = samplePoint({ id: "p2", objectName: "2", at: "2026-11-22T09:00:00.000Z" });
      await r.recoveryPoints.insert(later);
      await r.recoveryPoints.insert(between);
      expect((await r.recoveryPoints.insert({ ...between, id: "p2-again" })).id).toBe("p2");
      expect((await r.recoveryPoints.list("item-1")).map((point) => point.id)).toEqual(["point-1", "p2", "p3"]);
      expect((await r.recoveryPoints.newest("item-1"))?.id).toBe("p3");
      expect(await r.recoveryPoints.newest("item-2")).toBeNull();
      expect((await r.recoveryPoints.newestOf("item-1", 2)).map((point) => point.id)).toEqual(["p3", "p2"]);
      expect(await r.recoveryPoints.newestOf("item-2", 2)).toEqual([]);
    });

    it("finds the newest point whose workload was asked to come to rest, whether or not it did", async () => {
      await fill();
      const at = (hour: number) => `2026-11-22T1${hour}:00:00.000Z`;
      const quiesced = async () => (await r.recoveryPoints.newestQuiesced("item-1"))?.id ?? null;
      const problem = { code: "QuiesceFailed", message: "-", possibleCauses: "-", recommendedAction: "-" };
      const [first] = await r.recoveryPoints.list("item-1");
      await r.recoveryPoints.delete(first?.id ?? "");
      await r.recoveryPoints.insert(samplePoint({ id: "crash", objectName: "a", at: at(0), kind: "CrashConsistent" }));
      expect(await quiesced()).toBeNull();
      await r.recoveryPoints.insert(
        samplePoint({ id: "app", objectName: "b", at: at(1), kind: "ApplicationConsistent" }),
      );
      await r.recoveryPoints.insert(samplePoint({ id: "later", objectName: "d", at: at(3), kind: "CrashConsistent" }));
      expect(await quiesced()).toBe("app");
      const failed = samplePoint({ id: "failed", objectName: "c", at: at(2), kind: "CrashConsistent" });
      await r.recoveryPoints.insert({ ...failed, quiesceProblem: problem });
      expect(await quiesced()).toBe("failed");
    });

    it("takes everything of a vault along, and nothing of another", async () => {
      await fill();
      await r.vaults.insert(sampleVault({ id: "vault-2", name: "Other" }));
      await r.fabrics.insert(sampleFabric({ id: "fabric-2", vaultId: "vault-2", internalIdentifier: "x" }));
      await r.vaults.delete("vault-1");
      await r.vaults.delete("vault-1");
      expect(await r.fabrics.list("vault-1")).toEqual([]);
      expect(await r.registrationKeys.get("fabric-1")).toBeNull();
      expect(await r.providers.findByCertificate("ab".repeat(32))).toBeNull();
      expect(await r.protectedItems.get("item-1")).toBeNull();
      expect(await r.recoveryPoints.list("item-1")).toEqual([]);
      expect(await r.recoveryPlans.list("vault-1")).toEqual([]);
      expect(await r.deployedMachines.listByItem("item-1")).toEqual([]);
      expect(await r.fabrics.list("vault-2")).toHaveLength(1);
    });

    it("keeps locks as long as their points, and samples as long as their vault", async () => {
      await fill();
      const [point] = await r.recoveryPoints.list("item-1");
      const lock = { pointId: point?.id ?? "", reason: "audit", lockedAt: "1" };
      await r.recoveryPointLocks.put(lock);
      await r.recoveryPointLocks.put({ ...lock, reason: "audit 2026" });
      expect(await r.recoveryPointLocks.list("item-1")).toEqual([{ ...lock, reason: "audit 2026" }]);
      const bytes = {
        storedBytes: 2 ** 45,
        logicalBytes: 5,
        deduplicatedBytes: 4,
        compressedBytes: 3,
        reclaimableBytes: 2,
      };
      const sample = { vaultId: "vault-1", at: "2026-01-01T00:00:00.000Z", ...bytes, machines: [] };
      await r.vaultSamples.add(sample);
      await r.vaultSamples.add(sample);
      await r.vaultSamples.add({ ...sample, at: "2025-01-01T00:00:00.000Z" });
      expect((await r.vaultSamples.list("vault-1"))[1]).toEqual(sample);
      await r.vaultSamples.forget("vault-1", ["2025-01-01T00:00:00.000Z"]);
      expect(await r.vaultSamples.list("vault-1")).toEqual([sample]);
      expect(await r.vaults.listAll()).toHaveLength(1);
      await r.protectedItems.delete("item-1");
      expect(await r.recoveryPointLocks.list("item-1")).toEqual([]);
      await r.vaults.delete("vault-1");
      expect(await r.vaultSamples.list("vault-1")).toEqual([]);
    });

    it("keeps the records of failovers until their vault goes, newest first", async () => {
      await fill();
      const older = sampleFailoverRecord({ id: "run-1", declaredAt: "2026-01-01T00:00:00.000Z" });
      const newer = sampleFailoverRecord({ id: "run-2", declaredAt: "2026-02-01T00:00:00.000Z" });
      for (const record of [newer, older, { ...older, notes: "again" }]) await r.failoverRecords.put(record);
      expect(await r.failoverRecords.list("vault-1")).toEqual([newer, { ...older, notes: "again" }]);
      expect(await r.failoverRecords.list("vault-1", { since: "2026-01-15T00:00:00.000Z" })).toEqual([newer]);
      expect(await r.failoverRecords.list("vault-1", { take: 1 })).toEqual([newer]);
      await r.protectedItems.delete("item-1");
      expect(await r.failoverRecords.get("run-2")).toEqual(newer);
      await r.vaults.delete("vault-1");
      expect(await r.failoverRecords.get("run-2")).toBeNull();
    });

    it("keeps targets and checks by owner, and notes in the order in which they were made, until the vault goes", async () => {
      await fill();
      const targets = { rpoSeconds: 60, rtoSeconds: null };
      const check = { kind: "TcpPort", host: "127.0.0.1", port: 80, timeoutSeconds: 5 } as const;
      expect(await r.evidenceSettings.get("item-1")).toBeNull();
      await r.evidenceSettings.put("vault-1", "vault-1", { targets, applicationCheck: null });
      await r.evidenceSettings.put("vault-1", "item-1", { targets, applicationCheck: null });
      await r.evidenceSettings.put("vault-1", "item-1", { targets, applicationCheck: check });
      expect(await r.evidenceSettings.get("item-1")).toEqual({ targets, applicationCheck: check });
      expect(await r.evidenceSettings.get("vault-1")).toEqual({ targets, applicationCheck: null });
      const note = { id: "note-b", recordId: "run-1", vaultId: "vault-1", at: "2026-01-01T00:00:00.000Z" };
      const first = { ...note, who: "ann", text: "The phone did not ring." };
      const second = { ...first, id: "note-a", text: "It did later." };
      for (const one of [first, second]) await r.evidenceNotes.insert(one);
      expect(await r.evidenceNotes.list("run-1")).toEqual([first, second]);
      expect(await r.evidenceNotes.list("run-2")).toEqual([]);
      await r.vaults.delete("vault-1");
      expect(await r.evidenceNotes.list("run-1")).toEqual([]);
      expect(await r.evidenceSettings.get("item-1")).toBeNull();
    });

    it("keeps drills by their name in a vault, and writes them only at the revision that was read", async () => {
      await fill();
      await r.drills.insert(sampleDrill());
      await expect(r.drills.insert(sampleDrill({ id: "drill-2", name: "WEEKLY" }))).rejects.toMatchObject({
        code: "NameTaken",
      });
      expect(await r.drills.find("vault-1", "Weekly")).toEqual(sampleDrill());
      const changed = await r.drills.update("drill-1", 1, {
        enabled: false,
        trigger: { kind: "Schedule", cron: "* * * * *" },
      });
      expect(changed).toEqual(
        sampleDrill({ enabled: false, trigger: { kind: "Schedule", cron: "* * * * *" }, revision: 2 }),
      );
      expect(await r.drills.get("drill-1")).toEqual(changed);
      await expect(r.drills.update("drill-1", 1, { enabled: true })).rejects.toMatchObject({ code: "RevisionChanged" });
      await expect(r.drills.update("none", 1, {})).rejects.toMatchObject({ code: "NotFound" });
      expect([await r.drills.list("vault-1"), await r.drills.listAll()]).toEqual([[changed], [changed]]);
      await r.vaults.delete("vault-1");
      expect(await r.drills.listAll()).toEqual([]);
    });

    it("makes one run of an occurrence, and changes it only from the states that are named", async () => {
      await fill();
      await r.drills.insert(sampleDrill());
      await r.drills.insert(sampleDrill({ id: "drill-2", name: "other" }));
      const first = sampleDrillRun();
      const both = await Promise.all([r.drillRuns.insert(first), r.drillRuns.insert({ ...first, id: "twin" })]);
      expect([...both].sort()).toEqual([false, true]);
      expect(await r.drillRuns.list("drill-1")).toHaveLength(1);
      const id = (await r.drillRuns.list("drill-1"))[0]?.id ?? "";
      expect(await r.drillRuns.insert({ ...first, id: "elsewhere", drillId: "drill-2" })).toBe(true);
      const later = { dueAt: "2026-11-23T08:00:00.000Z", occurrence: "schedule/later", id: "later" };
      expect(await r.drillRuns.insert({ ...first, ...later, state: "Skipped" })).toBe(true);
      expect(await r.drillRuns.insert({ ...first, id: "wish", occurrence: "wish/1", startedBy: "Person" })).toBe(true);
      expect((await r.drillRuns.list("drill-1")).map((run) => run.id)).toEqual(["later", "wish", id]);
      expect((await r.drillRuns.list("drill-1", { take: 1 })).map((run) => run.id)).toEqual(["later"]);
      expect((await r.drillRuns.listOpen()).map((run) => run.id)).toEqual([id, "elsewhere", "wish"]);
      expect(await r.drillRuns.newestScheduled("drill-1", "2026-11-22T23:00:00.000Z")).toBe(first.dueAt);
      expect(await r.drillRuns.newestScheduled("drill-1", "2026-11-24T00:00:00.000Z")).toBe(later.dueAt);
      expect(await r.drillRuns.newestScheduled("drill-1", "2025-01-01T00:00:00.000Z")).toBeNull();
      const starts = [1, 2].map(() => r.drillRuns.change(id, ["Scheduled"], { state: "Running", startedAt: "now" }));
      expect((await Promise.all(starts)).filter((run) => run !== null)).toHaveLength(1);
      expect(await r.drillRuns.get(id)).toEqual({ ...first, id, state: "Running", startedAt: "now" });
      expect(await r.drillRuns.change("none", ["Running"], {})).toBeNull();
      await r.drillRuns.delete(["later", "wish"]);
      expect(await r.drillRuns.list("drill-1")).toHaveLength(1);
      await r.drills.delete("drill-1");
      expect(await r.drillRuns.get(id)).toBeNull();
      expect(await r.drillRuns.get("elsewhere")).not.toBeNull();
    });

    it("leaves a deployed machine when protection of its item ends", async () => {
      await fill();
      await r.protectedItems.delete("item-1");
      expect(await r.recoveryPoints.list("item-1")).toEqual([]);
      expect(await r.deployedMachines.listByVault("vault-1")).toHaveLength(1);
    });

    it("hands out copies", async () => {
      await fill();
      const [provider] = await r.providers.listByVault("vault-1");
      (provider?.inventory as unknown[]).length = 0;
      expect((await r.providers.get("provider-1"))?.inventory).toHaveLength(1);
    });

    it("keeps networks by their place and storage accounts by their name everywhere", async () => {
      const network = { ...SCOPE, name: "Prod", location: "westeurope", addressSpace: "10.0.0.0/16", subnets: [] };
      await r.virtualNetworks.put({ ...network, isolated: false });
      await r.virtualNetworks.put({ ...network, name: "prod", isolated: true });
      expect(await r.virtualNetworks.list(SCOPE)).toEqual([{ ...network, name: "prod", isolated: true }]);
      expect((await r.virtualNetworks.find({ ...SCOPE, resourceGroup: "Contoso" }, "PROD"))?.isolated).toBe(true);
      await r.virtualNetworks.delete(SCOPE, "PROD");
      expect(await r.virtualNetworks.list(SCOPE)).toEqual([]);
      const account = { ...SCOPE, name: "store1", location: "westeurope", createdAt: "1", blob: null };
      await r.storageAccounts.insert(account);
      const elsewhere = r.storageAccounts.insert({ ...account, resourceGroup: "elsewhere" });
      await expect(elsewhere).rejects.toMatchObject({ code: "NameTaken" });
      expect(await r.storageAccounts.get("store1")).toEqual(account);
      const place = { endpoint: "https://contoso.blob.core.windows.net", accountName: "contoso", container: "vaults" };
      const blob = { ...place, keyEnteredAt: "2026-11-22T00:00:00.000Z" };
      expect(await r.storageAccounts.replaceBlob("STORE1", blob)).toBe(true);
      expect(await r.storageAccounts.get("store1")).toEqual({ ...account, blob });
      expect(await r.storageAccounts.replaceBlob("none", blob)).toBe(false);
    });

    it("lists the newest events first, no more than asked for", async () => {
      await fill();
      const event = {
        vaultId: "vault-1",
        type: "JobStatus",
        severity: "OK",
        affectedObject: "a",
        jobId: null,
      } as const;
      for (const [index, at] of ["1", "3", "2"].entries()) {
        await r.events.insert({ ...event, id: `e${index}`, at, description: at });
      }
      expect((await r.events.list("vault-1", { take: 2 })).map((found) => found.at)).toEqual(["3", "2"]);
    });
  });
}
