import { randomBytes, randomUUID } from "node:crypto";
import type { Random } from "@/lib/kernel/random";

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  uuid: () => randomUUID(),
};
