import { z } from "zod";

/**
 * The error body of every answer that is not a success (asr reference 2.2, as recorded from the service). The message is
 * for people; `details[0]` carries causes and cure; `target` names the property or the resource that it is about.
 */
export const ArmErrorDetail = z.object({
  code: z.string(),
  message: z.string(),
  target: z.string().optional(),
  possibleCauses: z.string().optional(),
  recommendedAction: z.string().optional(),
  clientRequestId: z.string().optional(),
  activityId: z.string().optional(),
});
export type ArmErrorDetail = z.infer<typeof ArmErrorDetail>;

export const ArmErrorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    target: z.string().optional(),
    details: z.array(ArmErrorDetail),
  }),
});
export type ArmErrorBody = z.infer<typeof ArmErrorBody>;
