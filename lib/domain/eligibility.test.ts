import { describe, expect, it } from "vitest";
import { sampleMachine } from "@/lib/testing/sample-entities";
import { checkEligibility, DATA_DISKS_MAX } from "./eligibility";
import type { ReportedDisk, ReportedMachine } from "./entities";

const GIB = 1024 ** 3;
const [os] = sampleMachine().disks;
const disk = (changes: Partial<ReportedDisk>): ReportedDisk => ({ ...(os as ReportedDisk), ...changes });
const data = (count: number) => Array.from({ length: count }, (_, n) => disk({ id: `d${n}`, role: "data" }));
const attachments = sampleMachine().attachments;
const rules = (machine: Partial<ReportedMachine>) =>
  checkEligibility(sampleMachine(machine)).map((finding) => finding.ruleId);

describe("whether a machine can be protected to Azure", () => {
  it("finds nothing wrong with an ordinary machine", () => {
    expect(rules({})).toEqual([]);
  });

  it.each<[string, Partial<ReportedMachine>]>([
    ["name", { name: "has space" }],
    ["name", { name: "-begins-with-hyphen" }],
    ["name", { name: "x".repeat(64) }],
    ["os-disk", { disks: [disk({ virtualSizeBytes: 1023 * GIB + 1 })] }],
    ["os-count", { disks: [] }],
    ["os-count", { disks: [disk({}), disk({ id: "second" })] }],
    ["data-size", { disks: [disk({}), disk({ role: "data", virtualSizeBytes: 1024 * GIB })] }],
    ["data-count", { disks: [disk({}), ...data(DATA_DISKS_MAX + 1)] }],
    ["gen", { generation: 2, osType: "Linux" }],
    ["passthru", { attachments: { ...attachments, passThrough: true } }],
    ["iscsi", { attachments: { ...attachments, iscsi: true } }],
    ["shared", { attachments: { ...attachments, sharedVhd: true } }],
    ["fc", { attachments: { ...attachments, fibreChannel: true } }],
  ])("names the rule %s that %j breaks, with cause and cure", (rule, machine) => {
    expect(rules(machine)).toEqual([rule]);
    const [{ explanation } = { explanation: null }] = checkEligibility(sampleMachine(machine));
    expect(explanation?.message && explanation.possibleCauses && explanation.recommendedAction).toBeTruthy();
  });

  it.each<[string, Partial<ReportedMachine>]>([
    ["a disk of exactly 1023 GB", { disks: [disk({ virtualSizeBytes: 1023 * GIB })] }],
    ["sixteen data disks", { disks: [disk({}), ...data(DATA_DISKS_MAX)] }],
    ["generation 2 with Windows", { generation: 2, osType: "Windows" }],
    ["a name of 63 characters", { name: "x".repeat(63) }],
    ["a machine that is off", { power: "off" }],
  ])("takes %s", (_what, machine) => {
    expect(rules(machine)).toEqual([]);
  });

  it("gives the disk's own explanation for an image that cannot be read, and not its size besides", () => {
    const problem = { code: "VhdChecksum", message: "m", possibleCauses: "c", recommendedAction: "r" };
    const findings = checkEligibility(sampleMachine({ disks: [disk({ problem, virtualSizeBytes: 4096 * GIB })] }));
    expect(findings).toEqual([{ ruleId: "image", subject: "sql-01.vhd", explanation: problem }]);
  });

  it("refuses a disk with sectors of 4,096 bytes, as Azure has none", () => {
    expect(rules({ disks: [disk({ logicalSectorBytes: 4096 })] })).toEqual(["4k"]);
    expect(rules({ disks: [disk({ logicalSectorBytes: 512 })] })).toEqual([]);
  });

  it("tells everything that is wrong at once", () => {
    const machine = { name: "bad name", generation: 2 as const, osType: "Linux" as const, disks: [] };
    expect(rules(machine)).toEqual(["name", "os-count", "gen"]);
  });

  it("looks at the target's name when one was chosen", () => {
    expect(checkEligibility(sampleMachine({ name: "bad name" }), "good-name")).toEqual([]);
    expect(checkEligibility(sampleMachine(), "bad name").map((finding) => finding.ruleId)).toEqual(["name"]);
  });
});
