// Get and Set Queue ACL, and shared access signatures of a queue and of the account.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  AccountSASPermissions, AnonymousCredential, generateQueueSASQueryParameters, QueueClient, QueueSASPermissions, QueueServiceClient,
  SASProtocol, StorageSharedKeyCredential,
} from "@azure/storage-queue"; // prettier-ignore
import { account, base64, key, names, onEmulator, options, refused, unique } from "./env.js";
import { aQueue, ask, count, ownAccount, peek, queueEndpoint, queues, take, takeOne, texts } from "./queue_env.js";
import { expectError } from "./raw.js";

const minutes = (number) => new Date(Date.now() + number * 60_000);
const credential = new StorageSharedKeyCredential(account, key);
const policy = (id, accessPolicy = {}) => ({ id, accessPolicy });

/** A client of the queue whose only credential is a SAS for it. */
function by(queue, { permissions = "raup", over = queue.name, ...rest } = {}) {
  const values = { queueName: over, expiresOn: minutes(60), permissions: QueueSASPermissions.parse(permissions) };
  return holding(queue, { ...values, ...rest });
}

function holding(queue, values) {
  const token = generateQueueSASQueryParameters(values, credential);
  return new QueueClient(`${queueEndpoint}/${queue.name}?${token}`, new AnonymousCredential(), options);
}

describe("Queue ACL", () => {
  test("policies come back", async (t) => {
    const queue = await aQueue(t);
    assert.deepEqual((await queue.getAccessPolicy()).signedIdentifiers, []);
    const startsOn = new Date("2030-12-31T11:22:33.457Z");
    const expiresOn = new Date("2031-12-31T11:22:33.457Z");
    const answer = await queue.setAccessPolicy([policy("MTIzNDU2", { startsOn, expiresOn, permissions: "raup" }), policy("open", { permissions: "r" })]);
    assert.equal(answer._response.status, 204);
    const { signedIdentifiers } = await queue.getAccessPolicy();
    assert.deepEqual(signedIdentifiers.map((item) => item.id), ["MTIzNDU2", "open"]); // prettier-ignore
    const found = signedIdentifiers[0].accessPolicy;
    assert.deepEqual([found.startsOn, found.expiresOn, found.permissions], [startsOn, expiresOn, "raup"]);
    assert.equal(signedIdentifiers[1].accessPolicy.expiresOn, undefined);
    await queue.setAccessPolicy();
    assert.deepEqual((await queue.getAccessPolicy()).signedIdentifiers, []);
  });

  test("refusals", async (t) => {
    const queue = await aQueue(t);
    const set = (...policies) => queue.setAccessPolicy(policies);
    await refused(set(...[..."123456"].map((id) => policy(id, { permissions: "r" }))), 400, "InvalidXmlDocument");
    await refused(set(policy("i".repeat(65))), 400, "InvalidXmlDocument");
    await refused(set(policy("a"), policy("a")), 400, "InvalidXmlDocument");
    await refused(set(policy("a", { permissions: "w" })), 400, "InvalidXmlDocument");
    const missing = queues.getQueueClient(unique());
    await refused(missing.getAccessPolicy(), 404, "QueueNotFound");
    await refused(missing.setAccessPolicy(), 404, "QueueNotFound");
  });

  test("a SAS by its policy", async (t) => {
    const queue = await aQueue(t);
    const bounds = { startsOn: minutes(-60), expiresOn: minutes(60) };
    await queue.setAccessPolicy([policy("p", { ...bounds, permissions: "a" })]);
    const mine = holding(queue, { queueName: queue.name, identifier: "p" });
    const twice = by(queue, { identifier: "p", permissions: "a", expiresOn: undefined });
    await mine.sendMessage("hello");
    await refused(peek(mine), 403, "AuthorizationPermissionMismatch");
    await refused(twice.sendMessage("x"), 403, "AuthenticationFailed");
    await queue.setAccessPolicy([policy("p", { ...bounds, permissions: "r" })]);
    assert.deepEqual(texts(await peek(mine)), ["hello"]);
    await queue.setAccessPolicy();
    await refused(peek(mine), 403, "AuthenticationFailed");
  });
});

describe("SAS of a queue", () => {
  test("whole life of a message", async (t) => {
    const mine = by(await aQueue(t));
    await mine.sendMessage("hello");
    assert.deepEqual(texts(await peek(mine)), ["hello"]);
    const got = await takeOne(mine);
    const updated = await mine.updateMessage(got.messageId, got.popReceipt, "again", 30);
    assert.equal(await count(mine), 1);
    await mine.deleteMessage(got.messageId, updated.popReceipt);
    assert.equal(await count(mine), 0);
  });

  const OPERATIONS = {
    "peek messages": ["r", (mine) => peek(mine)],
    "get metadata": ["r", (mine) => mine.getProperties()],
    "put message": ["a", (mine) => mine.sendMessage("x")],
    "update message": ["u", (mine, sent) => mine.updateMessage(sent.messageId, sent.popReceipt, "x", 0)],
    "get messages": ["p", (mine) => take(mine)],
    "delete message": ["p", (mine, sent) => mine.deleteMessage(sent.messageId, sent.popReceipt)],
  };
  for (const [name, [letter, call]] of Object.entries(OPERATIONS)) {
    test(`${name} needs ${letter}`, async (t) => {
      const queue = await aQueue(t);
      const sent = await queue.sendMessage("hello");
      const others = "raup".replace(letter, "");
      await refused(call(by(queue, { permissions: others }), sent), 403, "AuthorizationPermissionMismatch");
      await call(by(queue, { permissions: letter }), sent);
    });
  }

  test("never the queue itself, another or the account", async (t) => {
    const queue = await aQueue(t);
    const mine = by(queue);
    await refused(mine.create(), 403, "AuthorizationFailure");
    await refused(mine.delete(), 403, "AuthorizationFailure");
    await refused(mine.setMetadata({ a: "1" }), 403, "AuthorizationFailure");
    await refused(mine.getAccessPolicy(), 403, "AuthorizationFailure");
    await refused(mine.setAccessPolicy([]), 403, "AuthorizationFailure");
    await refused(peek(by(queue, { over: unique() })), 403, "AuthenticationFailed");
    const query = `comp=list&${new URL(mine.url).search.slice(1)}`;
    expectError(await ask("GET", "/", { query, signed: false }), 403, "AuthenticationFailed");
  });

  for (const [what, values, code] of [
    ["expired", { expiresOn: minutes(-1) }, "AuthenticationFailed"],
    ["not yet valid", { startsOn: minutes(30) }, "AuthenticationFailed"],
    ["another address", { ipRange: { start: "168.1.5.60", end: "168.1.5.70" } }, "AuthorizationSourceIPMismatch"],
  ]) {
    test(what, async (t) => {
      await refused(peek(by(await aQueue(t), values)), 403, code);
    });
  }

  test("protocol and address", { skip: !onEmulator }, async (t) => {
    const queue = await aQueue(t);
    await refused(peek(by(queue, { protocol: SASProtocol.Https })), 403, "AuthorizationProtocolMismatch");
    assert.deepEqual(await peek(by(queue, { protocol: SASProtocol.HttpsAndHttp, ipRange: { start: "127.0.0.1" } })), []);
  });

  test("expires by the account's clock", { skip: !onEmulator }, async () => {
    const mine = await ownAccount();
    const queue = await mine.aQueue();
    const token = generateQueueSASQueryParameters(
      { queueName: queue.name, expiresOn: minutes(60), permissions: QueueSASPermissions.parse("r") },
      mine.credential,
    );
    const reader = new QueueClient(`${queue.url}?${token}`, undefined, options);
    assert.deepEqual(await peek(reader), []);
    await mine.advance(3600);
    await refused(peek(reader), 403, "AuthenticationFailed");
  });
});

describe("Account SAS", () => {
  const client = (permissions, resourceTypes = "sco") =>
    new QueueServiceClient(queues.generateAccountSasUrl(minutes(60), AccountSASPermissions.parse(permissions), resourceTypes), undefined, options);

  async function createAndDelete(client) {
    const name = unique();
    await client.createQueue(name);
    await queues.deleteQueue(name);
  }

  // Every operation, its resource type, and the letters of which any will do.
  const OPERATIONS = {
    "list queues": ["s", "l", (c, name) => names(c.listQueues({ prefix: name }))],
    "get service properties": ["s", "r", (c) => c.getProperties()],
    "set service properties": ["s", "w", (c) => c.setProperties({})],
    "create queue": ["c", "cw", createAndDelete],
    "delete queue": ["c", "d", (c, name) => c.deleteQueue(name)],
    "get metadata": ["c", "r", (c, name) => c.getQueueClient(name).getProperties()],
    "set metadata": ["c", "w", (c, name) => c.getQueueClient(name).setMetadata({ a: "1" })],
    "put message": ["o", "a", (c, name) => c.getQueueClient(name).sendMessage("x")],
    "get messages": ["o", "p", (c, name) => take(c.getQueueClient(name))],
    "peek messages": ["o", "r", (c, name) => peek(c.getQueueClient(name))],
    "update message": ["o", "u", (c, name, sent) => c.getQueueClient(name).updateMessage(sent.messageId, sent.popReceipt, "x", 0)],
    "delete message": ["o", "p", (c, name, sent) => c.getQueueClient(name).deleteMessage(sent.messageId, sent.popReceipt)],
    "clear messages": ["o", "d", (c, name) => c.getQueueClient(name).clearMessages()],
  };
  for (const [operation, [kind, letters, call]] of Object.entries(OPERATIONS)) {
    test(`${operation} needs ${letters} on ${kind}`, async (t) => {
      const others = [..."rwdlacup"].filter((letter) => !letters.includes(letter)).join("");
      const kinds = "sco".replace(kind, "");
      const nothing = { messageId: "11111111-2222-3333-4444-555555555555", popReceipt: "AAAA" };
      await refused(call(client(others, kind), unique(), nothing), 403, "AuthorizationPermissionMismatch");
      await refused(call(client("rwdlacup", kinds), unique(), nothing), 403, "AuthorizationResourceTypeMismatch");
      for (const letter of letters) {
        const queue = await aQueue(t);
        await call(client(letter, kind), queue.name, await queue.sendMessage("hello"));
      }
    });
  }

  test("never the policies", async (t) => {
    const mine = client("rwdlacup").getQueueClient((await aQueue(t)).name);
    await refused(mine.getAccessPolicy(), 403, "AuthorizationFailure");
    await refused(mine.setAccessPolicy([]), 403, "AuthorizationFailure");
  });

  test("of another key, or none", async (t) => {
    const { name } = await aQueue(t);
    const wrong = new QueueServiceClient(queueEndpoint, new StorageSharedKeyCredential(account, base64("not the key")), options);
    await refused(peek(wrong.getQueueClient(name)), 403, "AuthenticationFailed");
    const nobody = new QueueServiceClient(queueEndpoint, undefined, options);
    await refused(peek(nobody.getQueueClient(name)), 401, "NoAuthenticationInformation");
  });
});
