import { handleArmRequest } from "@/lib/server/next";

export const dynamic = "force-dynamic";

export { handleArmRequest as GET };
