import type { EvidenceView } from "@/lib/contract/portal";

export type Run = EvidenceView["properties"]["runs"][number];
