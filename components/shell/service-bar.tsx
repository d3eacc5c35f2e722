"use client";
import { clsx } from "clsx";
import { usePathname } from "next/navigation";
import { Link } from "react-aria-components/Link";
import { Tooltip } from "@/components/ui/tooltip";
import { useShellStore } from "@/lib/client/stores/shell-store";
import { services, type Service } from "./services";

/** The services of the portal: names and icons where there is room, icons alone on a middle screen. */
export function ServiceBar({ isCompact = false }: { readonly isCompact?: boolean }) {
  const pathname = usePathname();
  return (
    <nav aria-label="Services" className="on-frame flex flex-col gap-0.5 overflow-y-auto p-2">
      {services.map((service) => {
        const isCurrent = pathname === service.href || pathname.startsWith(`${service.href}/`);
        const link = <ServiceLink service={service} isCurrent={isCurrent} isCompact={isCompact} />;
        return isCompact ? (
          <Tooltip key={service.href} text={service.label}>
            {link}
          </Tooltip>
        ) : (
          <div key={service.href}>{link}</div>
        );
      })}
    </nav>
  );
}

function ServiceLink(props: { readonly service: Service; readonly isCurrent: boolean; readonly isCompact: boolean }) {
  const { service, isCurrent, isCompact } = props;
  const close = useShellStore((state) => state.openServiceBar);
  const Icon = service.icon;
  return (
    <Link
      href={service.href}
      onPress={() => close(false)}
      {...(isCurrent ? { "aria-current": "page" as const } : {})}
      {...(isCompact ? { "aria-label": service.label } : {})}
      className={clsx(
        "relative flex min-h-11 items-center gap-3 rounded-md px-3 transition-colors",
        isCompact && "justify-center",
        isCurrent
          ? "bg-frame-raised font-medium text-frame-ink before:absolute before:inset-y-2 before:left-0 before:w-0.75 before:rounded-full before:bg-[#86aaff]"
          : "text-frame-muted hover:bg-frame-raised hover:text-frame-ink",
      )}
    >
      <Icon aria-hidden className="size-5 shrink-0" />
      {isCompact ? null : service.label}
    </Link>
  );
}
