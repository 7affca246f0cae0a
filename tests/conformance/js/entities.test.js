// Insert, Get, Query, Update, Merge, Insert Or Replace, Insert Or Merge, Delete Entity; every type, conditions, pages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { odata } from "@azure/data-tables";
import { unique } from "./env.js";
import { ETAG, FULL, MINIMAL, NONE, OTHER_ETAG, aTable, all, ask, clientOf, content, entity, expectError, fill, refused, rows, tableEndpoint } from "./table_env.js"; // prettier-ignore

const GUID = "c9da6455-213d-42c9-9a79-3e9149a57833";

test("insert and get", async (t) => {
  const table = await aTable(t);
  const made = await table.createEntity(entity("r", { Text: "hello", Number: 7 }));
  assert.match(made.etag, ETAG);
  const found = await table.getEntity("p", "r");
  assert.deepEqual(content(found), { Text: "hello", Number: 7 });
  assert.equal(found.etag, made.etag);
  assert.equal(found.etag, `W/"datetime'${found.timestamp.replaceAll(":", "%3A")}'"`);
});

test("insert of what is there", async (t) => {
  const table = await aTable(t);
  await table.createEntity(entity("r", { A: 1 }));
  await refused(table.createEntity(entity("r", { A: 2 })), 409, "EntityAlreadyExists");
  assert.equal((await table.getEntity("p", "r")).A, 1);
});

for (const [name, value, wanted] of [
  ["empty string", ""], ["text", "größe 日本 🚀\n'\"\\"], ["integer", -7], ["largest Int32", 2147483647], ["smallest Int32", -2147483648],
  ["double", 1.5], ["small double", 5e-324], ["large double", 1.7976931348623157e308], ["true", true], ["false", false],
  ["bigint", 9223372036854775807n], ["small bigint", -9223372036854775808n], ["bytes", new Uint8Array([0, 1, 255])], ["no bytes", new Uint8Array()],
  ["date", new Date("2024-02-29T12:34:56.789Z")], ["first date", new Date("1601-01-01T00:00:00Z")], ["last date", new Date("9999-12-31T23:59:59.999Z")],
  ["guid", { type: "Guid", value: GUID }], ["whole double", { type: "Double", value: 2 }, 2], ["typed Int64", { type: "Int64", value: "5" }, 5n],
  ["not a number", { type: "Double", value: "NaN" }, "NaN"], ["infinity", { type: "Double", value: "-Infinity" }, "-Infinity"],
]) // prettier-ignore
  test(`type: ${name}`, async (t) => {
    const table = await aTable(t);
    await table.createEntity(entity("r", { Value: value }));
    const { Value } = await table.getEntity("p", "r");
    const plain = (one) => (one instanceof Uint8Array ? [...one] : one);
    assert.deepEqual(plain(Value), plain(wanted ?? value));
  });

test("types by name", async (t) => {
  const table = await aTable(t);
  const typed = {
    I: { type: "Int32", value: "5" }, L: { type: "Int64", value: "6" }, D: { type: "Double", value: "1.5" }, B: { type: "Boolean", value: "true" },
    S: { type: "String", value: "x" }, G: { type: "Guid", value: GUID }, T: { type: "DateTime", value: "2024-02-29T12:34:56.1234567Z" },
    Y: { type: "Binary", value: "AAH/" },
  }; // prettier-ignore
  await table.createEntity(entity("r", typed));
  const found = content(await table.getEntity("p", "r", { disableTypeConversion: true }));
  assert.deepEqual(found, typed);
});

for (const [mode, wanted] of [["Merge", { A: 1, B: 2 }], ["Replace", { B: 2 }]]) {
  test(`${mode}: update, upsert, conditions`, async (t) => {
    const table = await aTable(t);
    await refused(table.updateEntity(entity("r", { A: 1 }), mode), 404, "ResourceNotFound");
    const { etag } = await table.upsertEntity(entity("r", { A: 1 }), mode);
    assert.match(etag, ETAG);
    const updated = await table.updateEntity(entity("r", { B: 2 }), mode, { etag });
    assert.deepEqual(content(await table.getEntity("p", "r")), wanted);
    await refused(table.updateEntity(entity("r", { C: 3 }), mode, { etag }), 412, "UpdateConditionNotSatisfied");
    await refused(table.updateEntity(entity("r", { C: 3 }), mode, { etag: "nonsense" }), 400, "InvalidInput");
    assert.deepEqual(content(await table.getEntity("p", "r")), wanted);
    await table.updateEntity(entity("r", { A: 9, B: 9 }), mode, { etag: updated.etag });
    assert.deepEqual(content(await table.getEntity("p", "r")), { A: 9, B: 9 });
    await table.upsertEntity(entity("r", { B: 2, A: 1 }), mode);
    assert.deepEqual(content(await table.getEntity("p", "r")), { A: 1, B: 2 });
  });
}

test("delete and its condition", async (t) => {
  const table = await aTable(t);
  await refused(table.deleteEntity("p", "r"), 404, "ResourceNotFound");
  const { etag } = await table.createEntity(entity("r"));
  await refused(table.deleteEntity("p", "r", { etag: OTHER_ETAG }), 412, "UpdateConditionNotSatisfied");
  await table.deleteEntity("p", "r", { etag });
  await refused(table.getEntity("p", "r"), 404, "ResourceNotFound");
});

test("exactly one of many wins", async (t) => {
  const table = await aTable(t);
  const { etag } = await table.createEntity(entity("r", { Winner: -1 }));
  const attempts = await Promise.allSettled(Array.from({ length: 32 }, (_, n) => table.updateEntity(entity("r", { Winner: n }), "Replace", { etag })));
  const winners = attempts.flatMap((attempt, n) => (attempt.status === "fulfilled" ? [n] : []));
  assert.equal(winners.length, 1);
  assert.ok(attempts.every((attempt) => attempt.status === "fulfilled" || attempt.reason.statusCode === 412));
  assert.equal((await table.getEntity("p", "r")).Winner, winners[0]);
});

test("exactly one of many inserts", async (t) => {
  const table = await aTable(t);
  const attempts = await Promise.allSettled(Array.from({ length: 32 }, (_, n) => table.createEntity(entity("r", { Winner: n }))));
  const winners = attempts.flatMap((attempt, n) => (attempt.status === "fulfilled" ? [n] : []));
  assert.deepEqual(winners, [(await table.getEntity("p", "r")).Winner]);
});

for (const key of ["", " ", "it's", "''", "100%", "%2F", "a+b", "a&b=c", "größe 日本 🚀", "a,b(c)", "$x", "A:;@!*\"<>[]{}|^`~"])
  test(`keys: ${JSON.stringify(key)}`, async (t) => {
    const table = await aTable(t);
    const own = { partitionKey: key, rowKey: key };
    await table.createEntity({ ...own, A: 1 });
    assert.equal((await table.getEntity(key, key)).A, 1);
    await table.updateEntity({ ...own, B: 2 });
    await table.upsertEntity({ ...own, C: 3 });
    const filter = odata`PartitionKey eq ${key} and RowKey eq ${key}`;
    const found = await all(table.listEntities({ queryOptions: { filter } }));
    assert.deepEqual(found.map((one) => [one.partitionKey, one.rowKey, content(one)]), [[key, key, { A: 1, B: 2, C: 3 }]]);
    await table.submitTransaction([["update", { ...own, D: 4 }]]);
    await table.deleteEntity(key, key);
    assert.deepEqual(await rows(table.listEntities()), []);
  });

for (const key of ["a/b", "a\\b", "a#b", "a?b", "a\tb", "a\u0000b", "a\u007fb", "a\u0085b"])
  test(`forbidden key ${JSON.stringify(key)}`, async (t) => {
    const table = await aTable(t);
    await refused(table.createEntity({ partitionKey: key, rowKey: "r" }), 400, "OutOfRangeInput");
    await refused(table.createEntity({ partitionKey: "p", rowKey: key }), 400, "OutOfRangeInput");
    assert.deepEqual(await rows(table.listEntities()), []);
  });

test("filters made by odata``", async (t) => {
  const table = await aTable(t);
  const day = new Date("2024-02-29T00:00:00.000Z");
  await table.createEntity(entity("1", { Text: "it's", Int: 1, Real: 1.5, Flag: true, Long: 2n ** 40n, Day: day, Id: { type: "Guid", value: GUID } }));
  await table.createEntity(entity("2", { Text: "its", Int: 2, Real: -1.5, Flag: false, Long: 5n, Day: new Date(0) }));
  await table.createEntity(entity("3"));
  for (const [filter, wanted] of [
    [odata`Text eq ${"it's"}`, ["1"]], [odata`Int gt ${1}`, ["2"]], [odata`Real lt ${0.5}`, ["2"]], [odata`Flag eq ${true}`, ["1"]],
    [odata`Long eq ${2n ** 40n}L`, ["1"]], [odata`Day ge ${day}`, ["1"]], [`Id eq guid'${GUID}'`, ["1"]], ["Flag", ["1"]],
    ["Int ne 1", ["2"]], ["not (Int eq 1)", ["2", "3"]], ["Int eq 1 or Int eq 2 and Flag", ["1"]], ["(Int eq 1 or Int eq 2) and RowKey gt '1'", ["2"]],
  ]) // prettier-ignore
    assert.deepEqual(await rows(table.listEntities({ queryOptions: { filter } })), wanted, filter);
  await refused(all(table.listEntities({ queryOptions: { filter: "Text eq" } })), 400, "InvalidInput");
  await refused(all(table.listEntities({ queryOptions: { filter: "startswith(Text,'i')" } })), 501, "NotImplemented");
});

test("select", async (t) => {
  const table = await aTable(t);
  await table.createEntity(entity("r", { A: 1, B: 2 }));
  const [found] = await all(table.listEntities({ queryOptions: { select: ["B", "rowKey"] } }));
  assert.deepEqual([found.B, found.A, found.rowKey, found.partitionKey], [2, undefined, "r", undefined]);
  assert.deepEqual((await table.getEntity("p", "r", { queryOptions: { select: ["A"] } })).A, 1);
});

test("pages, and going on from one", async (t) => {
  const table = await aTable(t);
  await fill(table, 25);
  const pages = await all(table.listEntities().byPage({ maxPageSize: 10 }));
  assert.deepEqual(pages.map((page) => page.length), [10, 10, 5]);
  const again = table.listEntities().byPage({ maxPageSize: 10, continuationToken: pages[0].continuationToken });
  assert.equal((await again.next()).value[0].rowKey, "0010");
});

test("rows come and go between pages", async (t) => {
  const table = await aTable(t);
  await fill(table, 20);
  const pages = table.listEntities().byPage({ maxPageSize: 5 });
  await pages.next();
  for (const row of ["0001", "0005", "0019"]) await table.deleteEntity("p", row);
  await table.createEntity(entity("0010x"));
  const rest = (await all(pages)).flat().map((one) => one.rowKey);
  const wanted = Array.from({ length: 13 }, (_, n) => String(n + 6).padStart(4, "0"));
  wanted.splice(wanted.indexOf("0010") + 1, 0, "0010x");
  assert.deepEqual(rest, wanted);
});

test("a thousand on a page", async (t) => {
  const table = await aTable(t);
  await fill(table, 1050);
  const pages = await all(table.listEntities().byPage());
  assert.deepEqual(pages.map((page) => page.length).filter((length) => length > 0), [1000, 50]);
});

test("a table that is not there", async () => {
  const nowhere = clientOf(unique());
  for (const call of [
    () => nowhere.createEntity(entity("r")), () => nowhere.getEntity("p", "r"), () => nowhere.updateEntity(entity("r")),
    () => nowhere.upsertEntity(entity("r"), "Replace"), () => nowhere.deleteEntity("p", "r"), () => all(nowhere.listEntities()),
  ]) // prettier-ignore
    await refused(call(), 404, "TableNotFound");
});

test("limits", async (t) => {
  const table = await aTable(t);
  const many = (count) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`P${n}`, n]));
  const large = (count) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`P${n}`, "x".repeat(32768)]));
  await table.createEntity(entity("252", many(252)));
  await refused(table.createEntity(entity("253", many(253))), 400, "TooManyProperties");
  await table.createEntity(entity("name", { ["n".repeat(255)]: 1 }));
  await refused(table.createEntity(entity("longer", { ["n".repeat(256)]: 1 })), 400, "PropertyNameTooLong");
  await refused(table.createEntity(entity("dash", { "a-b": 1 })), 400, "PropertyNameInvalid");
  await table.createEntity(entity("64k", { A: "x".repeat(32768), B: new Uint8Array(65536) }));
  await refused(table.createEntity(entity("string", { A: "x".repeat(32769) })), 400, "PropertyValueTooLarge");
  await refused(table.createEntity(entity("bytes", { A: new Uint8Array(65537) })), 400, "PropertyValueTooLarge");
  await table.createEntity(entity("large", large(15)));
  await refused(table.createEntity(entity("larger", large(17))), 400, "EntityTooLarge");
  assert.deepEqual(await rows(table.listEntities()), ["252", "64k", "large", "name"]);
});

for (const accept of [NONE, MINIMAL, FULL])
  test(`metadata: ${accept}`, async (t) => {
    const table = await aTable(t);
    const { etag } = await table.createEntity(entity("r", { L: 1n, T: "x" }));
    const answer = await ask("GET", `/${table.tableName}(PartitionKey='p',RowKey='r')`, { headers: { Accept: accept } });
    assert.equal(answer.headers["content-type"], `${accept};streaming=true;charset=utf-8`);
    assert.equal(answer.headers.etag, etag);
    const found = JSON.parse(answer.body);
    const level = [NONE, MINIMAL, FULL].indexOf(accept);
    assert.deepEqual([found.PartitionKey, found.RowKey, found.L, found.T], ["p", "r", "1", "x"]);
    assert.deepEqual(
      [found["odata.metadata"], found["odata.etag"], found["L@odata.type"]],
      level === 0 ? [undefined, undefined, undefined] : [`${tableEndpoint}/$metadata#${table.tableName}/@Element`, etag, "Edm.Int64"],
    );
    const address = `${table.tableName}(PartitionKey='p',RowKey='r')`;
    assert.deepEqual([found["odata.id"], found["odata.editLink"]], level < 2 ? [undefined, undefined] : [`${tableEndpoint}/${address}`, address]);
  });

test("what a browser sends", async (t) => {
  const table = await aTable(t);
  const headers = { Accept: "application/json;odata=nometadata", "x-ms-version": "2021-06-08" };
  assert.equal((await ask("POST", `/${table.tableName}`, { headers, body: { PartitionKey: "p", RowKey: "r", A: 1 } })).status, 201);
  expectError(await ask("POST", `/${table.tableName}`, { headers, body: { PartitionKey: "p" } }), 400, "PropertiesNeedValue");
  expectError(await ask("DELETE", `/${table.tableName}(PartitionKey='p',RowKey='r')`, { headers }), 400, "MissingRequiredHeader");
});
