import { Refusal } from "@/lib/kernel/fault";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/**
 * Refuses a request whose address means another one than it says: dot segments however encoded, backslashes, two slashes
 * in front, another site's address in full, and escapes that stand for no text. What comes behind the doors (Next, the
 * URL parser) would resolve them, redirect them or fail over them, each in its own way. Both doors call it on the
 * request line as it arrived.
 *
 * @throws Refusal invalid: MethodNotSupported, InvalidRequestAddress.
 */
export function guardTarget(method: string, target: string): void {
  if (!METHODS.has(method)) throw unknownMethod(method);
  const [path = ""] = target.split("?", 1);
  if (!path.startsWith("/") || path.startsWith("//") || path.includes("\\")) throw badAddress(path);
  for (const segment of path.split("/")) {
    const name = decoded(segment);
    if (name === null || name === "." || name === "..") throw badAddress(path);
  }
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function badAddress(path: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "InvalidRequestAddress",
      message: `The address ${JSON.stringify(path.slice(0, 120))} cannot be used as it is written.`,
      possibleCauses:
        "It holds '.' or '..' as a name, a backslash, two slashes in front, an escape that is no UTF-8 text, or it names another site.",
      recommendedAction: "Send the path as a list of the resources shows it, each name percent-encoded once.",
    },
    "url",
  );
}

function unknownMethod(method: string): Refusal {
  return new Refusal("invalid", {
    code: "MethodNotSupported",
    message: `The method ${JSON.stringify(method.slice(0, 20))} is not used by this API.`,
    possibleCauses: "The request was made by a tool that probes servers, or by a client of another protocol.",
    recommendedAction: `Use one of: ${[...METHODS].join(", ")}.`,
  });
}
