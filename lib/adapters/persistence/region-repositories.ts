import { nameKey } from "@/lib/domain/names";
import type { Repositories } from "@/lib/operations/ports/repositories";
import type { ControlDatabase } from "./database";
import { defined } from "./defined";
import { accountRow, jsonChange, machineRow, networkRow, scopeKey } from "./rows";
import { translated } from "./translate-errors";

const inOrder = { seq: "asc" } as const;
const present = <Row, Noun>(row: Row | null, from: (row: Row) => Noun): Noun | null =>
  row === null ? null : from(row);

export function deployedMachineRepository(database: ControlDatabase): Repositories["deployedMachines"] {
  const { read } = database;
  return {
    insert: async (machine) =>
      translated({ kind: "virtual machine", name: machine.name }, async () => {
        await database.write((db) => db.deployedMachine.create({ data: machineRow.to(machine) }));
      }),
    get: async (id) => present(await read.deployedMachine.findUnique({ where: { id } }), machineRow.from),
    listByVault: async (vaultId) =>
      (await read.deployedMachine.findMany({ where: { vaultId }, orderBy: inOrder })).map(machineRow.from),
    listByItem: async (protectedItemId) =>
      (await read.deployedMachine.findMany({ where: { protectedItemId }, orderBy: inOrder })).map(machineRow.from),
    async listByScope(scope) {
      const where = { vault: { scopeKey: scopeKey(scope) } };
      return (await read.deployedMachine.findMany({ where, orderBy: inOrder })).map(machineRow.from);
    },
    listAll: async () => (await read.deployedMachine.findMany({ orderBy: inOrder })).map(machineRow.from),
    update: async (id, { disks, ...changes }) =>
      translated({ kind: "virtual machine", name: id }, async () =>
        machineRow.from(
          await database.write((db) =>
            db.deployedMachine.update({
              where: { id },
              data: { ...defined(changes), ...jsonChange("disksJson", disks) },
            }),
          ),
        ),
      ),
    delete: async (id) => void (await database.write((db) => db.deployedMachine.deleteMany({ where: { id } }))),
  };
}

export function virtualNetworkRepository(database: ControlDatabase): Repositories["virtualNetworks"] {
  const { read } = database;
  const at = (scope: Parameters<typeof scopeKey>[0], name: string) => ({
    scopeKey: scopeKey(scope),
    nameKey: nameKey(name),
  });
  return {
    async put(network) {
      const row = networkRow.to(network);
      const where = { scopeKey_nameKey: at(network, network.name) };
      await database.write((db) => db.virtualNetwork.upsert({ where, create: row, update: row }));
    },
    find: async (scope, name) =>
      present(await read.virtualNetwork.findUnique({ where: { scopeKey_nameKey: at(scope, name) } }), networkRow.from),
    list: async (scope) =>
      (await read.virtualNetwork.findMany({ where: { scopeKey: scopeKey(scope) }, orderBy: inOrder })).map(
        networkRow.from,
      ),
    delete: async (scope, name) =>
      void (await database.write((db) => db.virtualNetwork.deleteMany({ where: at(scope, name) }))),
  };
}

export function storageAccountRepository(database: ControlDatabase): Repositories["storageAccounts"] {
  const { read } = database;
  return {
    insert: async (account) =>
      translated({ kind: "storage account", name: account.name }, async () => {
        await database.write((db) => db.storageAccount.create({ data: accountRow.to(account) }));
      }),
    get: async (name) =>
      present(await read.storageAccount.findUnique({ where: { nameKey: nameKey(name) } }), accountRow.from),
    list: async (scope) =>
      (await read.storageAccount.findMany({ where: { scopeKey: scopeKey(scope) }, orderBy: inOrder })).map(
        accountRow.from,
      ),
    replaceBlob: async (name, blob) => {
      const data = { blobJson: JSON.stringify(blob) };
      const { count } = await database.write((db) =>
        db.storageAccount.updateMany({ where: { nameKey: nameKey(name) }, data }),
      );
      return count > 0;
    },
    delete: async (name) =>
      void (await database.write((db) => db.storageAccount.deleteMany({ where: { nameKey: nameKey(name) } }))),
  };
}
