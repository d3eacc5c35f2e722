/**
 * The law of imports. A room may import itself and the rooms listed for it; everything else is refused. ARCHITECTURE.md
 * draws the same picture. Change the structure before you change this file.
 */
const MAY_IMPORT = {
  "lib/kernel": [],
  "lib/contract": ["lib/kernel"],
  "lib/domain": ["lib/kernel"],
  "lib/engine": ["lib/kernel"],
  "lib/jobs": ["lib/kernel"],
  "lib/compute": ["lib/kernel", "lib/engine"],
  "lib/site": ["lib/kernel", "lib/engine", "lib/contract", "lib/compute"],
  "lib/operations": ["lib/kernel", "lib/domain", "lib/engine", "lib/jobs", "lib/contract"],
  "lib/arm": ["lib/kernel", "lib/contract", "lib/domain", "lib/operations", "lib/jobs"],
  "lib/adapters": [
    "lib/kernel",
    "lib/contract",
    "lib/domain",
    "lib/engine",
    "lib/jobs",
    "lib/operations",
    "lib/compute",
    "lib/site",
    "prisma",
  ],
  "lib/client": ["lib/kernel", "lib/contract", "lib/domain"],
  "lib/server": ["lib/[^/]+"],
  "components/ui": [],
  "components/shell": ["components/ui", "lib/client", "lib/contract", "lib/kernel"],
  "components/features": [
    "components/ui",
    "components/shell",
    "lib/client",
    "lib/contract",
    "lib/domain",
    "lib/kernel",
  ],
  app: ["components/[^/]+", "lib/server", "lib/client", "lib/contract", "lib/domain", "lib/kernel"],
};

const PURE = "^lib/(kernel|contract|domain|engine|jobs|operations|arm)/";
const TEST = "\\.(test|suite)\\.tsx?$|^lib/testing/|^e2e/";
const inside = (room) => `^${room}/`;

const rooms = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `${room.replace("/", "-")}-keeps-to-its-room`,
  severity: "error",
  comment: `${room} may import only: ${[room, ...allowed].join(", ")}`,
  from: { path: inside(room), pathNot: TEST },
  to: { path: "^(app|components|lib|prisma|bin|scripts)/", pathNot: [room, ...allowed].map(inside) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...rooms,
    {
      name: "features-do-not-meet",
      comment: "What two features share goes to components/ui (no words of ours) or components/shell.",
      severity: "error",
      from: { path: "^components/features/([^/]+)/", pathNot: TEST },
      to: { path: "^components/features/", pathNot: "^components/features/$1/" },
    },
    {
      name: "app-enters-by-one-door",
      comment: "lib/server/next.ts is the only file marked server-only, so that the rest of lib runs in plain Node.",
      severity: "error",
      from: { path: "^app/" },
      to: { path: "^lib/server/", pathNot: "^lib/server/next\\.ts$" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "pure-rooms-touch-no-platform",
      comment: "Files, sockets, clocks and processes are reached through a port and an adapter.",
      severity: "error",
      from: { path: PURE, pathNot: TEST },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(assert|buffer|crypto|events|stream|stream/promises|zlib)$" },
    },
    {
      name: "frameworks-stay-at-the-rim",
      severity: "error",
      from: { path: PURE },
      to: { path: "node_modules/(next|react|react-dom|server-only|zustand|@prisma)/" },
    },
    {
      name: "prisma-only-behind-persistence",
      severity: "error",
      from: { pathNot: "^(lib/adapters/persistence/|prisma/)" },
      to: { path: "node_modules/@prisma/|^prisma/" },
    },
    {
      name: "doubles-stay-in-tests",
      comment: "Nothing that runs in production may import a test or a twin.",
      severity: "error",
      from: { pathNot: TEST },
      to: { path: TEST },
    },
    {
      name: "nothing-unused",
      severity: "error",
      from: { orphan: true, pathNot: ["\\.d\\.m?ts$", "^app/", "^e2e/", "^bin/", "^prisma/generated/", TEST] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|prisma/generated" },
    exclude: { path: "\\.bin$|\\.css$" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
