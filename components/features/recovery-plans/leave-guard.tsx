"use client";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";

/**
 * Asks before a link or the closing of the tab takes somebody away from changes that are not saved. It stands before the
 * page's own handling of links: whoever stays has not moved.
 */
export function LeaveGuard(props: {
  readonly isActive: boolean;
  /** What would be lost: "the changes to three-tiers". */
  readonly what: string;
  readonly onLeave: () => void;
}) {
  const { isActive } = props;
  const router = useRouter();
  const [href, setHref] = useState<string | null>(null);
  useEffect(() => {
    if (!isActive) return;
    const beforeClick = (event: MouseEvent) => {
      const target = leavingTo(event);
      if (target === null) return;
      event.preventDefault();
      event.stopPropagation();
      setHref(target);
    };
    const beforeUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    document.addEventListener("click", beforeClick, { capture: true });
    window.addEventListener("beforeunload", beforeUnload);
    return () => {
      document.removeEventListener("click", beforeClick, { capture: true });
      window.removeEventListener("beforeunload", beforeUnload);
    };
  }, [isActive]);
  return (
    <ConfirmDialog
      title="Leave without saving?"
      isOpen={href !== null}
      onClose={() => setHref(null)}
      onConfirm={() => {
        props.onLeave();
        if (href !== null) router.push(href);
      }}
      confirmLabel="Discard and leave"
    >
      <p>{props.what} are not saved. They are lost when you leave.</p>
    </ConfirmDialog>
  );
}

/** The page of this portal that the click leads to; null when it stays, opens another tab or leaves the portal. */
function leavingTo(event: MouseEvent): string | null {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
  if (!isPlain || link === null || link.target === "_blank" || link.hasAttribute("download")) return null;
  if (link.origin !== window.location.origin || link.pathname === window.location.pathname) return null;
  return `${link.pathname}${link.search}`;
}
