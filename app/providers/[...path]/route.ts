import { handleArmRequest } from "@/lib/server/next";

export const dynamic = "force-dynamic";

export {
  handleArmRequest as DELETE,
  handleArmRequest as GET,
  handleArmRequest as HEAD,
  handleArmRequest as OPTIONS,
  handleArmRequest as PATCH,
  handleArmRequest as POST,
  handleArmRequest as PUT,
};
