"use client";
import { clsx } from "clsx";
import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./icon-button";

export type MessageTone = "error" | "warning" | "info" | "success";

export interface MessageBarProps {
  readonly tone: MessageTone;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly possibleCauses?: string | undefined;
  readonly recommendedAction?: string | undefined;
  /** Stable code of an error, small, for support. */
  readonly code?: string | undefined;
  readonly actions?: ReactNode;
  readonly onDismiss?: () => void;
}

const looks = {
  error: { Icon: CircleAlert, frame: "border-bad/40 bg-bad-soft", icon: "text-bad" },
  warning: { Icon: TriangleAlert, frame: "border-warn/40 bg-warn-soft", icon: "text-warn" },
  info: { Icon: Info, frame: "border-accent/30 bg-accent-soft", icon: "text-accent" },
  success: { Icon: CircleCheck, frame: "border-good/40 bg-good-soft", icon: "text-good" },
} as const;

/** Something that the user must know, with its causes and its cure. Errors are announced at once. */
export function MessageBar(props: MessageBarProps) {
  const { Icon, frame, icon } = looks[props.tone];
  return (
    <div
      role={props.tone === "error" ? "alert" : "status"}
      className={clsx("flex items-start gap-3 rounded-lg border px-4 py-3", frame)}
    >
      <Icon aria-hidden className={clsx("mt-0.5 size-4.5 shrink-0", icon)} />
      <div className="min-w-0 flex-1 space-y-1 break-words">
        <p className="font-medium">{props.title}</p>
        {props.children ? <div>{props.children}</div> : null}
        {props.possibleCauses ? (
          <p className="text-[0.8125rem]">
            <span className="font-medium">Possible causes: </span>
            {props.possibleCauses}
          </p>
        ) : null}
        {props.recommendedAction ? (
          <p className="text-[0.8125rem]">
            <span className="font-medium">Recommended action: </span>
            {props.recommendedAction}
          </p>
        ) : null}
        {props.code ? <p className="font-mono text-[0.75rem] text-muted">{props.code}</p> : null}
        {props.actions ? <div className="flex flex-wrap gap-2 pt-1">{props.actions}</div> : null}
      </div>
      {props.onDismiss ? (
        <IconButton label="Dismiss" icon={<X />} onPress={props.onDismiss} className="-my-1 -mr-2" />
      ) : null}
    </div>
  );
}

/** Any error that explains itself, as a message bar. */
export function ErrorBar(props: {
  readonly error: {
    readonly message: string;
    readonly code?: string;
    readonly possibleCauses?: string;
    readonly recommendedAction?: string;
  };
  readonly onDismiss?: () => void;
  readonly actions?: ReactNode;
}) {
  const { error, ...rest } = props;
  return (
    <MessageBar
      tone="error"
      title={error.message}
      possibleCauses={error.possibleCauses}
      recommendedAction={error.recommendedAction}
      code={error.code}
      {...rest}
    />
  );
}
