// The Queue service of the account under test, and accounts whose clock a test may advance.

import assert from "node:assert/strict";
import { BlobServiceClient, StorageSharedKeyCredential as BlobCredential } from "@azure/storage-blob";
import { QueueServiceClient, StorageSharedKeyCredential } from "@azure/storage-queue";
import { base64, connectionString, endpoint, options, unique } from "./env.js";
import { request } from "./raw.js";

export const queues = QueueServiceClient.fromConnectionString(connectionString, options);
export const queueEndpoint = queues.url.replace(/\/$/, "");
const control = process.env.LAZULITE_CONTROL ?? `${new URL(endpoint).origin}/_lazulite`;

export const WEEK = 7 * 24 * 3600;
export const ORIGIN = "http://www.contoso.example";

export const ask = (method, path, details = {}) => request(method, path, { to: queueEndpoint, ...details });
export const document = (text) => Buffer.from(`<QueueMessage><MessageText>${text}</MessageText></QueueMessage>`);

/** A new queue of the test's own, deleted afterwards. */
export async function aQueue(t, createOptions) {
  const queue = queues.getQueueClient(unique());
  t.after(() => queue.deleteIfExists());
  await queue.create(createOptions);
  return queue;
}

export const peek = async (queue, numberOfMessages = 32) => (await queue.peekMessages({ numberOfMessages })).peekedMessageItems;
export const take = async (queue, receiveOptions) => (await queue.receiveMessages(receiveOptions)).receivedMessageItems;
export const takeOne = async (queue, visibilityTimeout) => (await take(queue, { visibilityTimeout }))[0];
export const texts = (messages) => messages.map((message) => message.messageText);
export const count = async (queue) => (await queue.getProperties()).approximateMessagesCount;

export async function change(method, path, body) {
  const answer = await fetch(`${control}/${path}`, { method, body, headers: { "x-lazulite-control": "1" } });
  assert.ok(answer.ok, await answer.text());
}

/** A new account: advancing its clock disturbs no other test. */
export async function ownAccount() {
  const name = unique("a").slice(0, 24);
  const key = base64(name);
  await change("PUT", `accounts/${name}`, JSON.stringify({ keys: [key] }));
  const credential = new StorageSharedKeyCredential(name, key);
  const url = `${new URL(queueEndpoint).origin}/${name}`;
  const service = new QueueServiceClient(url, credential, options);
  const blobs = new BlobServiceClient(`${new URL(endpoint).origin}/${name}`, new BlobCredential(name, key), options);
  const advance = (seconds) => change("POST", `clock?account=${name}&advance=${seconds}`);
  const aQueue = async () => {
    const queue = service.getQueueClient(unique());
    await queue.create();
    return queue;
  };
  return { url, credential, service, blobs, advance, aQueue };
}
