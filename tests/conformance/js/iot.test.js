// examples/iot as a whole: 333 messages a second and a consumer that dies, nothing is lost; poison messages; old readings.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { deleteAll, openAccount, readingOf } from "../iot/account.js";
import { archiveDay, forgetBefore } from "../iot/archive.js";
import { MAX_DEQUEUES, consume } from "../iot/consumers.js";
import { reading, send } from "../iot/sensors.js";
import { connectionString, unique } from "./env.js";
import { all, entity } from "./table_env.js";

const RATE = 333;
const poll = () => setTimeout(50);
const POISON = ["not JSON", "[]", "null", '{"device": "device-1"}', '{"device":"d","time":"2024-01-15T00:00:00Z","temperature":9999,"humidity":1,"pressure":1000}']; // prettier-ignore
const sorted = (readings) => readings.map((one) => JSON.stringify(one)).sort();

async function lines(archive, name) {
  const text = (await archive.getBlobClient(name).downloadToBuffer()).toString();
  return text.trimEnd().split("\n").map(JSON.parse);
}

test("333 messages a second for 20 seconds, and nothing is lost", async (t) => {
  const account = await openAccount(connectionString, unique());
  const stop = new AbortController();
  const consumers = Array.from({ length: 4 }, () => consume(account, { signal: stop.signal }));
  t.after(async () => {
    stop.abort();
    await Promise.all(consumers);
    await deleteAll(account);
  });
  const sending = send(account, { sensors: 500, rate: RATE, seconds: 20 });
  await account.queue.receiveMessages({ numberOfMessages: 32, visibilityTimeout: 3 }); // by one that dies with them
  const { sent, seconds } = await sending;
  assert.equal(sent.length, RATE * 20);
  t.diagnostic(`${(sent.length / seconds).toFixed(0)} a second`); // a busy machine is slower, and nothing may be lost there either

  while ((await account.queue.getProperties()).approximateMessagesCount > 0) await poll();
  stop.abort();
  const done = await Promise.all(consumers);
  assert.ok(done.every(({ stored }) => stored > 0), "all of them took their share");
  assert.ok(done.every(({ moved }) => moved === 0));

  const found = (await all(account.table.listEntities())).map(readingOf);
  assert.deepEqual(sorted(found), sorted(sent));

  const days = new Set(sent.map(({ time }) => time.slice(0, 10))); // two, at midnight
  for (const day of days) await archiveDay(account, day);
  const blobs = await all(account.archive.listBlobsFlat());
  assert.ok(blobs.every((blob) => blob.properties.accessTier === "Cool"));
  const archived = [];
  for (const blob of blobs) {
    const content = await lines(account.archive, blob.name);
    assert.ok(content.every(({ device, time }) => blob.name === `${time.slice(0, 10).replaceAll("-", "/")}/${device}.json`));
    archived.push(...content);
  }
  assert.deepEqual(sorted(archived), sorted(sent));
});

test("messages that nobody can read are tried five times, then moved", async (t) => {
  const account = await openAccount(connectionString, unique());
  t.after(() => deleteAll(account));
  for (const text of POISON) await account.queue.sendMessage(text);
  for (let attempt = 1; attempt < MAX_DEQUEUES; attempt++) {
    const { receivedMessageItems } = await account.queue.receiveMessages({ numberOfMessages: 32, visibilityTimeout: 60 });
    assert.deepEqual(receivedMessageItems.map((message) => message.dequeueCount), Array(POISON.length).fill(attempt));
    for (const { messageId, popReceipt, messageText } of receivedMessageItems) {
      await account.queue.updateMessage(messageId, popReceipt, messageText, 0); // visible again
    }
  }
  const stop = new AbortController();
  const consumer = consume(account, { signal: stop.signal });
  const poisoned = async () => (await account.poison.peekMessages({ numberOfMessages: 32 })).peekedMessageItems;
  while ((await poisoned()).length < POISON.length) await poll();
  stop.abort();
  assert.deepEqual(await consumer, { stored: 0, moved: POISON.length });
  assert.deepEqual((await poisoned()).map((message) => message.messageText).sort(), [...POISON].sort());
});

test("old readings are forgotten, whole transactions at a time", async (t) => {
  const account = await openAccount(connectionString, unique());
  t.after(() => deleteAll(account));
  for (const device of ["a", "b"]) {
    for (let first = 0; first < 250; first += 50) {
      const rows = Array.from({ length: 50 }, (_, n) => `2024-01-15T00:00:00.${String(first + n).padStart(3, "0")}Z`);
      await account.table.submitTransaction(rows.map((row) => ["create", entity(row, {}, device)]));
    }
    await account.table.createEntity(entity("2024-01-16T00:00:00.000Z", {}, device));
  }
  assert.equal(await forgetBefore(account, "2024-01-16"), 500);
  assert.deepEqual((await all(account.table.listEntities())).map((one) => one.rowKey), Array(2).fill("2024-01-16T00:00:00.000Z"));
  assert.deepEqual(Object.keys(reading("a")), ["device", "time", "temperature", "humidity", "pressure"]);
});
