import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { eventStream } from "../event-stream";
import { OWN } from "../paths";
import { route, type Route } from "../route";

export const liveEventRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${OWN}/events`,
    summary: "Server-sent events: what changed, so that a page knows what to read again.",
    apiVersions: OWN_API_VERSIONS,
    handle: ({ context, signal }) => eventStream(context.live.subscribe(signal), { clock: context.clock, signal }),
  }),
];
