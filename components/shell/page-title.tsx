/** The document's title while a page is on screen. */
export function PageTitle({ children }: { readonly children: string }) {
  return <title>{`${children} – Secondsite`}</title>;
}
