/** Shown while the first answer is on its way; says so to everybody. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div role="status" className="flex items-center gap-3 px-1 py-10 text-muted">
      <span aria-hidden className="size-4 animate-spin rounded-full border-2 border-current border-r-transparent" />
      Loading {what}…
    </div>
  );
}
