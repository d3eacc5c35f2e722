"use client";
import { clsx } from "clsx";
import { CircleAlert, CircleCheck, CircleMinus, CirclePause, LoaderCircle, X } from "lucide-react";
import { IconButton } from "@/components/ui/icon-button";
import { Progress } from "@/components/ui/progress";
import { RelativeTime } from "@/components/ui/relative-time";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import { stateWords, type Notification } from "@/lib/client/stores/notifications-store";

const looks = {
  running: { Icon: LoaderCircle, color: "text-[#9dbaff] animate-spin" },
  waiting: { Icon: CirclePause, color: "text-[#f3b950]" },
  succeeded: { Icon: CircleCheck, color: "text-[#62d390]" },
  failed: { Icon: CircleAlert, color: "text-[#ff9d95]" },
  cancelled: { Icon: CircleMinus, color: "text-frame-muted" },
} as const;

export interface NotificationItemProps {
  readonly item: Notification;
  readonly onDismiss: () => void;
  /** With causes and the cure of an error. */
  readonly isDetailed?: boolean;
}

/** One operation: what, about what, how far, how it ended, and the way to its job. */
export function NotificationItem({ item, onDismiss, isDetailed = false }: NotificationItemProps) {
  const { Icon, color } = looks[item.state];
  const step = item.state === "running" && item.stepName ? ` · ${item.stepName}` : "";
  return (
    <div className="flex items-start gap-3 px-4 py-2.5">
      <Icon aria-hidden className={clsx("mt-0.5 size-4.5 shrink-0", color)} />
      <div className="min-w-0 flex-1">
        <p className="truncate">
          <span className="font-medium">{item.title}</span> {item.subject}
          <span className="text-frame-muted">
            {" "}
            — {stateWords[item.state]}
            {step}
          </span>
        </p>
        {item.error ? <ErrorText item={item} isDetailed={isDetailed} /> : null}
        {item.state === "running" && item.progress ? (
          <div className="mt-1 max-w-md">
            <Progress
              hideLabel
              tone="frame"
              label={`${item.title} ${item.subject}`}
              bytes={{ done: item.progress.bytesDone, total: item.progress.bytesTotal }}
            />
          </div>
        ) : null}
      </div>
      <span className="shrink-0 text-[0.75rem] text-frame-muted max-sm:hidden">
        <RelativeTime at={new Date(item.changedAt).toISOString()} />
      </span>
      {item.vaultName && item.jobId ? (
        <TextLink href={pages.job(item.vaultName, item.jobId)} className="shrink-0 !text-[#b4caff]">
          View job
        </TextLink>
      ) : null}
      <IconButton label="Dismiss" icon={<X />} onPress={onDismiss} className="-my-1 hover:bg-frame-line" />
    </div>
  );
}

function ErrorText({ item, isDetailed }: { readonly item: Notification; readonly isDetailed: boolean }) {
  const { error } = item;
  if (!error) return null;
  return (
    <div className="text-[0.8125rem] break-words text-[#ffc9c4]">
      <p className={clsx(!isDetailed && "truncate")}>{error.message}</p>
      {isDetailed && "possibleCauses" in error && error.possibleCauses ? (
        <p>Possible causes: {error.possibleCauses}</p>
      ) : null}
      {isDetailed && "recommendedAction" in error && error.recommendedAction ? (
        <p>Recommended action: {error.recommendedAction}</p>
      ) : null}
    </div>
  );
}
