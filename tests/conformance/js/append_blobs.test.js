// Put Blob of append blobs, Append Block, Append Blob Seal.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aContainer, aTextBlob, all, bytes, encoded, ETAG, OTHER_ETAG, pattern, read, refused, service, textOf, unique } from "./env.js"; // prettier-ignore
import { expectError, request } from "./raw.js";

const path = (blob) => `/${blob.containerName}/${blob.name}`;

/** A client for an append blob that is not there yet, in a container of its own. */
const notYet = async (t) => (await aContainer(t)).getAppendBlobClient("log");

/** An empty append blob. */
async function aLog(t) {
  const log = await notYet(t);
  await log.create();
  return log;
}

const append = (log, text, options) => log.appendBlock(text, Buffer.byteLength(text), options);

describe("Put Blob", () => {
  test("makes an empty append blob", async (t) => {
    const log = await notYet(t);
    const made = await log.create({ blobHTTPHeaders: { blobContentType: "text/plain" }, metadata: { a: "1" } });
    assert.match(made.etag, ETAG);
    assert.equal(made.isServerEncrypted, true);
    const found = await log.getProperties();
    assert.deepEqual(
      [found.blobType, found.contentLength, found.blobCommittedBlockCount, found.contentType, found.metadata, found.etag],
      ["AppendBlob", 0, 0, "text/plain", { a: "1" }, made.etag],
    );
    assert.equal(found.accessTier, undefined);
    const [listed] = await all(service.getContainerClient(log.containerName).listBlobsFlat());
    assert.deepEqual([listed.name, listed.properties.blobType, listed.properties.contentLength], ["log", "AppendBlob", 0]);
    assert.equal(await textOf(log), "");
  });

  test("takes no bytes", async (t) => {
    const log = await notYet(t);
    const answer = await request("PUT", path(log), { headers: { "x-ms-blob-type": "AppendBlob" }, body: Buffer.from("bytes") });
    expectError(answer, 400, "InvalidHeaderValue", { HeaderName: "Content-Length", HeaderValue: "5" });
    assert.equal(await log.exists(), false);
  });

  test("createIfNotExists leaves what is there", async (t) => {
    const log = await aLog(t);
    await append(log, "hello");
    assert.equal((await log.createIfNotExists()).succeeded, false);
    assert.equal(await textOf(log), "hello");
    await refused(log.create({ conditions: { ifNoneMatch: "*" } }), 409, "BlobAlreadyExists");
    await refused(log.create({ conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    await log.create();
    assert.equal(await textOf(log), "");
  });

  test("needs the container", async () => {
    await refused(service.getContainerClient(unique()).getAppendBlobClient("log").create(), 404, "ContainerNotFound");
  });
});

describe("Append Block", () => {
  test("puts each block behind the last", async (t) => {
    const log = await aLog(t);
    const first = await append(log, "hello ");
    assert.deepEqual([first.blobAppendOffset, first.blobCommittedBlockCount], ["0", 1]);
    const second = await append(log, "world");
    assert.deepEqual([second.blobAppendOffset, second.blobCommittedBlockCount], ["6", 2]);
    assert.notEqual(second.etag, first.etag);
    const found = await log.getProperties();
    assert.deepEqual([found.etag, found.contentLength, found.blobCommittedBlockCount], [second.etag, 11, 2]);
    assert.equal(await textOf(log), "hello world");
    assert.equal((await read(log, 4, 4)).toString(), "o wo");
  });

  test("blocks of every size are read as one", async (t) => {
    const log = await aLog(t);
    const body = pattern(300_000);
    for (let at = 0, size = 1; at < body.length; at += size, size *= 3) {
      const piece = body.subarray(at, at + size);
      await log.appendBlock(piece, piece.length);
    }
    assert.deepEqual(await read(log), body);
    assert.deepEqual(await read(log, 1000, 200_000), body.subarray(1000, 201_000));
  });

  test("at a position", async (t) => {
    const log = await aLog(t);
    await append(log, "hello", { conditions: { appendPosition: 0 } });
    for (const appendPosition of [0, 4, 6]) {
      await refused(append(log, "x", { conditions: { appendPosition } }), 412, "AppendPositionConditionNotMet");
    }
    await append(log, "!", { conditions: { appendPosition: 5 } });
    assert.equal(await textOf(log), "hello!");
  });

  test("up to a size", async (t) => {
    const log = await aLog(t);
    await append(log, "hello", { conditions: { maxSize: 5 } });
    for (const maxSize of [4, 5, 9]) {
      await refused(append(log, "world", { conditions: { maxSize } }), 412, "MaxBlobSizeConditionNotMet");
    }
    await append(log, "world", { conditions: { maxSize: 10 } });
  });

  test("under conditions", async (t) => {
    const log = await aLog(t);
    const { etag } = await append(log, "x");
    await refused(append(log, "x", { conditions: { ifNoneMatch: etag } }), 412, "ConditionNotMet");
    await append(log, "y", { conditions: { ifMatch: etag } });
    await refused(append(log, "x", { conditions: { ifMatch: etag } }), 412, "ConditionNotMet");
    await refused(append(log, "x", { conditions: { leaseId: "8d6bd2a6-8f5e-4a5e-9a7d-3a8b7f2b1c55" } }), 412, "LeaseNotPresentWithBlobOperation");
    assert.equal(await textOf(log), "xy");
  });

  test("verified by its hash", async (t) => {
    const log = await aLog(t);
    const md5 = "JfnnlDI7RTiF9RgfG2JNCw==";
    const answer = await append(log, "123456789", { transactionalContentMD5: bytes(md5) });
    assert.equal(encoded(answer.contentMD5), md5);
    assert.equal(encoded((await append(log, "123456789")).xMsContentCrc64), "iJh5CoYUi64=");
    await refused(append(log, "12345678", { transactionalContentMD5: bytes(md5) }), 400, "Md5Mismatch");
    await refused(append(log, "12345678", { transactionalContentCrc64: bytes("iJh5CoYUi64=") }), 400, "Crc64Mismatch");
    assert.equal((await log.getProperties()).blobCommittedBlockCount, 2);
  });

  test("to an append blob that exists", async (t) => {
    const missing = await notYet(t);
    await refused(append(missing, "x"), 404, "BlobNotFound");
    await refused(service.getContainerClient(unique()).getAppendBlobClient("log").appendBlock("x", 1), 404, "ContainerNotFound");
    const blob = await aTextBlob(t);
    const log = service.getContainerClient(blob.containerName).getAppendBlobClient(blob.name);
    await refused(append(log, "x"), 409, "InvalidBlobType");
  });

  test("exactly one wins a position", async (t) => {
    const log = await aLog(t);
    const tries = Array.from({ length: 8 }, (_, i) => append(log, "x".repeat(i + 1), { conditions: { appendPosition: 0 } }));
    const outcomes = await Promise.allSettled(tries);
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    for (const { reason } of outcomes.filter(({ status }) => status === "rejected")) {
      assert.deepEqual([reason.statusCode, reason.code], [412, "AppendPositionConditionNotMet"]);
    }
    assert.equal((await log.getProperties()).blobCommittedBlockCount, 1);
  });

  test("operations of block blobs are refused", async (t) => {
    const log = await aLog(t);
    const blocks = service.getContainerClient(log.containerName).getBlockBlobClient(log.name);
    await refused(blocks.stageBlock("YQ==", "x", 1), 409, "InvalidBlobType");
    await refused(blocks.commitBlockList([]), 409, "InvalidBlobType");
    await refused(blocks.getBlockList("all"), 409, "InvalidBlobType");
    await refused(log.setAccessTier("Cool"), 400, "AccessTierNotSupportedForBlobType");
  });
});

describe("Append Blob Seal", () => {
  test("ends the appends", async (t) => {
    const log = await aLog(t);
    const { etag } = await append(log, "hello");
    const sealed = await log.seal();
    assert.deepEqual([sealed.isSealed, sealed.etag], [true, etag]); // the reference: the ETag stays
    await refused(append(log, "x"), 409, "BlobIsSealed");
    assert.equal((await log.seal()).isSealed, true);
    assert.equal((await log.getProperties()).isSealed, true);
    assert.equal((await log.download()).isSealed, true);
    await log.setMetadata({ a: "1" });
    assert.equal((await log.getProperties()).isSealed, true);
    assert.equal(await textOf(log), "hello");
    await log.create();
    assert.equal((await log.getProperties()).isSealed, undefined);
  });

  test("under conditions", async (t) => {
    const log = await aLog(t);
    const { etag } = await append(log, "hello");
    await refused(log.seal({ conditions: { appendPosition: 4 } }), 412, "AppendPositionConditionNotMet");
    await refused(log.seal({ conditions: { ifNoneMatch: etag } }), 412, "ConditionNotMet");
    await log.seal({ conditions: { appendPosition: 5, ifMatch: etag } });
  });

  test("needs an append blob", async (t) => {
    await refused((await notYet(t)).seal(), 404, "BlobNotFound");
    const blob = await aTextBlob(t);
    const log = service.getContainerClient(blob.containerName).getAppendBlobClient(blob.name);
    await refused(log.seal(), 409, "InvalidBlobType");
  });
});
