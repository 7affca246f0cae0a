// One of everything that Azurite keeps.

import { randomBytes } from "node:crypto";
import { BlobServiceClient } from "@azure/storage-blob";
import { QueueServiceClient } from "@azure/storage-queue";
import { TableClient, TableServiceClient } from "@azure/data-tables";

const options = { retryOptions: { maxTries: 1 } };
export const LEASE = "11111111-2222-3333-4444-555555555555";
export const LARGE = 96 * 1024 * 1024;

const base64 = (text) => Buffer.from(text).toString("base64");
const put = (blob, text, more) => blob.upload(text, Buffer.byteLength(text), more);

export const clients = (connection) => ({
  blobs: BlobServiceClient.fromConnectionString(connection, options),
  queues: QueueServiceClient.fromConnectionString(connection, options),
  tables: TableServiceClient.fromConnectionString(connection, { allowInsecureConnection: true, ...options }),
  table: (name) => TableClient.fromConnectionString(connection, name, { allowInsecureConnection: true, ...options }),
});

async function fillBlobs(blobs) {
  await blobs.setProperties({
    cors: [{ allowedOrigins: "http://one.example,http://two.example", allowedMethods: "GET,PUT", allowedHeaders: "x-ms-*", exposedHeaders: "ETag", maxAgeInSeconds: 5 }],
    staticWebsite: { enabled: true, indexDocument: "index.html", errorDocument404Path: "404.html" },
    deleteRetentionPolicy: { enabled: false },
    blobAnalyticsLogging: { version: "1.0", read: true, write: false, deleteProperty: true, retentionPolicy: { enabled: true, days: 4 } },
    hourMetrics: { version: "1.0", enabled: true, includeAPIs: true, retentionPolicy: { enabled: true, days: 2 } },
    minuteMetrics: { version: "1.0", enabled: false, retentionPolicy: { enabled: false } },
  });
  const images = blobs.getContainerClient("images");
  await images.create({ metadata: { Owner: "web team", kind: "x" } });
  await images.setAccessPolicy("blob", [
    { id: "read", accessPolicy: { startsOn: new Date("2026-01-01"), expiresOn: new Date("2099-01-01"), permissions: "rl" } },
    { id: "open", accessPolicy: { permissions: "w" } },
  ]);
  const leased = blobs.getContainerClient("leased");
  await leased.create();
  await leased.getBlobLeaseClient(LEASE).acquireLease(-1);
  await blobs.getContainerClient("$web").create();
  await put(blobs.getContainerClient("$web").getBlockBlobClient("index.html"), "<h1>", { blobHTTPHeaders: { blobContentType: "text/html" } });

  const small = images.getBlockBlobClient("dir one/smäll & <1>.txt");
  await put(small, "hello", {
    metadata: { A: "b", c: "d e" },
    tags: { state: "new", "a b": "1/2" },
    tier: "Cool",
    blobHTTPHeaders: { blobContentType: "text/plain; charset=utf-8", blobCacheControl: "max-age=5", blobContentEncoding: "gzip", blobContentLanguage: "de", blobContentDisposition: "attachment" },
  });
  await small.createSnapshot();
  await put(small, "hello again", { metadata: { A: "z" }, tags: { state: "old" } });
  await small.createSnapshot({ metadata: { taken: "later" } });
  await small.getBlobLeaseClient(LEASE).acquireLease(-1);

  const blocks = images.getBlockBlobClient("dir/blocks");
  await blocks.stageBlock(base64("a1"), Buffer.alloc(200_000, "a"), 200_000);
  await blocks.stageBlock(base64("a2"), Buffer.alloc(500, "b"), 500);
  await blocks.commitBlockList([base64("a2"), base64("a1"), base64("a2")]);
  await blocks.createSnapshot();
  await blocks.stageBlock(base64("a3"), Buffer.alloc(3000, "c"), 3000);
  await blocks.commitBlockList([base64("a1"), base64("a3"), base64("a1")]);
  await blocks.stageBlock(base64("a4"), Buffer.alloc(10, "d"), 10);
  await images.getBlockBlobClient("dir/uncommitted").stageBlock(base64("u1"), Buffer.alloc(3000, "u"), 3000);
  await put(images.getBlockBlobClient("empty"), "");
  await images.getBlockBlobClient("empty list").commitBlockList([]);
  await put(images.getBlockBlobClient("archived"), "cold", { tier: "Archive" });
  const hot = images.getBlockBlobClient("made hot");
  await put(hot, "warm");
  await hot.setAccessTier("Hot");
  const broken = images.getBlockBlobClient("broken lease");
  await put(broken, "b");
  await broken.getBlobLeaseClient(LEASE).acquireLease(-1);
  await broken.getBlobLeaseClient(LEASE).breakLease(0);
  await put(images.getBlockBlobClient("gone"), "gone");
  await images.getBlockBlobClient("gone").delete();

  const large = images.getBlockBlobClient("large");
  await large.uploadData(randomBytes(LARGE), { blockSize: 8 * 1024 * 1024, maxSingleShotSize: 0 });
  const whole = images.getBlockBlobClient("whole");
  await whole.upload(randomBytes(1 << 20), 1 << 20);
  const copied = await images.getBlockBlobClient("copied").beginCopyFromURL(whole.url);
  await copied.pollUntilDone();

  const log = images.getAppendBlobClient("log");
  await log.create({ metadata: { l: "1" } });
  await log.appendBlock("one", 3);
  await log.appendBlock(Buffer.alloc(70_000, "2"), 70_000);
  await log.createSnapshot();
  await log.appendBlock("three", 5);
  const sealed = images.getAppendBlobClient("sealed");
  await sealed.create();
  await sealed.appendBlock("end", 3);
  await sealed.seal();

  const disk = images.getPageBlobClient("disk");
  await disk.create(1 << 20, { blobSequenceNumber: 7 });
  await disk.uploadPages(Buffer.alloc(8192, "p"), 512, 8192);
  await disk.createSnapshot();
  await disk.uploadPages(Buffer.alloc(512, "q"), 1024, 512);
  await disk.uploadPages(Buffer.alloc(512, "r"), 65536, 512);
  await disk.clearPages(4096, 1024);
  await disk.createSnapshot();
  await disk.resize(4096);
  await images.getPageBlobClient("bare disk").create(512);
}

async function fillQueues(queues) {
  await queues.setProperties({
    cors: [{ allowedOrigins: "*", allowedMethods: "GET", allowedHeaders: "*", exposedHeaders: "*", maxAgeInSeconds: 7 }],
    queueAnalyticsLogging: { version: "1.0", read: false, write: true, deleteProperty: false, retentionPolicy: { enabled: true, days: 1 } },
  });
  const jobs = queues.getQueueClient("jobs");
  await jobs.create({ metadata: { k: "v" } });
  await jobs.setAccessPolicy([{ id: "take", accessPolicy: { startsOn: new Date("2026-01-01"), expiresOn: new Date("2099-01-01"), permissions: "rap" } }]);
  await jobs.sendMessage("taken");
  await jobs.sendMessage("deleted");
  const taken = (await jobs.receiveMessages({ visibilityTimeout: 3600 })).receivedMessageItems[0];
  const doomed = (await jobs.receiveMessages()).receivedMessageItems[0];
  await jobs.deleteMessage(doomed.messageId, doomed.popReceipt);
  for (let i = 0; i < 5; i++) await jobs.sendMessage(`in order ${i}`);
  await jobs.sendMessage("ünïcode <&>");
  await jobs.sendMessage("x".repeat(40_000), { messageTimeToLive: 3600 });
  await jobs.sendMessage("for ever", { messageTimeToLive: -1 });
  await jobs.sendMessage("hidden", { visibilityTimeout: 3600 });
  await queues.getQueueClient("idle").create();
  return { taken };
}

async function fillTables(tables, table) {
  for (const name of ["People", "nothing"]) await tables.createTable(name);
  const people = table("People");
  await people.setAccessPolicy([{ id: "see", accessPolicy: { start: new Date("2026-01-01"), expiry: new Date("2099-01-01"), permission: "r" } }]);
  await people.createEntity({
    partitionKey: "p", rowKey: "r 1'é", text: 't"\n', empty: "", i: 5, negative: -7, big: 9007199254740993n, half: 0.5, tiny: 1e-300,
    whole: { type: "Double", value: "3" }, yes: true, no: false, when: new Date("2026-01-02T03:04:05.678Z"),
    exact: { type: "DateTime", value: "2026-01-02T03:04:05.1234567Z" }, id: { type: "Guid", value: "11111111-2222-3333-4444-555555555555" },
    bytes: new Uint8Array([1, 2, 255]), infinite: { type: "Double", value: "Infinity" }, none: { type: "Double", value: "NaN" },
  });
  await people.createEntity({ partitionKey: "", rowKey: "" });
  await people.upsertEntity({ partitionKey: "q", rowKey: "2", a: 1, b: "2" });
  await people.updateEntity({ partitionKey: "q", rowKey: "2", b: 3 }, "Merge");
  for (let i = 0; i < 50; i++) await people.createEntity({ partitionKey: "many", rowKey: String(i).padStart(3, "0"), i });
}

/** What a client remembers of it: the message that it took. */
export async function fill(connection) {
  const { blobs, queues, tables, table } = clients(connection);
  await fillBlobs(blobs);
  const { taken } = await fillQueues(queues);
  await fillTables(tables, table);
  return { taken };
}
