import type { BandwidthSettings } from "@/lib/domain/bandwidth";
import type { Fabric, Provider, Vault } from "@/lib/domain/entities";
import { nameKey } from "@/lib/domain/names";
import type { Repositories } from "@/lib/operations/ports/repositories";
import type { ControlDatabase } from "./database";
import { defined } from "./defined";
import { fabricRow, jsonChange, mappingRow, policyRow, providerRow, scopeKey, vaultRow } from "./rows";
import { translated } from "./translate-errors";

const inOrder = { seq: "asc" } as const;
const present = <Row, Noun>(row: Row | null, from: (row: Row) => Noun): Noun | null =>
  row === null ? null : from(row);

export function vaultRepository(database: ControlDatabase): Repositories["vaults"] {
  const { read } = database;
  return {
    insert: async (vault: Vault) =>
      translated({ kind: "vault", name: vault.name }, async () => {
        await database.write((db) => db.vault.create({ data: vaultRow.to(vault) }));
      }),
    get: async (id) => present(await read.vault.findUnique({ where: { id } }), vaultRow.from),
    find: async (scope, name) =>
      present(
        await read.vault.findUnique({
          where: { scopeKey_nameKey: { scopeKey: scopeKey(scope), nameKey: nameKey(name) } },
        }),
        vaultRow.from,
      ),
    async list({ subscriptionId, resourceGroup }) {
      const where =
        resourceGroup === null
          ? { subscriptionKey: nameKey(subscriptionId) }
          : { scopeKey: scopeKey({ subscriptionId, resourceGroup }) };
      return (await read.vault.findMany({ where, orderBy: inOrder })).map(vaultRow.from);
    },
    listAll: async () => (await read.vault.findMany({ orderBy: inOrder })).map(vaultRow.from),
    update: async (id, { tags, ...changes }) =>
      translated({ kind: "vault", name: id }, async () =>
        vaultRow.from(
          await database.write((db) =>
            db.vault.update({ where: { id }, data: { ...defined(changes), ...jsonChange("tagsJson", tags) } }),
          ),
        ),
      ),
    delete: async (id) => void (await database.write((db) => db.vault.deleteMany({ where: { id } }))),
  };
}

export function fabricRepository(database: ControlDatabase): Repositories["fabrics"] {
  const { read } = database;
  return {
    insert: async (fabric: Fabric) =>
      translated({ kind: "site", name: fabric.name }, async () => {
        await database.write((db) => db.fabric.create({ data: fabricRow.to(fabric) }));
      }),
    get: async (id) => present(await read.fabric.findUnique({ where: { id } }), fabricRow.from),
    find: async (vaultId, name) =>
      present(
        await read.fabric.findUnique({ where: { vaultId_nameKey: { vaultId, nameKey: nameKey(name) } } }),
        fabricRow.from,
      ),
    findByInternalIdentifier: async (internalIdentifier) =>
      present(await read.fabric.findUnique({ where: { internalIdentifier } }), fabricRow.from),
    list: async (vaultId) => (await read.fabric.findMany({ where: { vaultId }, orderBy: inOrder })).map(fabricRow.from),
    delete: async (id) => void (await database.write((db) => db.fabric.deleteMany({ where: { id } }))),
  };
}

export function registrationKeyRepository(database: ControlDatabase): Repositories["registrationKeys"] {
  return {
    put: async (key) =>
      void (await database.write((db) =>
        db.registrationKey.upsert({ where: { fabricId: key.fabricId }, create: { ...key }, update: { ...key } }),
      )),
    get: async (fabricId) => database.read.registrationKey.findUnique({ where: { fabricId } }),
  };
}

export function bandwidthRepository(database: ControlDatabase): Repositories["bandwidth"] {
  return {
    put: async (fabricId, settings) => {
      const settingsJson = JSON.stringify(settings);
      await database.write((db) =>
        db.siteBandwidth.upsert({ where: { fabricId }, create: { fabricId, settingsJson }, update: { settingsJson } }),
      );
    },
    get: async (fabricId) => {
      const row = await database.read.siteBandwidth.findUnique({ where: { fabricId } });
      return row === null ? null : (JSON.parse(row.settingsJson) as BandwidthSettings);
    },
  };
}

export function providerRepository(database: ControlDatabase): Repositories["providers"] {
  const { read } = database;
  return {
    insert: async (provider: Provider) =>
      translated({ kind: "host", name: provider.name }, async () => {
        await database.write((db) => db.provider.create({ data: providerRow.to(provider) }));
      }),
    get: async (id) => present(await read.provider.findUnique({ where: { id } }), providerRow.from),
    find: async (fabricId, name) =>
      present(
        await read.provider.findUnique({ where: { fabricId_nameKey: { fabricId, nameKey: nameKey(name) } } }),
        providerRow.from,
      ),
    findByCertificate: async (certificateSha256) =>
      present(await read.provider.findUnique({ where: { certificateSha256 } }), providerRow.from),
    listByVault: async (vaultId) =>
      (await read.provider.findMany({ where: { vaultId }, orderBy: inOrder })).map(providerRow.from),
    listByFabric: async (fabricId) =>
      (await read.provider.findMany({ where: { fabricId }, orderBy: inOrder })).map(providerRow.from),
    update: async (id, { inventory, ...changes }) =>
      translated({ kind: "host", name: id }, async () =>
        providerRow.from(
          await database.write((db) =>
            db.provider.update({
              where: { id },
              data: { ...defined(changes), ...jsonChange("inventoryJson", inventory) },
            }),
          ),
        ),
      ),
    delete: async (id) => void (await database.write((db) => db.provider.deleteMany({ where: { id } }))),
  };
}

export function policyRepository(database: ControlDatabase): Repositories["policies"] {
  const { read } = database;
  return {
    insert: async (policy) =>
      translated({ kind: "policy", name: policy.name }, async () => {
        await database.write((db) => db.policy.create({ data: policyRow.to(policy) }));
      }),
    get: async (id) => present(await read.policy.findUnique({ where: { id } }), policyRow.from),
    find: async (vaultId, name) =>
      present(
        await read.policy.findUnique({ where: { vaultId_nameKey: { vaultId, nameKey: nameKey(name) } } }),
        policyRow.from,
      ),
    list: async (vaultId) => (await read.policy.findMany({ where: { vaultId }, orderBy: inOrder })).map(policyRow.from),
    update: async (id, changes) =>
      translated({ kind: "policy", name: id }, async () =>
        policyRow.from(await database.write((db) => db.policy.update({ where: { id }, data: defined(changes) }))),
      ),
    delete: async (id) => void (await database.write((db) => db.policy.deleteMany({ where: { id } }))),
  };
}

export function containerMappingRepository(database: ControlDatabase): Repositories["containerMappings"] {
  const { read } = database;
  return {
    insert: async (mapping) =>
      translated({ kind: "protection group", name: mapping.name }, async () => {
        await database.write((db) => db.containerMapping.create({ data: mappingRow.to(mapping) }));
      }),
    get: async (id) => present(await read.containerMapping.findUnique({ where: { id } }), mappingRow.from),
    find: async (fabricId, name) =>
      present(
        await read.containerMapping.findUnique({ where: { fabricId_nameKey: { fabricId, nameKey: nameKey(name) } } }),
        mappingRow.from,
      ),
    listByVault: async (vaultId) =>
      (await read.containerMapping.findMany({ where: { vaultId }, orderBy: inOrder })).map(mappingRow.from),
    listByFabric: async (fabricId) =>
      (await read.containerMapping.findMany({ where: { fabricId }, orderBy: inOrder })).map(mappingRow.from),
    update: async (id, changes) =>
      translated({ kind: "protection group", name: id }, async () =>
        mappingRow.from(
          await database.write((db) => db.containerMapping.update({ where: { id }, data: defined(changes) })),
        ),
      ),
    delete: async (id) => void (await database.write((db) => db.containerMapping.deleteMany({ where: { id } }))),
  };
}
