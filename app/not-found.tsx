import Link from "next/link";

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center p-6">
      <title>Not found – Secondsite</title>
      <div className="flex max-w-md flex-col gap-3 text-center">
        <p className="font-mono text-muted">404</p>
        <h1 className="text-xl font-semibold">There is no such page</h1>
        <p className="text-muted">The address is misspelt, or what it showed was deleted.</p>
        <p>
          <Link href="/recovery-services" className="text-accent underline underline-offset-2">
            Go to Recovery Services
          </Link>
        </p>
      </div>
    </main>
  );
}
