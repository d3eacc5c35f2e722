import { afterEach, beforeEach, expect, it } from "vitest";
import { fingerprintOf, verifyReport } from "@/lib/operations/evidence/report/report-signature";
import { ControlPlane } from "@/lib/testing/control-plane";
import { sampleFailoverRecord } from "@/lib/testing/sample-entities";

const VAULTS = "Microsoft.RecoveryServices/vaults";
const OWN = `${VAULTS}/contoso-vault/providers/Secondsite.Recovery`;

let plane: ControlPlane;
let vaultId: string;

beforeEach(async () => {
  plane = new ControlPlane();
  plane.start();
  for (const name of ["contoso-vault", "other-vault"]) {
    await plane.send("PUT", `${VAULTS}/${name}`, { location: "westeurope", properties: {}, sku: { name: "Standard" } });
  }
  const vaults = await plane.repositories.vaults.listAll();
  vaultId = vaults.find((vault) => vault.name === "contoso-vault")?.id ?? "";
  await plane.repositories.failoverRecords.put(sampleFailoverRecord({ vaultId }));
});
afterEach(async () => {
  await plane.stop();
  expect(plane.bugs).toEqual([]);
});

it("lists the runs of a vault with what was measured, and keeps them from other vaults", async () => {
  const { body } = await plane.get(`${OWN}/failoverRecords`);
  expect(body.value).toMatchObject([
    {
      name: "run-1",
      properties: {
        ...{ kind: "TestFailover", outcome: "Succeeded", requestedBy: "local user" },
        verdicts: { rpo: "Met", rto: "Met" },
      },
    },
  ]);
  expect((await plane.get(`${OWN}/failoverRecords/run-1`)).status).toBe(200);
  const elsewhere = `${VAULTS}/other-vault/providers/Secondsite.Recovery/failoverRecords`;
  expect((await plane.get(elsewhere)).body.value).toEqual([]);
  expect((await plane.get(`${elsewhere}/run-1`)).status).toBe(404);
});

it("adds notes and never an empty one", async () => {
  const notes = `${OWN}/failoverRecords/run-1/notes`;
  await plane.send("POST", notes, { properties: { text: " The phone did not ring. " } });
  const { body } = await plane.send("POST", notes, { properties: { text: "It did later." } });
  expect(body.properties).toMatchObject({
    notes: [
      { who: "ann", text: "The phone did not ring." },
      { who: "ann", text: "It did later." },
    ],
  });
  expect(await plane.refused("POST", notes, { properties: { text: "  " } })).toMatchObject({ code: "NoteEmpty" });
});

it("hands out reports as downloads that the vault's own key has signed", async () => {
  const router = (path: string) => plane.download(`${OWN}/failoverRecords/run-1/${path}`);
  const key = (await plane.get(`${OWN}/reportKey`)).body.properties as unknown as { fingerprint: string };
  expect(key.fingerprint).toBe(fingerprintOf(await plane.reportKeys.publicKey(vaultId)));
  for (const format of ["json", "html", "pdf"]) {
    const { headers, bytes } = await router(`report.${format}`);
    expect(headers.get("content-disposition")).toBe(`attachment; filename="TestFailover-order-system-run-1.${format}"`);
    expect(verifyReport(bytes, { fingerprint: key.fingerprint })).toMatchObject({ isValid: true, format });
  }
});

it("gives out pictures of the run only", async () => {
  const { sha256 } = await plane.evidenceFiles.put(vaultId, Buffer.from("a picture"));
  const address = `${OWN}/failoverRecords/run-1/screenshots/${sha256}.png`;
  expect((await plane.get(address)).status).toBe(404);
});

it("sets targets of a vault, and refuses what is no target", async () => {
  const address = `${OWN}/evidenceTargets`;
  const body = (rpoSeconds: unknown) => ({ properties: { targets: { rpoSeconds, rtoSeconds: null } } });
  expect((await plane.get(address)).body.properties).toEqual({ targets: { rpoSeconds: null, rtoSeconds: null } });
  await plane.send("PUT", address, body(60));
  expect((await plane.get(address)).body.properties).toEqual({ targets: { rpoSeconds: 60, rtoSeconds: null } });
  for (const wrong of [0, -1, 1.5, 1e12]) {
    expect(await plane.refused("PUT", address, body(wrong))).toMatchObject({ code: "InvalidRecoveryTarget" });
  }
  expect((await plane.send("PUT", address, body("soon"))).status).toBe(400);
});
