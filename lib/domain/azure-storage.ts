import { Refusal, type Explanation } from "@/lib/kernel/fault";

/** How somebody names a container of a real storage account: as Azure's portal gives it to copy. */
export interface ContainerInput {
  readonly connectionString?: string | null | undefined;
  readonly accountName?: string | null | undefined;
  readonly accountKey?: string | null | undefined;
  /** Of the blob service; needed for sovereign clouds and for emulators. */
  readonly endpoint?: string | null | undefined;
  readonly container?: string | null | undefined;
}

export interface ContainerChoice {
  readonly endpoint: string;
  readonly accountName: string;
  /** Secret, base64. */
  readonly accountKey: string;
  readonly container: string;
}

export const DEFAULT_CONTAINER = "secondsite";

/** 3 to 63 lower-case letters, digits and single hyphens between them (Azure's naming rules of containers). */
const CONTAINER_NAME = /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;
const ACCOUNT_NAME = /^[a-z0-9]{3,24}$/;
/** An account key is 64 bytes. */
const ACCOUNT_KEY = /^[A-Za-z0-9+/]{86}==$/;

/**
 * Reads a connection string (`DefaultEndpointsProtocol=…;AccountName=…;AccountKey=…;EndpointSuffix=…` or with
 * `BlobEndpoint=…`), or the parts. Plain http is taken for this machine only.
 * @throws Refusal StorageConnectionNotValid, which never repeats what was entered
 */
export function readContainerChoice(input: ContainerInput): ContainerChoice {
  const parts = input.connectionString ? partsOf(input.connectionString) : new Map<string, string>();
  const accountName = parts.get("accountname") ?? input.accountName ?? "";
  const accountKey = parts.get("accountkey") ?? input.accountKey ?? "";
  const container = input.container ?? DEFAULT_CONTAINER;
  if (parts.has("sharedaccesssignature")) throw notValid("it holds a shared access signature instead of the key");
  if (!ACCOUNT_NAME.test(accountName)) throw notValid("the account's name is missing or not a storage account's");
  if (!ACCOUNT_KEY.test(accountKey)) throw notValid("the account's key is missing or not complete");
  if (!CONTAINER_NAME.test(container)) throw new Refusal("invalid", containerProblem, "properties.azureBlob.container");
  return { endpoint: endpointOf(parts, input.endpoint ?? null, accountName), accountName, accountKey, container };
}

const containerProblem: Explanation = {
  code: "StorageContainerNameNotValid",
  message: "That cannot be the name of a container.",
  possibleCauses: "A container's name has 3 to 63 lower-case letters, digits and single hyphens between them.",
  recommendedAction: `Choose a name such as ${DEFAULT_CONTAINER}.`,
};

/** Null when it may name a container. */
export function containerNameProblem(name: string): Explanation | null {
  return CONTAINER_NAME.test(name) ? null : containerProblem;
}

function partsOf(connectionString: string): Map<string, string> {
  const pairs = connectionString.split(";").filter((pair) => pair.trim() !== "");
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw notValid("it is not of the form Name=value;Name=value");
      return [pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim()];
    }),
  );
}

function endpointOf(parts: Map<string, string>, given: string | null, accountName: string): string {
  const suffix = parts.get("endpointsuffix") ?? "core.windows.net";
  const protocol = parts.get("defaultendpointsprotocol") ?? "https";
  const text = parts.get("blobendpoint") ?? given ?? `${protocol}://${accountName}.blob.${suffix}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isHere = url !== null && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && isHere)) {
    throw notValid("the address of its blob service is not one of https");
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function notValid(why: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "StorageConnectionNotValid",
      message: `The storage account cannot be connected: ${why}.`,
      possibleCauses: "The connection string or key was not copied whole, or it belongs to something else.",
      recommendedAction:
        "Copy the connection string from the storage account's Access keys in Azure and enter it again.",
    },
    "properties.azureBlob",
  );
}
