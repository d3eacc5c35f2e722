import type { ReactNode } from "react";

/** The content under the header, with the margins that all pages share. */
export function PageBody({ children }: { readonly children: ReactNode }) {
  return <div className="flex max-w-[100rem] flex-col gap-5 px-4 py-5 md:px-8">{children}</div>;
}
