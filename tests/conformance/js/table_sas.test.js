// Account SAS and table SAS: letters, ranges of keys, stored access policies; Shared Key Lite.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AzureNamedKeyCredential, TableServiceClient, generateAccountSas, generateTableSas } from "@azure/data-tables";
import { DAY, account, unique } from "./env.js";
import { aTable, all, ask, credential, entity, expectError, fill, options, refused, rows, tableEndpoint, withSas } from "./table_env.js";

const expiresOn = new Date(Date.now() + DAY);
const bySas = (table, permissions, fields = {}) =>
  withSas(generateTableSas(table.tableName, credential, { permissions, expiresOn, ...fields }), table.tableName);

const CALLS = {
  query: (table) => all(table.listEntities()),
  add: (table) => table.createEntity(entity("new")),
  update: (table) => table.updateEntity(entity("there", { A: 1 })),
  delete: (table) => table.deleteEntity("p", "there"),
};

for (const [letter, call] of Object.entries(CALLS))
  test(`table SAS: ${letter}`, async (t) => {
    const table = await aTable(t);
    await table.createEntity(entity("there"));
    const others = Object.fromEntries(Object.keys(CALLS).map((name) => [name, name !== letter]));
    await refused(call(bySas(table, others)), 403, "AuthorizationPermissionMismatch");
    await call(bySas(table, { [letter]: true }));
  });

test("upsert needs add and update", async (t) => {
  const table = await aTable(t);
  for (const permissions of [{ add: true }, { update: true }])
    await refused(bySas(table, permissions).upsertEntity(entity("r")), 403, "AuthorizationPermissionMismatch");
  await bySas(table, { add: true, update: true }).upsertEntity(entity("r"));
});

test("ranges", async (t) => {
  const table = await aTable(t);
  for (const partition of "abc") await fill(table, 3, partition);
  const fields = { startPartitionKey: "a", startRowKey: "0002", endPartitionKey: "b", endRowKey: "0001" };
  const client = bySas(table, { query: true, add: true, update: true, delete: true }, fields);
  assert.deepEqual((await all(client.listEntities())).map((one) => one.partitionKey + one.rowKey), ["a0002", "b0000", "b0001"]);
  assert.equal((await client.getEntity("b", "0000")).Number, 0);
  for (const [partition, row] of [["a", "0001"], ["b", "0002"], ["c", "0000"]]) {
    await assert.rejects(client.deleteEntity(partition, row), { statusCode: 403 });
    await assert.rejects(client.upsertEntity(entity(row, {}, partition)), { statusCode: 403 });
  }
  assert.equal((await rows(table.listEntities())).length, 9);
});

test("stored access policy", async (t) => {
  const table = await aTable(t);
  await table.createEntity(entity("r"));
  await table.setAccessPolicy([{ id: "policy", accessPolicy: { permission: "r", expiry: expiresOn, start: new Date(Date.now() - DAY) } }]);
  const token = generateTableSas(table.tableName, credential, { identifier: "policy" });
  const client = withSas(token, table.tableName);
  assert.deepEqual(await rows(client.listEntities()), ["r"]);
  await refused(client.createEntity(entity("s")), 403, "AuthorizationPermissionMismatch");
  await table.setAccessPolicy([]);
  await refused(all(client.listEntities()), 403, "AuthenticationFailed");
});

test("account SAS", async () => {
  const permissions = { query: true, write: true, delete: true, list: true, add: true, update: true };
  const service = withSas(generateAccountSas(credential, { permissions, resourceTypes: "sco", expiresOn }));
  const name = unique();
  await service.createTable(name);
  const table = withSas(generateAccountSas(credential, { permissions, resourceTypes: "sco", expiresOn }), name);
  await table.createEntity(entity("r"));
  await table.submitTransaction([["upsert", entity("s"), "Merge"]]);
  assert.deepEqual(await rows(table.listEntities()), ["r", "s"]);
  assert.ok((await all(service.listTables())).some((item) => item.name === name));
  await service.deleteTable(name);
});

test("account SAS of less", async (t) => {
  const table = await aTable(t);
  const sas = (fields) => generateAccountSas(credential, { permissions: { query: true }, resourceTypes: "sco", expiresOn, ...fields });
  await refused(all(withSas(sas({})).listTables()), 403, "AuthorizationPermissionMismatch");
  await refused(withSas(sas({}), table.tableName).createEntity(entity("r")), 403, "AuthorizationPermissionMismatch");
  await refused(all(withSas(sas({ resourceTypes: "sc" }), table.tableName).listEntities()), 403, "AuthorizationResourceTypeMismatch");
  await refused(all(withSas(sas({ services: { blob: true, queue: true } }), table.tableName).listEntities()), 403, "AuthorizationServiceMismatch");
  await refused(all(withSas(sas({ expiresOn: new Date(Date.now() - DAY) }), table.tableName).listEntities()), 403, "AuthenticationFailed");
});

test("a wrong key", async () => {
  const wrong = new TableServiceClient(tableEndpoint, new AzureNamedKeyCredential(account, "bm90IHRoZSBrZXk="), options);
  await refused(all(wrong.listTables()), 403, "AuthenticationFailed");
});

for (const scheme of ["SharedKey", "SharedKeyLite"])
  test(scheme, async (t) => {
    const table = await aTable(t);
    assert.equal((await ask("POST", `/${table.tableName}`, { scheme, body: { PartitionKey: "it's", RowKey: "100%" } })).status, 201);
    const address = `/${table.tableName}(PartitionKey='it%27%27s',RowKey='100%25')`;
    assert.equal((await ask("GET", address, { scheme })).status, 200);
    assert.equal((await ask("GET", `/${table.tableName}`, { scheme, query: "comp=acl", headers: { Accept: undefined } })).status, 200);
    expectError(await ask("GET", address, { scheme, secret: "bm90IHRoZSBrZXk=" }), 403, "AuthenticationFailed");
  });
