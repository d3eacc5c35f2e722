/** @type {import('next').NextConfig} */
const config = {
  // The control plane lives in the server process outside Next (lib/server), and reaches the pages through
  // globalThis; nothing native is ever bundled, these names are only a guard against an accidental import.
  serverExternalPackages: ["better-sqlite3", "zstd-napi", "@node-rs/argon2", "@napi-rs/blake-hash", "v86", "pino"],
  // npm test runs the type checker over the whole tree; the build need not do it again for the pages.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  // The server listens on the loopback interface only: compressing would cost every page more than it saves.
  compress: false,
  devIndicators: false,
  reactStrictMode: true,
};

export default config;
