// Copy Blob and Abort Copy Blob, Copy Blob From URL, and what is written from a URL.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { BlobSASPermissions, ContainerSASPermissions } from "@azure/storage-blob";
import { aContainer, DAY, GUID, MIB, OTHER_ETAG, pattern, put, refused, textOf } from "./env.js";

const HELLO_MD5 = new Uint8Array(Buffer.from("XUFAKrxLKna5cZ2REBfFkg==", "base64")); // of "hello"
const OTHER_MD5 = new Uint8Array(16);

const withSas = (blob, permissions = "r") =>
  blob.generateSasUrl({ permissions: BlobSASPermissions.parse(permissions), expiresOn: new Date(Date.now() + DAY) });

/** A blob with the text "hello", and a client for one that is not there yet. */
async function fromAndTo(t, options) {
  const container = await aContainer(t);
  const from = container.getBlockBlobClient("from");
  await put(from, "hello", options);
  return { container, from, to: container.getBlockBlobClient("to") };
}

/** A URL below the container with its SAS: what is written from a URL needs one also within an account. */
const signed = (container, name) => {
  const options = { permissions: ContainerSASPermissions.parse("rt"), expiresOn: new Date(Date.now() + DAY) };
  return container.generateSasUrl(options).then((url) => url.replace("?", `/${name}?`));
};

/** Another server on this machine: what it answers to HEAD and GET. */
async function elsewhere(t, answer) {
  const server = createServer(answer);
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/file`;
}

describe("Copy Blob", () => {
  test("is done at once within an account", async (t) => {
    const { from, to } = await fromAndTo(t, { metadata: { a: "1" }, blobHTTPHeaders: { blobContentType: "text/plain" } });
    const copied = await (await to.beginCopyFromURL(from.url)).pollUntilDone();
    assert.match(copied.copyId, GUID);
    assert.equal(copied.copyStatus, "success");
    const found = await to.getProperties();
    assert.deepEqual(
      [found.copyId, found.copySource, found.copyStatus, found.copyProgress, found.metadata, found.contentType],
      [copied.copyId, from.url, "success", "5/5", { a: "1" }, "text/plain"],
    );
    assert.equal(await textOf(to), "hello");
  });

  test("brings a snapshot back", async (t) => {
    const { from } = await fromAndTo(t);
    const { snapshot } = await from.createSnapshot();
    await put(from, "overwritten");
    await (await from.beginCopyFromURL(from.withSnapshot(snapshot).url)).pollUntilDone();
    assert.equal(await textOf(from), "hello");
  });

  test("judges conditions on source and destination", async (t) => {
    const { from, to } = await fromAndTo(t);
    const sourceConditions = { ifMatch: OTHER_ETAG };
    await refused(to.beginCopyFromURL(from.url, { sourceConditions }), 412, "SourceConditionNotMet");
    await put(to, "there");
    await refused(to.beginCopyFromURL(from.url, { conditions: { ifNoneMatch: "*" } }), 409, "BlobAlreadyExists");
    await refused(to.beginCopyFromURL(`${from.url}x`), 404, "CannotVerifyCopySource");
  });

  test("fetches what another server has", async (t) => {
    const body = pattern(5 * MIB + 7);
    const url = await elsewhere(t, (request, response) => {
      response.writeHead(200, { "Content-Length": body.length, "Content-Type": "image/png", ETag: '"e"' });
      response.end(request.method === "HEAD" ? undefined : body);
    });
    const { to } = await fromAndTo(t);
    const poller = await to.beginCopyFromURL(url, { intervalInMs: 20 });
    const done = await poller.pollUntilDone();
    assert.equal(done.copyStatus, "success");
    assert.ok((await to.downloadToBuffer()).equals(body));
    assert.equal((await to.getProperties()).contentType, "image/png");
  });

  test("is pending while its source keeps it waiting, until it is aborted", async (t) => {
    const url = await elsewhere(t, (request, response) => {
      response.writeHead(200, { "Content-Length": 10 });
      if (request.method === "HEAD") response.end();
      else response.write("half");
    });
    const { to } = await fromAndTo(t);
    const { copyId } = (await to.beginCopyFromURL(url)).getOperationState();
    const found = await to.getProperties();
    assert.deepEqual([found.copyStatus, found.copyProgress, found.contentLength], ["pending", "0/10", 0]);
    await refused(put(to, "other"), 409, "PendingCopyOperation");
    await refused(to.setMetadata({}), 409, "PendingCopyOperation");
    await refused(to.abortCopyFromURL("00000000-0000-0000-0000-000000000000"), 409, "CopyIdMismatch");
    await to.abortCopyFromURL(copyId);
    await refused(to.abortCopyFromURL(copyId), 409, "NoPendingCopyOperation");
    const aborted = await to.getProperties();
    assert.deepEqual([aborted.copyStatus, aborted.contentLength], ["aborted", 0]);
  });

  test("tries again where its source breaks off or is busy", async (t) => {
    let asked = 0;
    const url = await elsewhere(t, (request, response) => {
      if (request.method === "GET") asked += 1;
      response.writeHead(request.method === "GET" && asked === 2 ? 503 : 200, { "Content-Length": 5 });
      if (request.method === "HEAD") response.end();
      else if (asked < 3) response.write("h", () => response.destroy());
      else response.end("hello");
    });
    const { to } = await fromAndTo(t);
    const poller = await to.beginCopyFromURL(url, { intervalInMs: 20 });
    assert.equal((await poller.pollUntilDone()).copyStatus, "success");
    assert.equal(await textOf(to), "hello");
    assert.equal((await to.getProperties()).copyStatusDescription, undefined);
  });

  test("fails where its source breaks off again and again", async (t) => {
    const url = await elsewhere(t, (request, response) => {
      response.writeHead(200, { "Content-Length": 10 });
      if (request.method === "HEAD") response.end();
      else response.write("half", () => response.destroy());
    });
    const { to } = await fromAndTo(t);
    const poller = await to.beginCopyFromURL(url, { intervalInMs: 20 });
    await assert.rejects(poller.pollUntilDone());
    const found = await to.getProperties();
    assert.equal(found.copyStatus, "failed");
    assert.equal(found.contentLength, 0);
  });

  test("is listed when asked for", async (t) => {
    const { container, from, to } = await fromAndTo(t);
    const { copyId } = await (await to.beginCopyFromURL(from.url)).pollUntilDone();
    for await (const blob of container.listBlobsFlat({ includeCopy: true, prefix: "to" })) {
      assert.deepEqual([blob.properties.copyId, blob.properties.copyStatus], [copyId, "success"]);
    }
    for await (const blob of container.listBlobsFlat({ prefix: "to" })) assert.equal(blob.properties.copyId, undefined);
  });
});

describe("Incremental Copy Blob", () => {
  test("copies snapshot after snapshot", async (t) => {
    const container = await aContainer(t);
    const disk = container.getPageBlobClient("disk");
    await disk.create(1024);
    const first = await disk.createSnapshot();
    await disk.uploadPages("b".repeat(512), 512, 512);
    const second = await disk.createSnapshot();
    const backup = container.getPageBlobClient("backup");
    for (const [{ snapshot }, last] of [[first, "\0\0"], [second, "bb"]]) {
      const started = await backup.startCopyIncremental(disk.withSnapshot(snapshot).url);
      assert.equal(started.copyStatus, "pending");
      let found = await backup.getProperties();
      while (found.copyStatus === "pending") found = await backup.getProperties();
      assert.deepEqual([found.copyStatus, found.copyId, found.isIncrementalCopy], ["success", started.copyId, true]);
      const copied = backup.withSnapshot(found.destinationSnapshot);
      assert.equal((await copied.downloadToBuffer(1022, 2)).toString("latin1"), last);
    }
    await refused(backup.startCopyIncremental(disk.withSnapshot(first.snapshot).url), 409, "IncrementalCopyOfEarlierSnapshotNotAllowed");
    await refused(backup.download(), 409, "OperationNotAllowedOnIncrementalCopyBlob");
    const diff = await disk.getPageRangesDiffForManagedDisks(0, 1024, disk.withSnapshot(first.snapshot).url);
    assert.deepEqual(diff.pageRange, [{ offset: 512, count: 511 }]); // the SDK counts up to the last byte
  });
});

describe("Copy Blob From URL", () => {
  test("copies before it answers", async (t) => {
    const { from, to } = await fromAndTo(t, { tags: { a: "1" } });
    const copied = await to.syncCopyFromURL(await withSas(from, "rt"), { sourceContentMD5: HELLO_MD5, copySourceTags: "COPY" });
    assert.equal(copied.copyStatus, "success");
    assert.equal(await textOf(to), "hello");
    assert.deepEqual((await to.getTags()).tags, { a: "1" });
  });

  test("refuses a wrong MD5 and an unreadable source", async (t) => {
    const { container, from, to } = await fromAndTo(t);
    await refused(to.syncCopyFromURL(await withSas(from), { sourceContentMD5: OTHER_MD5 }), 400, "Md5Mismatch");
    await refused(to.syncCopyFromURL(await signed(container, "missing")), 404, "CannotVerifyCopySource");
    await refused(to.syncCopyFromURL(await withSas(from), { sourceConditions: { ifMatch: OTHER_ETAG } }), 412, "SourceConditionNotMet");
  });
});

describe("From URL", () => {
  test("Put Blob", async (t) => {
    const { container, from, to } = await fromAndTo(t, { blobHTTPHeaders: { blobContentType: "text/plain" } });
    await to.syncUploadFromURL(await withSas(from), { sourceContentMD5: HELLO_MD5 });
    assert.equal(await textOf(to), "hello");
    assert.equal((await to.getProperties()).contentType, "text/plain");
    await to.syncUploadFromURL(await withSas(from), { copySourceBlobProperties: false });
    assert.equal((await to.getProperties()).contentType, "application/octet-stream");
    await refused(to.syncUploadFromURL(await withSas(from), { sourceContentMD5: OTHER_MD5 }), 400, "Md5Mismatch");
    await refused(to.syncUploadFromURL(await signed(container, "missing")), 404, "CannotVerifyCopySource");
    await refused(to.syncUploadFromURL(await withSas(from), { sourceConditions: { ifMatch: OTHER_ETAG } }), 412, "SourceConditionNotMet");
    const ifNoneMatch = (await from.getProperties()).etag;
    await refused(to.syncUploadFromURL(await withSas(from), { sourceConditions: { ifNoneMatch } }), 304, "CannotVerifyCopySource");
  });

  test("Put Block", async (t) => {
    const { container, from, to } = await fromAndTo(t);
    await to.stageBlockFromURL("AAAA", await withSas(from), 1, 3);
    await to.stageBlockFromURL("AAAB", await withSas(from));
    await to.commitBlockList(["AAAA", "AAAB"]);
    assert.equal(await textOf(to), "ellhello");
    await refused(to.stageBlockFromURL("AAAC", await signed(container, "missing")), 404, "CannotVerifyCopySource");
    await refused(to.stageBlockFromURL("AAAC", await withSas(from), 0, 5, { sourceContentMD5: OTHER_MD5 }), 400, "Md5Mismatch");
  });

  test("Append Block", async (t) => {
    const { container, from } = await fromAndTo(t);
    const log = container.getAppendBlobClient("log");
    await log.create();
    await log.appendBlockFromURL(await withSas(from), 0, 5);
    await log.appendBlockFromURL(await withSas(from), 1, 2);
    assert.equal(await textOf(log), "helloel");
    await refused(log.appendBlockFromURL(await signed(container, "missing"), 0, 5), 404, "CannotVerifyCopySource");
    await refused(log.appendBlockFromURL(await withSas(from), 0, 5, { conditions: { appendPosition: 1 } }), 412, "AppendPositionConditionNotMet");
  });

  test("Put Page", async (t) => {
    const { container, from } = await fromAndTo(t);
    await put(from, "x".repeat(1024));
    const pages = container.getPageBlobClient("pages");
    await pages.create(1024);
    await pages.uploadPagesFromURL(await withSas(from), 512, 0, 512);
    assert.equal((await pages.downloadToBuffer(508, 8)).toString("latin1"), "xxxx\0\0\0\0");
    await refused(pages.uploadPagesFromURL(await signed(container, "missing"), 0, 0, 512), 404, "CannotVerifyCopySource");
  });

  test("a private source needs a signature, which Copy Blob alone does not ask for in its own account", async (t) => {
    const { container, from, to } = await fromAndTo(t);
    await to.beginCopyFromURL(from.url);
    await refused(to.syncCopyFromURL(from.url), 401, "CannotVerifyCopySource");
    await refused(to.syncUploadFromURL(from.url), 401, "CannotVerifyCopySource");
    await refused(to.stageBlockFromURL("AAAA", from.url), 401, "CannotVerifyCopySource");
    const log = container.getAppendBlobClient("log");
    await log.create();
    await refused(log.appendBlockFromURL(from.url, 0, 5), 401, "CannotVerifyCopySource");
    const pages = container.getPageBlobClient("pages");
    await pages.create(512);
    await refused(pages.uploadPagesFromURL(from.url, 0, 0, 512), 401, "CannotVerifyCopySource");
  });
});
