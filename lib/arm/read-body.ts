import type { z } from "zod";
import { Refusal } from "@/lib/kernel/fault";
import { refusalOfZodError } from "./refusal-of-zod-error";

export const BODY_BYTES_MAX = 1024 * 1024;

/** Reads, parses and checks a JSON body. Stops reading at the limit: what comes after it is never taken in. */
export async function readBody(
  request: Request,
  schema: z.ZodType,
  optional: boolean,
  bytesMax: number = BODY_BYTES_MAX,
): Promise<unknown> {
  const text = await readText(request, bytesMax);
  if (text.trim() === "") {
    if (!optional) throw notJson("The request has no body.");
    return checked(schema, {});
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notJson(error instanceof Error ? `${error.message}.` : "It could not be parsed.");
  }
  return checked(schema, value);
}

/** The same of a body that is text and not JSON. */
export async function readTextBody(request: Request, schema: z.ZodType): Promise<unknown> {
  return checked(schema, await readText(request, BODY_BYTES_MAX));
}

function checked(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refusalOfZodError(parsed.error, value);
  return parsed.data;
}

async function readText(request: Request, bytesMax: number): Promise<string> {
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > bytesMax) throw tooLarge(bytesMax);
  if (!request.body) return "";
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    total += value.byteLength;
    if (total > bytesMax) {
      await reader.cancel();
      throw tooLarge(bytesMax);
    }
    chunks.push(value);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw notJson("It is not UTF-8 text.");
  }
}

function tooLarge(bytesMax: number): Refusal {
  return new Refusal("tooLarge", {
    code: "RequestEntityTooLarge",
    message: `The body of the request is larger than ${bytesMax} bytes.`,
    possibleCauses: "Something other than the description of a resource was sent.",
    recommendedAction:
      "Send only the JSON of the resource. Disks are read at their site and never go through this API.",
  });
}

function notJson(reason: string): Refusal {
  return new Refusal("invalid", {
    code: "InvalidRequestContent",
    message: `The body of the request is not JSON. ${reason}`,
    possibleCauses: "The body is empty, was cut off, or is in another format.",
    recommendedAction: 'Send a JSON object such as {"properties": {…}}; /openapi.json describes it.',
  });
}
