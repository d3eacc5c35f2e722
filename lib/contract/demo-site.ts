import { z } from "zod";

/** Demonstration sites that are made when somebody asks for one. The Contoso estate of `--demo` is none of them. */
export const DemoName = z.enum(["vmware"]);
export type DemoName = z.infer<typeof DemoName>;

/** What people are told before they make the VMware site; a test holds it against the machines that are made. */
export const VMWARE_DEMO = {
  siteName: "contoso-datacenter",
  machines: ["CONTOSO-ERP", "CONTOSO-MAIL"],
  /** On the medium, when they have just been made. What the guests write comes on top. */
  diskBytes: 118_000_000,
} as const;
