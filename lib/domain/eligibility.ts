import type { Explanation } from "@/lib/kernel/fault";
import type { ReportedDisk, ReportedMachine } from "./entities";
import { machineNameProblem } from "./names";

/** Rule ids of the asr reference, section 6 (the column of 2016); `image` is ours: the disk cannot be read. */
export type EligibilityRuleId =
  | "name"
  | "os-disk"
  | "os-count"
  | "data-size"
  | "data-count"
  | "gen"
  | "passthru"
  | "iscsi"
  | "shared"
  | "fc"
  | "4k"
  | "image";

export interface EligibilityFinding {
  readonly ruleId: EligibilityRuleId;
  /** The disk's name, or the machine's. */
  readonly subject: string;
  readonly explanation: Explanation;
}

const GIB = 1024 ** 3;
export const DISK_GIB_MAX = 1023;
export const DATA_DISKS_MAX = 16;

/**
 * Why a machine cannot be protected to Azure: every rule that it breaks, none when it can be.
 *
 * @param targetName the name that it would get in Azure, when another than its own was chosen: the rule for names is
 *   about that one
 */
export function checkEligibility(machine: ReportedMachine, targetName: string = machine.name): EligibilityFinding[] {
  return [
    ...nameRule(targetName),
    ...diskCountRules(machine),
    ...machine.disks.flatMap(diskRules),
    ...generationRule(machine),
    ...attachmentRules(machine),
  ];
}

function nameRule(name: string): EligibilityFinding[] {
  const problem = machineNameProblem(name);
  return problem ? [{ ruleId: "name", subject: name, explanation: problem }] : [];
}

function diskCountRules(machine: ReportedMachine): EligibilityFinding[] {
  const findings: EligibilityFinding[] = [];
  const osCount = machine.disks.filter((disk) => disk.role === "os").length;
  const dataCount = machine.disks.length - osCount;
  if (osCount !== 1) {
    findings.push(
      finding("os-count", machine.name, {
        code: "OsDiskCountNotSupported",
        message: `${machine.name} has ${osCount} operating system disks; exactly one is needed.`,
        possibleCauses:
          osCount === 0 ? "The machine has no disk, or none to boot from." : "Several disks are marked as bootable.",
        recommendedAction: "Give the machine one operating system disk at its host and refresh the host.",
      }),
    );
  }
  if (dataCount > DATA_DISKS_MAX) {
    findings.push(
      finding("data-count", machine.name, {
        code: "DataDiskCountNotSupported",
        message: `${machine.name} has ${dataCount} data disks; Azure takes at most ${DATA_DISKS_MAX}.`,
        possibleCauses: "The machine has more data disks than the largest supported size can attach.",
        recommendedAction: `Merge or detach data disks until there are at most ${DATA_DISKS_MAX}.`,
      }),
    );
  }
  return findings;
}

function diskRules(disk: ReportedDisk): EligibilityFinding[] {
  if (disk.problem) return [{ ruleId: "image", subject: disk.name, explanation: disk.problem }];
  return [...sectorRule(disk), ...sizeRule(disk)];
}

function sectorRule(disk: ReportedDisk): EligibilityFinding[] {
  if ((disk.logicalSectorBytes ?? 512) === 512) return [];
  return [
    finding("4k", disk.name, {
      code: "LogicalSectorSizeNotSupported",
      message: `The disk ${disk.name} has sectors of ${String(disk.logicalSectorBytes)} bytes; Azure takes disks with sectors of 512 bytes only.`,
      possibleCauses: "The VHDX was made as a 4K disk (LogicalSectorSizeBytes 4096).",
      recommendedAction:
        "Make a disk with sectors of 512 bytes (physical ones may have 4,096), copy the content to it in the guest, and refresh the host.",
    }),
  ];
}

function sizeRule(disk: ReportedDisk): EligibilityFinding[] {
  if (disk.virtualSizeBytes <= DISK_GIB_MAX * GIB) return [];
  const isOs = disk.role === "os";
  const sizeGib = Math.ceil(disk.virtualSizeBytes / GIB);
  return [
    finding(isOs ? "os-disk" : "data-size", disk.name, {
      code: isOs ? "OsDiskTooLarge" : "DataDiskTooLarge",
      message: `The ${isOs ? "operating system" : "data"} disk ${disk.name} has ${sizeGib} GB; Azure takes at most ${DISK_GIB_MAX} GB.`,
      possibleCauses: "The disk's virtual size counts, whatever is written to it.",
      recommendedAction: `Shrink the disk to ${DISK_GIB_MAX} GB or less, or move its contents to several disks.`,
    }),
  ];
}

function generationRule(machine: ReportedMachine): EligibilityFinding[] {
  if (machine.generation !== 2 || machine.osType !== "Linux") return [];
  return [
    finding("gen", machine.name, {
      code: "Generation2LinuxNotSupported",
      message: `${machine.name} is a generation 2 machine with Linux.`,
      possibleCauses: "Generation 2 machines are converted to generation 1 in Azure; that works for Windows only.",
      recommendedAction: "Build the machine anew as generation 1, or protect it with an agent inside the guest.",
    }),
  ];
}

function attachmentRules({ name, attachments }: ReportedMachine): EligibilityFinding[] {
  const rules: readonly (readonly [boolean, EligibilityRuleId, string, string])[] = [
    [attachments.passThrough, "passthru", "PassThroughDiskNotSupported", "a physical (pass-through) disk"],
    [attachments.iscsi, "iscsi", "IscsiDiskNotSupported", "an iSCSI disk attached inside the guest"],
    [attachments.sharedVhd, "shared", "SharedVhdNotSupported", "a shared virtual disk"],
    [attachments.fibreChannel, "fc", "FibreChannelNotSupported", "a virtual Fibre Channel adapter"],
  ];
  return rules
    .filter(([present]) => present)
    .map(([, ruleId, code, what]) =>
      finding(ruleId, name, {
        code,
        message: `${name} uses ${what}.`,
        possibleCauses: "What lies on it is no virtual disk of this machine alone, so its host cannot replicate it.",
        recommendedAction: `Detach it, or move its contents to a virtual disk (VHD) of the machine, and refresh the host.`,
      }),
    );
}

function finding(ruleId: EligibilityRuleId, subject: string, explanation: Explanation): EligibilityFinding {
  return { ruleId, subject, explanation };
}
