import { expect, it } from "vitest";
import { hypervisorContract } from "@/lib/testing/hypervisor-contract";
import { findFirmware, firmwareMissing } from "./firmware";
import { V86Hypervisor } from "./v86-hypervisor";

const withoutFirmware = findFirmware() === null;
hypervisorContract({ name: "v86", skipped: withoutFirmware ? firmwareMissing() : null }, () => new V86Hypervisor());

it("says what to install when the firmware is nowhere", () => {
  expect(firmwareMissing("/nowhere")).toMatch(/seabios/);
  expect(new V86Hypervisor().unavailableReason() === null).toBe(!withoutFirmware);
});
