// The Table service through @azure/data-tables: tables, entities of every type, queries and their pages, transactions, SAS.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { AzureNamedKeyCredential, AzureSASCredential, TableClient, TableServiceClient, generateTableSas, odata } from "@azure/data-tables";
import { account, connectionString, key as accountKey, unique } from "./env.js";

const options = { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } };
const service = TableServiceClient.fromConnectionString(connectionString, options);
const key = (rowKey = "r", partitionKey = "p") => ({ partitionKey, rowKey });

async function aTable(t) {
  const table = TableClient.fromConnectionString(connectionString, unique(), options);
  t.after(() => table.deleteTable());
  await table.createTable();
  return table;
}

async function all(pages) {
  const found = [];
  for await (const one of pages) found.push(one);
  return found;
}

const refused = (promise, status, code) =>
  assert.rejects(promise, (error) => {
    const body = error.details?.odataError ?? {};
    assert.deepEqual([error.statusCode, body.code ?? error.code], [status, code]);
    return true;
  });

test("tables are created, listed, filtered and deleted", async () => {
  const name = unique();
  await service.createTable(name);
  await service.createTable(name); // the SDK takes a 409 for success
  assert.deepEqual((await all(service.listTables({ queryOptions: { filter: odata`TableName eq ${name}` } }))).map((one) => one.name), [name]);
  const page = await service.listTables().byPage({ maxPageSize: 1 }).next();
  assert.equal(page.value.length, 1);
  await service.deleteTable(name);
  await refused(all(TableClient.fromConnectionString(connectionString, name, options).listEntities()), 404, "TableNotFound");
});

test("a name with an underscore is refused", async () => {
  await refused(service.createTable("patient_records"), 400, "InvalidResourceName");
});

test("entities keep every type", async (t) => {
  const table = await aTable(t);
  const id = randomUUID();
  const when = new Date("2026-01-02T03:04:05.678Z");
  await table.createEntity({
    ...key(), text: "tëxt 😀", whole: 5, real: 2.5, one: { type: "Double", value: 1 }, yes: true, big: 2n ** 62n, when,
    id: { type: "Guid", value: id }, bytes: new Uint8Array([0, 255]), nan: { type: "Double", value: "NaN" },
  });
  const entity = await table.getEntity("p", "r");
  assert.equal(entity.text, "tëxt 😀");
  assert.deepEqual([entity.whole, entity.real, entity.one, entity.yes, entity.big], [5, 2.5, 1, true, 2n ** 62n]);
  assert.equal(new Date(entity.when).getTime(), when.getTime());
  assert.equal(entity.id.value, id);
  assert.deepEqual([...entity.bytes], [0, 255]);
  assert.ok(Number.isNaN(Number(entity.nan.value ?? entity.nan)));
  assert.match(entity.etag, /^W\/"datetime'.*Z'"$/);
});

for (const [partition, row] of [["", ""], ["it's", "''"], ["a b+c%d", "ü😀"], ["a&b=c", "(x,y)"]]) {
  test(`keys of any character: '${partition}', '${row}'`, async (t) => {
    const table = await aTable(t);
    await table.createEntity({ ...key(row, partition), n: 1 });
    assert.equal((await table.getEntity(partition, row)).n, 1);
    await table.updateEntity({ ...key(row, partition), n: 2 }, "Replace");
    const filter = odata`PartitionKey eq ${partition} and RowKey eq ${row}`;
    assert.deepEqual((await all(table.listEntities({ queryOptions: { filter } }))).map((one) => one.n), [2]);
    await table.deleteEntity(partition, row);
    await refused(table.getEntity(partition, row), 404, "ResourceNotFound");
  });
}

test("update, merge, upsert and conditions", async (t) => {
  const table = await aTable(t);
  await table.upsertEntity({ ...key(), a: 1, b: 2 }, "Replace");
  await table.updateEntity({ ...key(), b: 3 }, "Merge");
  const there = await table.getEntity("p", "r");
  assert.deepEqual([there.a, there.b], [1, 3]);
  await table.updateEntity({ ...key(), c: 4 }, "Replace", { etag: there.etag });
  await refused(table.updateEntity({ ...key(), c: 5 }, "Replace", { etag: there.etag }), 412, "UpdateConditionNotSatisfied");
  await refused(table.deleteEntity("p", "r", { etag: there.etag }), 412, "UpdateConditionNotSatisfied");
  await refused(table.createEntity(key()), 409, "EntityAlreadyExists");
});

test("queries page, filter and select", async (t) => {
  const table = await aTable(t);
  for (let start = 0; start < 1100; start += 100) {
    await table.submitTransaction(Array.from({ length: 100 }, (_, i) => ["create", { ...key(String(start + i).padStart(5, "0")), n: start + i }]));
  }
  assert.equal((await all(table.listEntities())).length, 1100);
  const sizes = [];
  for await (const page of table.listEntities().byPage({ maxPageSize: 300 })) sizes.push(page.length);
  assert.deepEqual(sizes, [300, 300, 300, 200]);
  const found = await all(table.listEntities({ queryOptions: { filter: odata`n ge ${1098} or RowKey eq '00003'`, select: ["n"] } }));
  assert.deepEqual(found.map((one) => one.n), [3, 1098, 1099]);
  await refused(all(table.listEntities({ queryOptions: { filter: "n == 5" } })), 400, "InvalidInput");
});

test("a transaction changes all or nothing", async (t) => {
  const table = await aTable(t);
  const done = await table.submitTransaction([["create", { ...key("a"), n: 1 }], ["upsert", { ...key("b"), n: 2 }, "Merge"], ["upsert", key("c")]]);
  assert.equal(done.status, 202);
  assert.deepEqual(done.subResponses.map((one) => one.status), [204, 204, 204]);
  await table.submitTransaction([["delete", key("c")], ["update", { ...key("a"), n: 5 }, "Merge"]]);
  await refused(table.submitTransaction([["create", key("x")], ["create", key("a")]]), 409, "EntityAlreadyExists");
  assert.deepEqual((await all(table.listEntities())).map((one) => [one.rowKey, one.n]), [["a", 5], ["b", 2]]);
});

test("a table SAS reaches its rows", async (t) => {
  const table = await aTable(t);
  for (const partition of ["a", "b", "c"]) await table.createEntity(key("r", partition));
  const token = generateTableSas(table.tableName, new AzureNamedKeyCredential(account, accountKey), {
    permissions: { query: true }, expiresOn: new Date(Date.now() + 3600e3), startPartitionKey: "b", endPartitionKey: "b",
  });
  const client = new TableClient(table.url.replace(/\/$/, ""), table.tableName, new AzureSASCredential(token), options);
  assert.deepEqual((await all(client.listEntities())).map((one) => one.partitionKey), ["b"]);
  await refused(client.createEntity(key("s", "b")), 403, "AuthorizationPermissionMismatch");
});
