/** Two places, one the other's image. */
export function Logo({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden className={className}>
      <rect x="2" y="2" width="13" height="13" rx="3.5" fill="#86aaff" />
      <rect x="9" y="9" width="13" height="13" rx="3.5" fill="#2e62dd" />
      <path d="M9 12.5A3.5 3.5 0 0 1 12.500 9H15v2.500A3.500 3.500 0 0 1 11.500 15H9z" fill="#f2f5fa" />
    </svg>
  );
}
