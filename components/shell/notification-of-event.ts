import type { LiveEvent } from "@/lib/contract/portal";
import { nameInId } from "@/lib/client/paths";
import type { Notification, NotificationState } from "@/lib/client/stores/notifications-store";

type JobEvent = Extract<LiveEvent, { type: "job" }>;

const states: Readonly<Record<string, NotificationState>> = {
  Succeeded: "succeeded",
  Failed: "failed",
  Cancelled: "cancelled",
  Suspended: "waiting",
};

/** A job as the notification bar shows it, whoever started it: this page, another one or a program. */
export function notificationOfEvent(event: JobEvent): Partial<Notification> & { readonly id: string } {
  const vaultName = event.vaultId && nameInId(event.vaultId, "vaults");
  return {
    id: event.jobId,
    jobId: event.jobId,
    title: event.friendlyName,
    subject: event.targetName,
    state: states[event.state] ?? "running",
    ...(vaultName ? { vaultName } : {}),
    stepName: event.stepName,
    progress: event.progress,
    error: event.errorMessage === null ? null : { message: event.errorMessage },
  };
}
