import { clsx } from "clsx";
import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleMinus,
  CirclePause,
  LoaderCircle,
  TriangleAlert,
} from "lucide-react";

export type StatusTone = "good" | "warn" | "bad" | "busy" | "waiting" | "idle" | "unknown";

const looks = {
  good: { Icon: CircleCheck, color: "text-good" },
  warn: { Icon: TriangleAlert, color: "text-warn" },
  bad: { Icon: CircleAlert, color: "text-bad" },
  busy: { Icon: LoaderCircle, color: "text-accent" },
  waiting: { Icon: CirclePause, color: "text-warn" },
  idle: { Icon: CircleMinus, color: "text-muted" },
  unknown: { Icon: CircleDashed, color: "text-muted" },
} as const;

/** A state: icon, colour and always the word. */
export function StatusBadge({
  tone,
  children,
  className,
}: {
  readonly tone: StatusTone;
  readonly children: string;
  readonly className?: string;
}) {
  const { Icon, color } = looks[tone];
  return (
    <span className={clsx("inline-flex items-center gap-1.5 font-medium", color, className)}>
      <Icon
        aria-hidden
        className={clsx("size-4 shrink-0", tone === "busy" && "animate-spin motion-reduce:animate-none")}
      />
      {children}
    </span>
  );
}
