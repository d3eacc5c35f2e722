import { z } from "zod";
import { ArmErrorBody } from "@/lib/contract/arm-error";
import type { Route } from "./route";

type Json = Record<string, unknown>;

/** The API's description, made of the very declarations that the router matches and checks with. */
export function describeApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = (paths[route.path] ??= { parameters: pathParameters(route.path) });
    path[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Secondsite",
      version,
      description: "Azure Resource Manager's shape. Paths are matched without regard to case.",
    },
    paths,
    components: { schemas: { ArmError: schemaOf(ArmErrorBody) } },
  };
}

function operation(route: Route): Json {
  const error = { description: "An ARM error.", content: json({ $ref: "#/components/schemas/ArmError" }) };
  const answers: Json = { default: error };
  if (route.answer) answers["200"] = { description: "OK", content: json(schemaOf(route.answer)) };
  if (route.longRunning) {
    answers["202"] = {
      description: "A job was started: Azure-AsyncOperation is the address of its state, Location that of its result.",
    };
  }
  if (!route.answer && !route.longRunning) answers["200"] = { description: "OK" };
  return {
    summary: route.summary,
    operationId: `${route.method.toLowerCase()}${route.path.replaceAll(/[^A-Za-z0-9]+/g, "_")}`,
    ...(route.apiVersions.length > 0 ? { parameters: [apiVersionParameter(route.apiVersions)] } : {}),
    ...(route.body ? { requestBody: { required: !route.bodyOptional, content: contentOf(route, route.body) } } : {}),
    responses: answers,
  };
}

function contentOf(route: Route, body: z.ZodType): Json {
  return route.textBody ? { "text/plain": { schema: schemaOf(body) } } : json(schemaOf(body));
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((found) => ({
    name: found[1],
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function apiVersionParameter(versions: readonly string[]): Json {
  return { name: "api-version", in: "query", required: true, schema: { type: "string", enum: versions } };
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;
  return rest;
}

function json(schema: Json): Json {
  return { "application/json": { schema } };
}
