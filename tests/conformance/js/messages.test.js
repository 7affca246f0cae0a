// Put, Get, Peek, Update, Delete and Clear Messages.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GUID, onEmulator, refused, unique } from "./env.js";
import { aQueue, ask, count, document, ownAccount, peek, queues, take, takeOne, texts, WEEK } from "./queue_env.js";
import { expectError } from "./raw.js";

const SECOND = 1000;
const LIMIT = 64 * 1024;
const put = (queue, details) => ask("POST", `/${queue.name}/messages`, { body: document("hello"), ...details });
const get = (queue, query) => ask("GET", `/${queue.name}/messages`, { query });
const nowhere = () => queues.getQueueClient(unique());

describe("Put Message", () => {
  test("answer", async (t) => {
    const queue = await aQueue(t);
    const sent = await queue.sendMessage("hello");
    assert.equal(sent._response.status, 201);
    assert.match(sent.messageId, GUID);
    assert.ok(sent.popReceipt);
    assert.equal(sent.expiresOn - sent.insertedOn, WEEK * SECOND);
    assert.equal(+sent.nextVisibleOn, +sent.insertedOn);
  });

  test("time to live", async (t) => {
    const queue = await aQueue(t);
    const never = await queue.sendMessage("x", { messageTimeToLive: -1 });
    assert.equal(never.expiresOn.toUTCString(), "Fri, 31 Dec 9999 23:59:59 GMT");
    const long = await queue.sendMessage("x", { messageTimeToLive: 3 * WEEK });
    assert.equal(long.expiresOn - long.insertedOn, 3 * WEEK * SECOND);
  });

  test("visibility timeout", async (t) => {
    const queue = await aQueue(t);
    const sent = await queue.sendMessage("later", { visibilityTimeout: 60 });
    assert.equal(sent.nextVisibleOn - sent.insertedOn, 60 * SECOND);
    assert.deepEqual(await peek(queue), []);
    await queue.updateMessage(sent.messageId, sent.popReceipt, undefined, 0);
    assert.deepEqual(texts(await peek(queue)), ["later"]);
  });

  test("refusals", async (t) => {
    const queue = await aQueue(t);
    const send = (options) => queue.sendMessage("x", options);
    await refused(send({ messageTimeToLive: 0 }), 400, "InvalidQueryParameterValue");
    await refused(send({ messageTimeToLive: 60, visibilityTimeout: 60 }), 400, "InvalidQueryParameterValue");
    await refused(send({ visibilityTimeout: WEEK + 1 }), 400, "OutOfRangeQueryParameterValue");
    await refused(send({ visibilityTimeout: -1 }), 400, "OutOfRangeQueryParameterValue");
    await refused(nowhere().sendMessage("x"), 404, "QueueNotFound");
    expectError(await put(queue, { query: "messagettl=soon" }), 400, "InvalidQueryParameterValue", { QueryParameterName: "messagettl" });
    expectError(await put(queue, { body: Buffer.from("<Other />") }), 400, "InvalidXmlDocument");
    expectError(await put(queue, { body: Buffer.from("<QueueMessage />") }), 400, "MissingRequiredXmlNode", { XmlNodeName: "MessageText" });
    expectError(await put(queue, { body: document("\u0001") }), 400, "InvalidXmlDocument");
    assert.equal(await count(queue), 0);
  });
});

describe("Message text", () => {
  for (const text of ["hello", "", "  both ends  ", "a\nb\tc", '<tag attr="1">&amp;\'</tag>', "]]>", "größe 日本 𝄞", '{"json": ["text", 1]}']) {
    test(`of ${JSON.stringify(text)}`, async (t) => {
      const queue = await aQueue(t);
      await queue.sendMessage(text);
      assert.deepEqual(texts(await peek(queue)), [text]);
      const got = await takeOne(queue);
      assert.equal(got.messageText, text);
      await queue.updateMessage(got.messageId, got.popReceipt, `${text}!`, 0);
      assert.deepEqual(texts(await peek(queue)), [`${text}!`]);
    });
  }

  test("in base64", async (t) => {
    const queue = await aQueue(t);
    const bytes = Buffer.from([...Array(256).keys()]);
    await queue.sendMessage(bytes.toString("base64"));
    assert.deepEqual(Buffer.from((await takeOne(queue)).messageText, "base64"), bytes);
  });

  for (const [what, text] of Object.entries({ letters: "x".repeat(LIMIT), umlauts: "ü".repeat(LIMIT / 2), clefs: "𝄞".repeat(LIMIT / 4) })) {
    test(`of 64 KiB of ${what}, and more`, async (t) => {
      const queue = await aQueue(t);
      await queue.sendMessage(text);
      assert.equal((await takeOne(queue)).messageText, text);
      await refused(queue.sendMessage(`${text}x`), 413, "RequestBodyTooLarge");
      assert.equal(await count(queue), 1);
    });
  }

  test("too large by far, and for an old version", async (t) => {
    const queue = await aQueue(t);
    await refused(queue.sendMessage("x".repeat(1_000_000)), 413, "RequestBodyTooLarge");
    expectError(await put(queue, { body: document("x".repeat(LIMIT + 1)) }), 413, "RequestBodyTooLarge", { MaxLimit: "65536" });
    const headers = { "x-ms-version": "2009-09-19" };
    expectError(await put(queue, { body: document("x".repeat(8193)), headers }), 400, "MessageTooLarge");
  });
});

describe("Get Messages", () => {
  test("answer", async (t) => {
    const queue = await aQueue(t);
    const sent = await queue.sendMessage("hello");
    const got = await takeOne(queue);
    assert.deepEqual([got.messageId, got.messageText, got.dequeueCount], [sent.messageId, "hello", 1]);
    assert.deepEqual([got.insertedOn, got.expiresOn], [sent.insertedOn, sent.expiresOn]);
    assert.notEqual(got.popReceipt, sent.popReceipt);
    const hidden = got.nextVisibleOn - got.insertedOn;
    assert.ok(hidden >= 30 * SECOND && hidden < 60 * SECOND, `${hidden}`);
    assert.deepEqual(await take(queue), []);
  });

  test("first in, first out", async (t) => {
    const queue = await aQueue(t);
    for (let number = 0; number < 40; number++) await queue.sendMessage(`${number}`);
    const numbers = (from, to) => Array.from({ length: to - from }, (_, place) => `${from + place}`);
    assert.deepEqual(texts(await take(queue)), ["0"]);
    assert.deepEqual(texts(await take(queue, { numberOfMessages: 32 })), numbers(1, 33));
    assert.deepEqual(texts(await take(queue, { numberOfMessages: 32 })), numbers(33, 40));
  });

  test("to many at once, each message once", async (t) => {
    const queue = await aQueue(t);
    await Promise.all(Array.from({ length: 64 }, (_, number) => queue.sendMessage(`${number}`)));
    const taken = await Promise.all(Array.from({ length: 16 }, () => take(queue, { numberOfMessages: 4 })));
    assert.equal(new Set(taken.flat().map((message) => message.messageId)).size, 64);
  });

  test("refusals", async (t) => {
    const queue = await aQueue(t);
    const range = { MinimumAllowed: "1", MaximumAllowed: "32", QueryParameterName: "numofmessages" };
    for (const number of [0, 33]) {
      await refused(take(queue, { numberOfMessages: number }), 400, "OutOfRangeQueryParameterValue");
      expectError(await get(queue, `numofmessages=${number}`), 400, "OutOfRangeQueryParameterValue", range);
    }
    for (const seconds of [0, WEEK + 1]) await refused(takeOne(queue, seconds), 400, "OutOfRangeQueryParameterValue");
    expectError(await get(queue, "visibilitytimeout=x"), 400, "InvalidQueryParameterValue");
    await refused(nowhere().receiveMessages(), 404, "QueueNotFound");
  });
});

describe("Peek Messages", () => {
  test("changes nothing", async (t) => {
    const queue = await aQueue(t);
    const sent = await queue.sendMessage("hello");
    for (let time = 0; time < 2; time++) {
      const [peeked] = await peek(queue);
      assert.deepEqual([peeked.messageId, peeked.messageText, peeked.dequeueCount], [sent.messageId, "hello", 0]);
      assert.deepEqual([peeked.popReceipt, peeked.nextVisibleOn], [undefined, undefined]);
    }
    await takeOne(queue);
    assert.deepEqual(await peek(queue), []);
  });

  test("refusals", async (t) => {
    const queue = await aQueue(t);
    for (const number of [0, 33]) await refused(peek(queue, number), 400, "OutOfRangeQueryParameterValue");
    expectError(await get(queue, "peekonly=true&numofmessages=x"), 400, "InvalidQueryParameterValue");
    await refused(nowhere().peekMessages(), 404, "QueueNotFound");
  });
});

describe("Update Message", () => {
  test("text and visibility", async (t) => {
    const queue = await aQueue(t);
    await queue.sendMessage("hello");
    const got = await takeOne(queue);
    const updated = await queue.updateMessage(got.messageId, got.popReceipt, "again", 60);
    assert.equal(updated._response.status, 204);
    assert.notEqual(updated.popReceipt, got.popReceipt);
    assert.ok(updated.nextVisibleOn - got.insertedOn >= 60 * SECOND);
    assert.deepEqual(await peek(queue), []);
    const visible = await queue.updateMessage(got.messageId, updated.popReceipt, undefined, 0);
    const [peeked] = await peek(queue);
    assert.deepEqual([peeked.messageText, peeked.dequeueCount], ["again", 1]);
    await queue.deleteMessage(got.messageId, visible.popReceipt);
  });

  test("refusals", async (t) => {
    const queue = await aQueue(t);
    const { messageId, popReceipt } = await queue.sendMessage("hello", { messageTimeToLive: 100 });
    await refused(queue.updateMessage(messageId, popReceipt, "x", WEEK + 1), 400, "OutOfRangeQueryParameterValue");
    await refused(queue.updateMessage(messageId, popReceipt, "x", -1), 400, "OutOfRangeQueryParameterValue");
    await refused(queue.updateMessage(messageId, popReceipt, "x", 101), 400, "OutOfRangeQueryParameterValue"); // past its expiry
    await refused(queue.updateMessage(messageId, popReceipt, "x".repeat(LIMIT + 1), 0), 413, "RequestBodyTooLarge");
    await refused(queue.updateMessage(messageId, "none", "x", 0), 400, "InvalidQueryParameterValue");
    await refused(nowhere().updateMessage(messageId, popReceipt, "x", 0), 404, "QueueNotFound");
    const unknown = "11111111-2222-3333-4444-555555555555";
    await refused(queue.updateMessage(unknown, popReceipt, "x", 0), 404, "MessageNotFound");
    await queue.receiveMessages();
    await refused(queue.updateMessage(messageId, popReceipt, "x", 0), 400, "PopReceiptMismatch");
    const path = `/${queue.name}/messages/${messageId}`;
    for (const [query, name] of [["visibilitytimeout=0", "popreceipt"], ["popreceipt=AAAA", "visibilitytimeout"]]) {
      expectError(await ask("PUT", path, { query }), 400, "MissingRequiredQueryParameter", { QueryParameterName: name });
    }
  });
});

describe("Delete Message", () => {
  test("is gone", async (t) => {
    const queue = await aQueue(t);
    await queue.sendMessage("hello");
    const { messageId, popReceipt } = await takeOne(queue);
    assert.equal((await queue.deleteMessage(messageId, popReceipt))._response.status, 204);
    await refused(queue.deleteMessage(messageId, popReceipt), 404, "MessageNotFound");
    assert.equal(await count(queue), 0);
  });

  test("refusals", async (t) => {
    const queue = await aQueue(t);
    const { messageId, popReceipt } = await queue.sendMessage("hello");
    await takeOne(queue);
    await refused(queue.deleteMessage(messageId, popReceipt), 400, "PopReceiptMismatch");
    await refused(queue.deleteMessage(messageId, "none"), 400, "InvalidQueryParameterValue");
    await refused(queue.deleteMessage("none", popReceipt), 404, "MessageNotFound");
    await refused(nowhere().deleteMessage(messageId, popReceipt), 404, "QueueNotFound");
    const answer = await ask("DELETE", `/${queue.name}/messages/${messageId}`);
    expectError(answer, 400, "MissingRequiredQueryParameter", { QueryParameterName: "popreceipt" });
  });
});

describe("Clear Messages", () => {
  test("visible and hidden", async (t) => {
    const queue = await aQueue(t);
    for (const text of ["a", "b", "c"]) await queue.sendMessage(text);
    const got = await takeOne(queue);
    assert.equal((await queue.clearMessages())._response.status, 204);
    assert.equal(await count(queue), 0);
    await refused(queue.deleteMessage(got.messageId, got.popReceipt), 404, "MessageNotFound");
    await refused(nowhere().clearMessages(), 404, "QueueNotFound");
  });
});

describe("As time goes by", { skip: !onEmulator }, () => {
  test("a message becomes visible again, and counts", async () => {
    const { advance, aQueue } = await ownAccount();
    const queue = await aQueue();
    await queue.sendMessage("poison");
    for (let time = 1; time < 6; time++) {
      assert.equal((await takeOne(queue, 60)).dequeueCount, time);
      await advance(59);
      assert.deepEqual(await take(queue), []);
      await advance(1);
    }
    assert.equal((await peek(queue))[0].dequeueCount, 5);
  });

  test("what waited longer comes first", async () => {
    const { advance, aQueue } = await ownAccount();
    const queue = await aQueue();
    for (const text of ["a", "b"]) await queue.sendMessage(text);
    await queue.sendMessage("later", { visibilityTimeout: 20 });
    assert.equal((await takeOne(queue, 10)).messageText, "a");
    await advance(20);
    assert.deepEqual(texts(await take(queue, { numberOfMessages: 32 })), ["b", "a", "later"]);
  });

  test("deleting late", async () => {
    const { advance, aQueue } = await ownAccount();
    const queue = await aQueue();
    await queue.sendMessage("one");
    const slow = await takeOne(queue, 10);
    await advance(11);
    const quick = await takeOne(queue, 10);
    await refused(queue.deleteMessage(slow.messageId, slow.popReceipt), 400, "PopReceiptMismatch");
    await advance(11);
    await queue.deleteMessage(quick.messageId, quick.popReceipt); // nobody took it since
  });

  test("a message expires", async () => {
    const { advance, aQueue } = await ownAccount();
    const queue = await aQueue();
    const { messageId, popReceipt } = await queue.sendMessage("short", { messageTimeToLive: 60 });
    await queue.sendMessage("week");
    await queue.sendMessage("ever", { messageTimeToLive: -1 });
    await advance(60);
    assert.deepEqual(texts(await peek(queue)), ["week", "ever"]);
    await refused(queue.updateMessage(messageId, popReceipt, "x", 0), 404, "MessageNotFound");
    await refused(queue.deleteMessage(messageId, popReceipt), 404, "MessageNotFound");
    await advance(WEEK);
    assert.deepEqual(texts(await take(queue, { numberOfMessages: 32 })), ["ever"]);
    assert.equal(await count(queue), 1);
  });
});
