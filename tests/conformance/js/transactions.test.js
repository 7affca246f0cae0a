// Entity group transactions: all or nothing, and which operation was to blame.

import assert from "node:assert/strict";
import { test } from "node:test";
import { RestError, TableTransaction } from "@azure/data-tables";
import { unique } from "./env.js";
import { OTHER_ETAG, aTable, all, clientOf, content, entity, fill, rows } from "./table_env.js";

/** The transaction must fail like this and leave the table as it was. */
async function fails(table, actions, status, code, index) {
  const before = (await all(table.listEntities())).map((found) => [found.rowKey, found.etag]);
  let error;
  try {
    await table.submitTransaction(actions);
  } catch (caught) {
    error = caught;
  }
  assert.ok(error instanceof RestError, `expected ${status} ${code}, got ${error ?? "success"}`);
  assert.deepEqual([error.statusCode, error.code], [status, code], error.message);
  assert.ok(error.message.startsWith(`${index}:`), error.message);
  assert.deepEqual((await all(table.listEntities())).map((found) => [found.rowKey, found.etag]), before);
}

test("every operation", async (t) => {
  const table = await aTable(t);
  for (const row of "bcdef") await table.createEntity(entity(row, { A: 1 }));
  const transaction = new TableTransaction();
  transaction.createEntity(entity("a", { A: 1 }));
  transaction.updateEntity(entity("b", { B: 2 }), "Merge");
  transaction.updateEntity(entity("c", { B: 2 }), "Replace");
  transaction.upsertEntity(entity("d", { B: 2 }), "Merge");
  transaction.upsertEntity(entity("e", { B: 2 }), "Replace");
  transaction.deleteEntity("p", "f");
  transaction.upsertEntity(entity("g", { B: 2 }), "Replace");
  const { status, subResponses } = await table.submitTransaction(transaction.actions);
  assert.equal(status, 202);
  assert.deepEqual(subResponses.map((one) => one.status), Array(7).fill(204));
  assert.deepEqual((await all(table.listEntities())).map((found) => [found.rowKey, content(found)]), [
    ["a", { A: 1 }], ["b", { A: 1, B: 2 }], ["c", { B: 2 }], ["d", { A: 1, B: 2 }], ["e", { B: 2 }], ["g", { B: 2 }],
  ]); // prettier-ignore
});

test("the answer names entities and their ETags", async (t) => {
  const table = await aTable(t);
  const answer = await table.submitTransaction([["create", entity("a")], ["create", entity("b")]]);
  assert.equal(answer.getResponseForEntity("b").etag.trim(), (await table.getEntity("p", "b")).etag);
});

test("a hundred, and one more", async (t) => {
  const table = await aTable(t);
  const actions = (count) => Array.from({ length: count }, (_, n) => ["upsert", entity(String(n).padStart(3, "0")), "Replace"]);
  await fails(table, actions(101), 400, "InvalidInput", 0);
  assert.equal((await table.submitTransaction(actions(100))).subResponses.length, 100);
  assert.equal((await rows(table.listEntities())).length, 100);
});

for (const index of [0, 57, 99])
  test(`index ${index} of the operation that failed`, async (t) => {
    const table = await aTable(t);
    await table.createEntity(entity(`n${index}`));
    const actions = Array.from({ length: 100 }, (_, n) => ["create", entity(`n${n}`)]);
    await fails(table, actions, 409, "EntityAlreadyExists", index);
  });

test("what else fails", async (t) => {
  const table = await aTable(t);
  await table.createEntity(entity("there"));
  const first = ["create", entity("new")];
  await fails(table, [first, ["update", entity("nowhere")]], 404, "ResourceNotFound", 1);
  await fails(table, [first, ["delete", entity("nowhere")]], 404, "ResourceNotFound", 1);
  await fails(table, [first, ["update", entity("there"), "Merge", { etag: OTHER_ETAG }]], 412, "UpdateConditionNotSatisfied", 1);
  await fails(table, [first, ["create", entity("large", { A: "x".repeat(40000) })]], 400, "PropertyValueTooLarge", 1);
  await fails(table, [first, ["upsert", entity("x"), "Merge"], ["upsert", entity("x"), "Merge"]], 400, "InvalidDuplicateRow", 2);
});

test("more than four MiB", async (t) => {
  const table = await aTable(t);
  const text = { A: "x".repeat(30000), B: "y".repeat(30000) };
  const actions = Array.from({ length: 100 }, (_, n) => ["create", entity(`n${n}`, text)]);
  await assert.rejects(table.submitTransaction(actions), { statusCode: 413 });
  await table.submitTransaction(actions.slice(0, 50));
  assert.equal((await rows(table.listEntities())).length, 50);
});

test("into a table that is not there", async () => {
  await assert.rejects(clientOf(unique()).submitTransaction([["create", entity("r")]]), { statusCode: 404, code: "TableNotFound" });
});

test("odd keys", async (t) => {
  const table = await aTable(t);
  const odd = ["it's", "100%", "a+b", "größe 日本 🚀", "", "a,b=(c)"];
  await table.submitTransaction(odd.map((row) => ["upsert", entity(row, { A: 1 }, "it's"), "Merge"]));
  await table.submitTransaction(odd.map((row) => ["update", entity(row, { B: 2 }, "it's"), "Merge"]));
  const found = await all(table.listEntities());
  assert.deepEqual(new Set(found.map((one) => one.rowKey)), new Set(odd));
  assert.ok(found.every((one) => one.A === 1 && one.B === 2));
});

test("transactions side by side never mix", async (t) => {
  const table = await aTable(t);
  await fill(table, 10);
  const names = Array.from({ length: 10 }, (_, n) => String(n).padStart(4, "0"));
  await Promise.all(
    Array.from({ length: 16 }, async (_, owner) => {
      await table.submitTransaction(names.map((row) => ["update", entity(row, { Owner: owner }), "Replace"]));
      const owners = new Set((await all(table.listEntities())).map((found) => found.Owner));
      assert.equal(owners.size, 1);
    }),
  );
});
