// Put Blob, Get Blob, Get and Set Blob Properties, Set and Get Blob Metadata, Delete Blob.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { aBlob, aContainer, aTextBlob, base64, bytes, encoded, ETAG, MIB, names, put, read, refused, service, textOf, unique } from "./env.js"; // prettier-ignore
import { expectError, request } from "./raw.js";

const headers = {
  blobContentType: "text/plain; charset=utf-8",
  blobContentEncoding: "identity",
  blobContentLanguage: "en-GB",
  blobContentDisposition: 'attachment; filename="a b.txt"',
  blobCacheControl: "max-age=60, no-transform",
};
const told = ({ contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl }) => ({
  blobContentType: contentType,
  blobContentEncoding: contentEncoding,
  blobContentLanguage: contentLanguage,
  blobContentDisposition: contentDisposition,
  blobCacheControl: cacheControl,
});
const missing = () => service.getContainerClient(unique()).getBlockBlobClient("blob");
const path = (blob) => `/${blob.containerName}/${blob.name}`;

describe("Put Blob", () => {
  test("answers with ETag, date and MD5", async (t) => {
    const blob = await aBlob(t);
    const answer = await put(blob, "hello");
    assert.equal(answer._response.status, 201);
    assert.match(answer.etag, ETAG);
    assert.equal(await textOf(blob), "hello");
    assert.equal(encoded(answer.contentMD5), "XUFAKrxLKna5cZ2REBfFkg==");
    assert.equal(answer.isServerEncrypted, true);
    const properties = await blob.getProperties();
    assert.equal(properties.etag, answer.etag);
    assert.deepEqual(properties.lastModified, answer.lastModified);
  });

  for (const [what, body] of [["nothing", Buffer.alloc(0)], ["one byte", Buffer.from([0])], ["every byte", Buffer.from(Array.from({ length: 70_000 }, (_, i) => i % 256))]]) { // prettier-ignore
    test(`${what} comes back`, async (t) => {
      const blob = await aBlob(t);
      await blob.upload(body, body.length);
      assert.deepEqual(await read(blob), body);
      const properties = await blob.getProperties();
      assert.equal(properties.contentLength, body.length);
      assert.equal(encoded(properties.contentMD5), createHash("md5").update(body).digest("base64"));
    });
  }

  test("headers and metadata come back", async (t) => {
    const blob = await aTextBlob(t, "hello", { blobHTTPHeaders: headers, metadata: { kind: "greeting", n_1: "x  y" } });
    for (const answer of [await blob.getProperties(), await blob.download()]) {
      assert.deepEqual(told(answer), headers);
      assert.deepEqual(answer.metadata, { kind: "greeting", n_1: "x  y" });
    }
  });

  test("keeps nothing of the blob it replaces", async (t) => {
    const blob = await aTextBlob(t, "a long first text", { blobHTTPHeaders: headers, metadata: { a: "1" } });
    const before = await blob.getProperties();
    await blob.stageBlock(base64("a"), "x", 1);
    await put(blob, "short");
    const after = await blob.getProperties();
    assert.equal(await textOf(blob), "short");
    assert.notEqual(after.etag, before.etag);
    assert.deepEqual(after.metadata, {});
    assert.deepEqual(told(after), { ...told({}), blobContentType: "application/octet-stream" });
    const blocks = await blob.getBlockList("all");
    assert.deepEqual([blocks.committedBlocks ?? [], blocks.uncommittedBlocks ?? []], [[], []]);
  });

  test("only if absent", async (t) => {
    const blob = await aBlob(t);
    await put(blob, "first", { conditions: { ifNoneMatch: "*" } });
    await refused(put(blob, "second", { conditions: { ifNoneMatch: "*" } }), 409, "BlobAlreadyExists");
    assert.equal(await textOf(blob), "first");
  });

  test("refusals", async (t) => {
    const blob = await aBlob(t);
    await refused(put(missing(), "x"), 404, "ContainerNotFound");
    await refused(put(blob, "x", { metadata: { "a-b": "1" } }), 400, "InvalidMetadata");
    await refused(put(blob, "x", { metadata: { "1a": "1" } }), 400, "InvalidMetadata");
    await refused(put(blob, "x", { metadata: { a: "x".repeat(8192) } }), 400, "MetadataTooLarge");
    assert.equal(await blob.exists(), false);
    const body = Buffer.from("x");
    const typeless = await request("PUT", path(blob), { body });
    expectError(typeless, 400, "MissingRequiredHeader", { HeaderName: "x-ms-blob-type" });
    const lengthless = { "x-ms-blob-type": "BlockBlob", "Content-Length": undefined, "Transfer-Encoding": "chunked" };
    expectError(await request("PUT", path(blob), { body, headers: lengthless }), 411, "MissingContentLengthHeader");
  });
});

describe("Get Blob", () => {
  const text = "--123456789--";

  test("headers of a whole read", async (t) => {
    const blob = await aTextBlob(t, text);
    const answer = await blob.download();
    assert.equal(answer._response.status, 200);
    assert.equal(answer.contentLength, 13);
    assert.equal(answer.contentRange, undefined);
    assert.equal(answer.acceptRanges, "bytes");
    assert.equal(answer.blobType, "BlockBlob");
    assert.equal(encoded(answer.contentMD5), "tCJIgSccVElY5cid9NJ2XQ==");
    assert.equal(answer.leaseStatus, "unlocked");
    assert.equal(answer.leaseState, "available");
    assert.equal(answer.isServerEncrypted, true);
    assert.ok(answer.createdOn instanceof Date);
    assert.equal(answer.tagCount, undefined);
    assert.equal(answer.copyId, undefined);
  });

  for (const [offset, count, found, contentRange] of [
    [0, 4, "--12", "bytes 0-3/13"],
    [2, 9, "123456789", "bytes 2-10/13"],
    [12, 1, "-", "bytes 12-12/13"],
    [9, undefined, "89--", "bytes 9-12/13"],
    [10, 100, "9--", "bytes 10-12/13"],
    [0, 1000, text, "bytes 0-12/13"],
  ]) {
    test(`range ${offset}, ${count}`, async (t) => {
      const blob = await aTextBlob(t, text);
      const answer = await blob.download(offset, count);
      assert.equal(answer._response.status, 206);
      assert.equal(answer.contentRange, contentRange);
      assert.equal(answer.contentLength, found.length);
      assert.equal(Buffer.concat(await answer.readableStreamBody.toArray()).toString(), found);
    });
  }

  for (const [content, offset] of [[text, 13], [text, 5000], ["", 1]]) { // prettier-ignore
    test(`range from ${offset} of ${content.length}`, async (t) => {
      const blob = await aTextBlob(t, content);
      const error = await refused(blob.download(offset), 416, "InvalidRange");
      assert.equal(error.response.headers.get("content-range"), `bytes */${content.length}`);
    });
  }

  for (const value of ["bytes=-4", "bytes=5-2", "bytes=x-y", "2-4"]) {
    test(`ill-formed range ${value} is ignored`, async (t) => {
      const answer = await request("GET", path(await aTextBlob(t, text)), { headers: { Range: value } });
      assert.deepEqual([answer.status, answer.body], [200, text]);
    });
  }

  test("hashes of a range", async (t) => {
    const blob = await aTextBlob(t, text);
    const md5 = await blob.download(2, 9, { rangeGetContentMD5: true });
    assert.equal(encoded(md5.contentMD5), "JfnnlDI7RTiF9RgfG2JNCw==");
    assert.equal(encoded(md5.blobContentMD5), "tCJIgSccVElY5cid9NJ2XQ==");
    const crc64 = await blob.download(2, 9, { rangeGetContentCrc64: true });
    assert.equal(encoded(crc64.contentCrc64), "iJh5CoYUi64=");
    const plain = await blob.download(2, 9);
    assert.deepEqual([plain.contentMD5, plain.contentCrc64], [undefined, undefined]);
    assert.equal(encoded(plain.blobContentMD5), "tCJIgSccVElY5cid9NJ2XQ==");
  });

  test("hashes need a range of at most 4 MiB", async (t) => {
    const blob = await aBlob(t);
    await blob.upload(Buffer.alloc(4 * MIB + 1), 4 * MIB + 1);
    for (const option of ["rangeGetContentMD5", "rangeGetContentCrc64"]) {
      await refused(blob.download(0, undefined, { [option]: true }), 400, "InvalidHeaderValue");
      // The reference says 400 and no more.
      await refused(blob.download(0, 4 * MIB + 1, { [option]: true }), 400, "OutOfRangeInput");
      assert.equal((await blob.download(1, 4 * MIB, { [option]: true })).contentLength, 4 * MIB);
    }
  });

  test("missing", async (t) => {
    const blob = await aBlob(t);
    const error = await refused(blob.download(), 404, "BlobNotFound");
    assert.match(error.message, /^The specified blob does not exist\.\n/);
    await refused(missing().download(), 404, "ContainerNotFound");
    await refused(blob.getProperties(), 404, "BlobNotFound");
    assert.equal(await blob.exists(), false);
    await blob.stageBlock(base64("a"), "x", 1);
    await refused(blob.download(), 404, "BlobNotFound");
    await refused(blob.getProperties(), 404, "BlobNotFound");
  });

  test("names: limits and case", async (t) => {
    const container = await aContainer(t);
    await put(container.getBlockBlobClient("n".repeat(1024)), "x");
    await refused(put(container.getBlockBlobClient("n".repeat(1025)), "x"), 400, "OutOfRangeInput");
    await put(container.getBlockBlobClient("a"), "small");
    await put(container.getBlockBlobClient("A"), "capital");
    assert.equal(await textOf(container.getBlobClient("a")), "small");
    assert.equal(await textOf(container.getBlobClient("A")), "capital");
  });
});

describe("Set Blob Properties", () => {
  test("replaces the whole set", async (t) => {
    const blob = await aTextBlob(t, "hello", { metadata: { a: "1" } });
    const before = await blob.getProperties();
    const blobContentMD5 = bytes("MDEyMzQ1Njc4OWFiY2RlZg==");
    const answer = await blob.setHTTPHeaders({ ...headers, blobContentMD5 });
    const after = await blob.getProperties();
    assert.equal(after.etag, answer.etag);
    assert.notEqual(after.etag, before.etag);
    assert.deepEqual(told(after), headers);
    assert.equal(encoded(after.contentMD5), "MDEyMzQ1Njc4OWFiY2RlZg=="); // stored, not compared with the content
    assert.deepEqual(after.metadata, { a: "1" });
    assert.equal(await textOf(blob), "hello");

    await blob.setHTTPHeaders({ blobContentType: "a/b", blobCacheControl: "private" });
    const cleared = await blob.getProperties();
    assert.deepEqual(told(cleared), { ...told({}), blobContentType: "a/b", blobCacheControl: "private" });
    assert.equal(cleared.contentMD5, undefined);
  });

  test("missing", async (t) => {
    await refused((await aBlob(t)).setHTTPHeaders(headers), 404, "BlobNotFound");
    await refused(missing().setHTTPHeaders(headers), 404, "ContainerNotFound");
  });
});

describe("Blob metadata", () => {
  test("is replaced as a whole", async (t) => {
    const blob = await aTextBlob(t, "hello", { blobHTTPHeaders: headers, metadata: { a: "1" } });
    const before = await blob.getProperties();
    const answer = await blob.setMetadata({ book: "1984", b_2: "x" });
    const after = await blob.getProperties();
    assert.equal(after.etag, answer.etag);
    assert.notEqual(after.etag, before.etag);
    assert.deepEqual(after.metadata, { book: "1984", b_2: "x" });
    assert.deepEqual(told(after), headers);
    assert.deepEqual(after.createdOn, before.createdOn);
    await blob.setMetadata();
    assert.deepEqual((await blob.getProperties()).metadata, {});
  });

  test("its rules", async (t) => {
    const blob = await aTextBlob(t);
    for (const name of ["a-b", "1a", "a.b"]) await refused(blob.setMetadata({ [name]: "1" }), 400, "InvalidMetadata");
    await refused(blob.setMetadata({ four: "x".repeat(4092), more: "y".repeat(4093) }), 400, "MetadataTooLarge");
    await blob.setMetadata({ four: "x".repeat(4092), more: "y".repeat(4092) });
    const nameless = await request("PUT", path(blob), { query: "comp=metadata", headers: { "x-ms-meta-": "1" } });
    expectError(nameless, 400, "EmptyMetadataKey");
    const sorted = { ab: "1", a_b: "2", a1: "3", ab_c: "4" };
    await blob.setMetadata(sorted);
    assert.deepEqual((await blob.getProperties()).metadata, sorted);
  });

  test("missing", async (t) => {
    const blob = await aBlob(t);
    await refused(blob.setMetadata({ a: "1" }), 404, "BlobNotFound");
    await refused(missing().setMetadata({ a: "1" }), 404, "ContainerNotFound");
    expectError(await request("GET", path(blob), { query: "comp=metadata" }), 404, "BlobNotFound");
  });

  test("Get Blob Metadata", async (t) => {
    const blob = await aTextBlob(t, "hello", { metadata: { book: "1984" } });
    const { etag } = await blob.getProperties();
    for (const method of ["GET", "HEAD"]) {
      const answer = await request(method, path(blob), { query: "comp=metadata" });
      assert.deepEqual([answer.status, answer.body], [200, ""]);
      assert.deepEqual([answer.headers["x-ms-meta-book"], answer.headers.etag], ["1984", etag]);
    }
  });
});

describe("Delete Blob", () => {
  test("removes it alone", async (t) => {
    const container = await aContainer(t);
    for (const name of ["a", "a/b", "ab"]) await put(container.getBlockBlobClient(name), "x");
    const answer = await container.deleteBlob("a");
    assert.equal(answer._response.status, 202);
    assert.deepEqual(await names(container.listBlobsFlat()), ["a/b", "ab"]);
    await refused(container.deleteBlob("a"), 404, "BlobNotFound");
    assert.equal((await container.getBlobClient("a").deleteIfExists()).succeeded, false);
  });

  test("missing container", () => refused(missing().delete(), 404, "ContainerNotFound"));

  test("the name is free again", async (t) => {
    const blob = await aTextBlob(t, "old", { metadata: { a: "1" } });
    await blob.delete();
    await put(blob, "new");
    assert.equal(await textOf(blob), "new");
    assert.deepEqual((await blob.getProperties()).metadata, {});
  });
});
