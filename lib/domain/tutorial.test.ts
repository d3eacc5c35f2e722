import { expect, test } from "vitest";
import { SCENARIOS, tutorialSteps, type TutorialFacts } from "./tutorial";

const nothing: TutorialFacts = {
  sites: [],
  passphraseSet: false,
  registrationKeyExpiresAt: null,
  hosts: [],
  storageAccounts: [],
  networks: [],
  protectionGroups: [],
  machines: { enabled: 0, protected: 0, discovered: 0 },
  plans: [],
  lastTestFailover: null,
  now: "2026-11-22T12:00:00.000Z",
};
const states = (facts: TutorialFacts) =>
  Object.fromEntries(tutorialSteps(facts, "hyperVSiteToAzure").map((step) => [step.id, step.state]));

test("in an empty vault only the first step and the resources are ready, and every step says what is missing", () => {
  expect(states(nothing)).toEqual({
    createSite: "ready",
    registrationKey: "blocked",
    registerHost: "blocked",
    prepareResources: "ready",
    protectionGroup: "blocked",
    addMachines: "blocked",
    recoveryPlan: "blocked",
    testFailover: "blocked",
  });
  for (const step of tutorialSteps(nothing, "hyperVSiteToAzure")) expect(step.finding).not.toBe("");
});

test("a host that registered but was not heard is not done, and says when it was heard last", () => {
  const silent = { name: "HV01", site: "branch", connected: false, lastHeartbeatAt: "2026-11-22T11:00:00.000Z" };
  const facts = { ...nothing, sites: ["branch"], passphraseSet: true, hosts: [silent] };
  const step = tutorialSteps(facts, "hyperVSiteToAzure").find((one) => one.id === "registerHost");
  expect(step).toMatchObject({
    state: "ready",
    finding: expect.stringContaining("2026-11-22T11:00:00.000Z") as string,
  });
  expect(states({ ...facts, hosts: [{ ...silent, connected: true }] })["registerHost"]).toBe("done");
});

test("an expired key undoes its step, and a machine without a point does not count as protected", () => {
  const facts = { ...nothing, sites: ["branch"], passphraseSet: true };
  expect(states({ ...facts, registrationKeyExpiresAt: "2026-11-22T11:59:59.000Z" })["registrationKey"]).toBe("ready");
  expect(states({ ...facts, registrationKeyExpiresAt: "2026-11-23T11:59:59.000Z" })["registrationKey"]).toBe("done");
  expect(states({ ...facts, machines: { enabled: 3, protected: 0, discovered: 3 } })["addMachines"]).not.toBe("done");
});

test("the steps of both scenarios are the same ones in words of their own", () => {
  const [hyperV, vmware] = SCENARIOS.map((scenario) => tutorialSteps(nothing, scenario)) as [
    ReturnType<typeof tutorialSteps>,
    ReturnType<typeof tutorialSteps>,
  ];
  expect(vmware.map(({ id, state }) => [id, state])).toEqual(hyperV.map(({ id, state }) => [id, state]));
  expect(JSON.stringify(vmware)).not.toContain("Hyper-V");
  expect(JSON.stringify(hyperV)).not.toContain("VMware");
});
