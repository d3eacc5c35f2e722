import type { ReactNode, Ref } from "react";

export interface ScrollRegionProps {
  readonly label: string;
  readonly className: string;
  readonly children: ReactNode;
  /** `log`: what is added is read out. */
  readonly role?: "region" | "log";
  readonly ref?: Ref<HTMLDivElement>;
}

/** Text that scrolls in a frame of its own. It takes the focus, so that a keyboard can scroll what does not fit. */
export function ScrollRegion({ label, className, children, role = "region", ref }: ScrollRegionProps) {
  return (
    <div ref={ref} role={role} aria-label={label} tabIndex={0} className={className}>
      {children}
    </div>
  );
}
