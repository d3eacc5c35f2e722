import type { DeployedMachineView } from "@/lib/contract/portal";
import type { z } from "zod";

type Purpose = z.infer<typeof DeployedMachineView>["purpose"];

export const purposeWords: Record<Purpose, string> = { TestFailover: "Test failover", Failover: "Failover" };
