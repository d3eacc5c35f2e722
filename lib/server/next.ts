import "server-only";

/**
 * The one door from Next into the server. The container is built in plain Node before Next starts (bin/server.ts) and
 * held on globalThis, because Next evaluates modules more than once and a module singleton would be two.
 */
interface PortalServer {
  handle(request: Request): Promise<Response>;
}

export async function handleArmRequest(request: Request): Promise<Response> {
  const server = (globalThis as { [key: symbol]: PortalServer | undefined })[Symbol.for("secondsite.server")];
  if (!server) {
    return Response.json(
      {
        error: {
          code: "ServiceUnavailable",
          message: "The portal's server module is not running. Start it with `npm run demo`.",
        },
      },
      { status: 503 },
    );
  }
  return server.handle(request);
}
