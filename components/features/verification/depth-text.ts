import type { VerificationView } from "@/lib/contract/verification";

type Depth = NonNullable<VerificationView["properties"]["lastCheck"]>["depth"];

const depths: Record<Depth, string> = {
  structure: "Structure check",
  data: "Check of all data",
  scrub: "Scheduled scrub",
  repair: "Repair",
};

export const depthText = ({ depth }: { readonly depth: Depth }) => depths[depth];
