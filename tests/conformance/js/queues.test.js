// Create, Delete and List Queues, and queue metadata.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { all, names, refused, unique } from "./env.js";
import { aQueue, ask, count, peek, queueEndpoint, queues, texts } from "./queue_env.js";
import { expectError } from "./raw.js";

describe("Create Queue", () => {
  test("new", async (t) => {
    const queue = queues.getQueueClient(unique());
    t.after(() => queue.delete());
    const answer = await queue.create({ metadata: { owner: "ada" } });
    assert.equal(answer._response.status, 201);
    assert.deepEqual([answer._response.headers.get("etag"), answer._response.headers.get("last-modified")], [undefined, undefined]);
    assert.deepEqual((await queue.getProperties()).metadata, { owner: "ada" });
  });

  test("again", async (t) => {
    const queue = await aQueue(t, { metadata: { a: "1", b: "2" } });
    await queue.sendMessage("hello");
    assert.equal((await queue.create({ metadata: { b: "2", a: "1" } }))._response.status, 204);
    assert.equal((await queue.createIfNotExists({ metadata: { a: "1", b: "2" } })).succeeded, false);
    for (const metadata of [undefined, { a: "1" }, { a: "1", b: "3" }, { a: "1", b: "2", c: "3" }]) {
      await refused(queue.create({ metadata }), 409, "QueueAlreadyExists");
    }
    assert.equal((await queue.createIfNotExists({ metadata: { a: "3" } })).succeeded, false);
    assert.deepEqual((await queue.getProperties()).metadata, { a: "1", b: "2" });
    assert.deepEqual(texts(await peek(queue)), ["hello"]);
  });

  for (const [name, code] of Object.entries({
    Upper: "InvalidResourceName", "a--b": "InvalidResourceName", "-ab": "InvalidResourceName", "ab-": "InvalidResourceName",
    a_b: "InvalidResourceName", größe: "InvalidResourceName", ab: "OutOfRangeInput", ["a".repeat(64)]: "OutOfRangeInput",
  })) {
    test(`named ${name}`, async () => {
      await refused(queues.createQueue(name), 400, code);
    });
  }

  test("metadata that is none", async () => {
    const create = (headers) => ask("PUT", `/${unique()}`, { headers });
    expectError(await create({ "x-ms-meta-a-b": "1" }), 400, "InvalidMetadata");
    expectError(await create({ "x-ms-meta-a": "x".repeat(8192) }), 400, "MetadataTooLarge");
  });
});

describe("Delete Queue", () => {
  test("is gone", async (t) => {
    const queue = await aQueue(t);
    assert.equal(await queue.exists(), true);
    assert.equal((await queue.delete())._response.status, 204);
    assert.equal(await queue.exists(), false);
    await refused(queue.delete(), 404, "QueueNotFound");
    assert.equal((await queue.deleteIfExists()).succeeded, false);
    await refused(queues.deleteQueue(unique()), 404, "QueueNotFound");
  });
});

describe("Queue metadata", () => {
  test("set replaces all", async (t) => {
    const queue = await aQueue(t);
    assert.equal((await queue.setMetadata({ owner: "ada", kind: "jobs" }))._response.status, 204);
    await queue.setMetadata({ kind: "logs" });
    assert.deepEqual((await queue.getProperties()).metadata, { kind: "logs" });
    await queue.setMetadata();
    assert.deepEqual((await queue.getProperties()).metadata ?? {}, {});
  });

  test("count", async (t) => {
    const queue = await aQueue(t);
    assert.equal(await count(queue), 0);
    await queue.sendMessage("hello");
    await queue.sendMessage("later", { visibilityTimeout: 100 });
    await queue.receiveMessages();
    assert.equal(await count(queue), 2);
  });

  test("refusals", async (t) => {
    const queue = await aQueue(t);
    const set = (headers) => ask("PUT", `/${queue.name}`, { query: "comp=metadata", headers });
    expectError(await set({ "x-ms-meta-a-b": "1" }), 400, "InvalidMetadata");
    expectError(await set({ "x-ms-meta-": "1" }), 400, "EmptyMetadataKey");
    expectError(await set({ "x-ms-meta-a": "x".repeat(8192) }), 400, "MetadataTooLarge");
    const missing = queues.getQueueClient(unique());
    await refused(missing.getProperties(), 404, "QueueNotFound");
    await refused(missing.setMetadata({ a: "1" }), 404, "QueueNotFound");
    await refused(queues.getQueueClient("a--b").getProperties(), 400, "InvalidResourceName");
  });
});

describe("List Queues", () => {
  const prefix = unique("l").slice(0, 20);
  const five = [..."abcde"].map((letter) => `${prefix}-${letter}`);
  before(() => Promise.all(five.map((name) => queues.createQueue(name, { metadata: name.endsWith("c") ? { owner: "ada" } : {} }))));
  after(() => Promise.all(five.map((name) => queues.deleteQueue(name))));

  test("by prefix and in order", async () => {
    assert.deepEqual(await names(queues.listQueues({ prefix })), five);
    assert.deepEqual(await names(queues.listQueues({ prefix: unique() })), []);
  });

  test("in pages", async () => {
    const pages = await all(queues.listQueues({ prefix }).byPage({ maxPageSize: 2 }));
    const namesOf = (page) => page.queueItems.map((item) => item.name);
    assert.deepEqual(pages.map(namesOf), [five.slice(0, 2), five.slice(2, 4), five.slice(4)]);
    assert.deepEqual([pages[0].prefix, pages[0].maxPageSize], [prefix, 2]);
    assert.equal(pages[0].serviceEndpoint.replace(/\/$/, ""), queueEndpoint);
    const { continuationToken } = pages[0];
    assert.deepEqual((await all(queues.listQueues({ prefix }).byPage({ continuationToken }))).map(namesOf), [five.slice(2)]);
  });

  test("with metadata", async () => {
    const found = await all(queues.listQueues({ prefix, includeMetadata: true }));
    assert.deepEqual(found[2].metadata, { owner: "ada" });
    assert.equal((await all(queues.listQueues({ prefix })))[2].metadata, undefined);
  });

  test("refusals", async () => {
    const list = (query) => ask("GET", "/", { query: `comp=list&${query}` });
    expectError(await list("maxresults=0"), 400, "OutOfRangeQueryParameterValue", { QueryParameterName: "maxresults" });
    expectError(await list("maxresults=x"), 400, "InvalidQueryParameterValue", { QueryParameterName: "maxresults" });
    await refused(all(queues.listQueues().byPage({ maxPageSize: -1 })), 400, "OutOfRangeQueryParameterValue");
  });
});
