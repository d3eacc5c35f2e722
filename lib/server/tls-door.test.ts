import { X509Certificate } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "@/lib/adapters/system/system-clock";
import { systemRandom } from "@/lib/adapters/system/system-random";
import { parseCredentialsFile } from "@/lib/site/credentials-file";
import { registerHost } from "@/lib/site/register-host";
import { VaultClient, type VaultRequest } from "@/lib/site/vault-client";
import { PASSPHRASE, startSiteVaultDoor, temporaryFolder, type SiteVaultDoor } from "@/lib/testing/site-vault-door";
import { InnerClient } from "./inner-client";
import { ADMISSION_PATH, CERTIFICATE_HEADER, CREDENTIALS_PATH } from "./inner-door";

const { folder, remove } = temporaryFolder("secondsite-door-");
let door: SiteVaultDoor;
let stranger: VaultClient;
let certificate: string;

beforeAll(async () => {
  door = await startSiteVaultDoor({ folder });
  const { trusted, clientCertificate } = await registerHost({
    credentials: parseCredentialsFile(await door.createKey(), new Date()),
    passphrase: PASSPHRASE,
    endpoint: null,
    hostName: "HV-1",
    folder: path.join(folder, "agent"),
    clock: systemClock,
    random: systemRandom,
  });
  certificate = new X509Certificate(clientCertificate).raw.toString("base64");
  stranger = new VaultClient({ endpoint: door.origin(), trusted, client: null });
});
afterAll(async () => {
  stranger.close();
  await door.close();
  remove();
});

const answerTo = (request: Partial<VaultRequest> & { path: string }) =>
  stranger.send({ method: "GET", accept: [401, 403, 404], ...request });

describe("the TLS door", () => {
  it("takes nobody's word for a certificate: what says so in a header is not believed", async () => {
    const headers = { [CERTIFICATE_HEADER]: certificate };
    for (const path of ["/agent/v1/commands", "/agent/v1/objects?prefix=data/"]) {
      expect((await answerTo({ path, headers })).status, path).toBe(401);
    }
  });

  it("leads nobody to what the gateway asks the server: the private key and where the data lies", async () => {
    for (const path of [ADMISSION_PATH, CREDENTIALS_PATH, `${CREDENTIALS_PATH}?x`, "/inner%2ftls-credentials"]) {
      const { status, body } = await answerTo({ path, headers: { [CERTIFICATE_HEADER]: certificate } });
      expect([400, 404], path).toContain(status);
      expect(body.toString(), path).not.toMatch(/PRIVATE KEY|machineIds/);
    }
  });
});

describe("the way from the gateway to the server", () => {
  it("tells with 503 and a cure when the server is gone, and keeps the connection for when it is back", async () => {
    const client = new InnerClient(path.join(folder, "nobody.sock"));
    const front = http.createServer((incoming, outgoing) => void client.forward(incoming, outgoing, null));
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${String((front.address() as AddressInfo).port)}`;
    const answer = await fetch(origin, { method: "POST", body: new Uint8Array(1_000_000) });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(await answer.json()).toMatchObject({ error: { code: "PortalNotAnswering" } });
    await expect(client.admit(null)).rejects.toMatchObject({ code: "PortalNotAnswering", retryable: true });
    front.closeAllConnections();
    front.close();
  });
});
