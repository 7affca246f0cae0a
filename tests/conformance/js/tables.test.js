// Query Tables, Create Table, Delete Table, Table ACL, Table Service Properties and Stats.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, unique } from "./env.js";
import { aTable, all, ask, clientOf, entity, expectError, refused, rows, tables } from "./table_env.js";

const named = (name) => tables.listTables({ queryOptions: { filter: `TableName eq '${name}'` } });

test("Create Table and Delete Table", async () => {
  const name = unique();
  await tables.createTable(name);
  assert.deepEqual((await all(named(name))).map((item) => item.name), [name]);
  await tables.deleteTable(name);
  assert.deepEqual(await all(named(name)), []);
});

test("the SDK takes a table that is there as created, and one that is not as deleted", async (t) => {
  const table = await aTable(t);
  await table.createTable();
  await table.createEntity(entity("r"));
  await table.createTable();
  assert.deepEqual(await rows(table.listEntities()), ["r"]);
  await tables.deleteTable(unique());
});

test("the service refuses both", async (t) => {
  const table = await aTable(t);
  expectError(await ask("POST", "/Tables", { body: { TableName: table.tableName } }), 409, "TableAlreadyExists");
  expectError(await ask("DELETE", `/Tables('${unique()}')`), 404, "ResourceNotFound");
});

for (const [name, code] of [
  ["ab", "OutOfRangeInput"], ["a".repeat(64), "OutOfRangeInput"], ["1abc", "InvalidResourceName"], ["a-bc", "InvalidResourceName"],
  ["a_bc", "InvalidResourceName"],
]) // prettier-ignore
  test(`table name ${name.slice(0, 10)}`, () => refused(tables.createTable(name), 400, code));

test("names are unique without case and keep it", async () => {
  const name = unique("Mixed");
  await tables.createTable(name);
  expectError(await ask("POST", "/Tables", { body: { TableName: name.toLowerCase() } }), 409, "TableAlreadyExists");
  await clientOf(name.toUpperCase()).createEntity(entity("r"));
  assert.deepEqual(await rows(clientOf(name).listEntities()), ["r"]);
  assert.deepEqual((await all(named(name))).map((item) => item.name), [name]);
  await tables.deleteTable(name.toLowerCase());
});

test("pages of tables", async (t) => {
  const prefix = unique();
  const names = [..."abcde"].map((letter) => prefix + letter);
  for (const name of names) await tables.createTable(name);
  t.after(() => Promise.all(names.map((name) => tables.deleteTable(name))));
  const filter = `TableName ge '${names[0]}' and TableName le '${names[4]}'`;
  const pages = await all(tables.listTables({ queryOptions: { filter } }).byPage({ maxPageSize: 2 }));
  assert.deepEqual(pages.map((page) => page.map((item) => item.name)), [names.slice(0, 2), names.slice(2, 4), names.slice(4)]);
  const again = tables.listTables({ queryOptions: { filter } }).byPage({ maxPageSize: 2, continuationToken: pages[0].continuationToken });
  assert.deepEqual((await again.next()).value.map((item) => item.name), names.slice(2, 4));
});

test("a filter that is none", () => refused(all(tables.listTables({ queryOptions: { filter: "TableName eq" } })), 400, "InvalidInput"));

test("access policies come back", async (t) => {
  const table = await aTable(t);
  const start = new Date(Math.floor(Date.now() / 1000) * 1000);
  const expiry = new Date(start.getTime() + DAY);
  assert.deepEqual([...(await table.getAccessPolicy())], []);
  await table.setAccessPolicy([
    { id: "full", accessPolicy: { start, expiry, permission: "raud" } },
    { id: "permission", accessPolicy: { permission: "r" } },
  ]);
  const found = [...(await table.getAccessPolicy())];
  assert.deepEqual(found, [{ id: "full", accessPolicy: { start, expiry, permission: "raud" } }, { id: "permission", accessPolicy: { permission: "r" } }]); // prettier-ignore
  await table.setAccessPolicy([]);
  assert.deepEqual([...(await table.getAccessPolicy())], []);
});

test("six access policies, and those of a table that is not there", async (t) => {
  const table = await aTable(t);
  const six = [..."abcdef"].map((id) => ({ id, accessPolicy: { permission: "r" } }));
  await assert.rejects(table.setAccessPolicy(six), { statusCode: 400 });
  await assert.rejects(clientOf(unique()).getAccessPolicy(), { statusCode: 404 });
  await assert.rejects(clientOf(unique()).setAccessPolicy([]), { statusCode: 404 });
});

test("service properties come back", async (t) => {
  const before = await tables.getProperties();
  t.after(() => tables.setProperties({ logging: before.logging, hourMetrics: before.hourMetrics, minuteMetrics: before.minuteMetrics, cors: before.cors ?? [] })); // prettier-ignore
  const retentionPolicy = { enabled: true, days: 7 };
  const rule = { allowedOrigins: "http://js.example", allowedMethods: "GET,MERGE", allowedHeaders: "x-ms-*", exposedHeaders: "*", maxAgeInSeconds: 9 };
  await tables.setProperties({
    logging: { version: "1.0", read: true, write: false, delete: true, retentionPolicy },
    hourMetrics: { version: "1.0", enabled: true, includeAPIs: true, retentionPolicy },
    minuteMetrics: { version: "1.0", enabled: false, retentionPolicy: { enabled: false } },
    cors: [rule],
  });
  const found = await tables.getProperties();
  assert.deepEqual(found.logging, { version: "1.0", read: true, write: false, delete: true, retentionPolicy });
  assert.deepEqual(found.hourMetrics, { version: "1.0", enabled: true, includeAPIs: true, retentionPolicy });
  assert.deepEqual(found.cors, [rule]);
});
