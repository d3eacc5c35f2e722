import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "./globals.css";

export const metadata: Metadata = {
  description: "Disaster recovery: replicate, test and fail over your machines.",
  icons: { icon: "/icon.svg" },
};
export const viewport: Viewport = { width: "device-width", initialScale: 1 };

/** Before the first paint, so that a page chosen dark does not flash white. The key is that of lib/client's theme store. */
const dressScript = `try{var t=localStorage.getItem("secondsite.theme");if(t==="light"||t==="dark")document.documentElement.dataset.theme=t}catch(e){}`;

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: dressScript }} />
      </head>
      <body>{children}</body>
    </html>
  );
}
