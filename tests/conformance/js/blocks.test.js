// Put Block, Put Block List, Get Block List.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aBlob, aTextBlob, base64, bytes, encoded, ETAG, names, put, refused, service, textOf, unique } from "./env.js";
import { expectError, request } from "./raw.js";

const [a, b, c] = ["a", "b", "c"].map(base64);
const path = (blob) => `/${blob.containerName}/${blob.name}`;

async function stage(blob, bodies) {
  for (const [id, text] of Object.entries(bodies)) await blob.stageBlock(base64(id), text, text.length);
}

async function lists(blob, type = "all") {
  const { committedBlocks = [], uncommittedBlocks = [] } = await blob.getBlockList(type);
  return [committedBlocks, uncommittedBlocks].map((blocks) => blocks.map(({ name, size }) => [name, size]));
}

/** The SDK names every block Latest; this names the list to take it from. */
function putBlockList(blob, ...entries) {
  const xml = entries.map(([list, id]) => `<${list}>${id}</${list}>`).join("");
  return request("PUT", path(blob), { query: "comp=blocklist", body: Buffer.from(`<BlockList>${xml}</BlockList>`) });
}

describe("Put Block", () => {
  test("makes no readable blob", async (t) => {
    const blob = await aBlob(t);
    const answer = await blob.stageBlock(a, "hello", 5);
    assert.equal(answer._response.status, 201);
    assert.equal(answer.isServerEncrypted, true);
    assert.equal(answer.etag, undefined);
    assert.equal(await blob.exists(), false);
    const container = service.getContainerClient(blob.containerName);
    assert.deepEqual(await names(container.listBlobsFlat()), []);
    assert.deepEqual(await names(container.listBlobsFlat({ includeUncommitedBlobs: true })), ["blob"]);
  });

  test("same id again replaces", async (t) => {
    const blob = await aBlob(t);
    await stage(blob, { a: "first" });
    await stage(blob, { a: "second" });
    assert.deepEqual(await lists(blob), [[], [[a, 6]]]);
    await blob.commitBlockList([a]);
    assert.equal(await textOf(blob), "second");
  });

  test("leaves a committed blob alone", async (t) => {
    const blob = await aTextBlob(t);
    const before = await blob.getProperties();
    await stage(blob, { a: "x" });
    assert.equal((await blob.getProperties()).etag, before.etag);
    assert.equal(await textOf(blob), "hello");
  });

  test("ids of uncommitted blocks are of one length", async (t) => {
    const blob = await aBlob(t);
    await stage(blob, { a: "x" });
    await refused(blob.stageBlock(base64("longer"), "y", 1), 400, "InvalidBlobOrBlock");
    await blob.commitBlockList([a]);
    await blob.stageBlock(base64("longer"), "y", 1);
    await refused(blob.stageBlock(a, "z", 1), 400, "InvalidBlobOrBlock");
    await put(blob, "whole");
    await blob.stageBlock(a, "y", 1);
  });

  test("ids are base64 of at most 64 bytes", async (t) => {
    const blob = await aBlob(t);
    for (const id of ["a!!!", "YQ", "Y"]) await refused(blob.stageBlock(id, "x", 1), 400, "InvalidQueryParameterValue");
    await blob.stageBlock(base64("i".repeat(64)), "x", 1);
    await blob.commitBlockList([base64("i".repeat(64))]);
    assert.equal(await textOf(blob), "x");
  });

  test("missing container", async () => {
    await refused(service.getContainerClient(unique()).getBlockBlobClient("blob").stageBlock(a, "x", 1), 404, "ContainerNotFound");
  });
});

describe("Put Block List", () => {
  test("writes the blocks in the order of the list", async (t) => {
    const blob = await aBlob(t);
    await stage(blob, { a: "1", b: "2", c: "3" });
    const answer = await blob.commitBlockList([c, a, b]);
    assert.equal(answer._response.status, 201);
    assert.match(answer.etag, ETAG);
    assert.equal((await blob.getProperties()).etag, answer.etag);
    assert.equal(await textOf(blob), "312");
    assert.deepEqual(await lists(blob), [[[c, 1], [a, 1], [b, 1]], []]); // prettier-ignore
  });

  test("an id may repeat", async (t) => {
    const blob = await aBlob(t);
    await stage(blob, { a: "la", b: "!" });
    await blob.commitBlockList([a, a, b, a]);
    assert.equal(await textOf(blob), "lala!la");
  });

  test("an empty list makes an empty blob", async (t) => {
    const blob = await aTextBlob(t, "hello", { metadata: { a: "1" } });
    assert.equal((await blob.getProperties()).contentLength, 5);
    await blob.commitBlockList([]);
    const { contentLength, metadata } = await blob.getProperties();
    assert.deepEqual([contentLength, metadata], [0, {}]);
  });

  test("committed blocks can be used again", async (t) => {
    const blob = await aBlob(t);
    await stage(blob, { a: "one ", b: "two " });
    await blob.commitBlockList([a, b]);
    await stage(blob, { c: "and " });
    await blob.commitBlockList([a, c, b, a]);
    assert.equal(await textOf(blob), "one and two one ");
    await blob.commitBlockList([b]);
    await refused(blob.commitBlockList([a, b]), 400, "InvalidBlockList");
    assert.equal(await textOf(blob), "two ");
  });

  for (const [list, text] of [["Latest", "new"], ["Uncommitted", "new"], ["Committed", "old"]]) { // prettier-ignore
    test(`${list} takes the ${text} block`, async (t) => {
      const blob = await aBlob(t);
      await stage(blob, { a: "old" });
      await blob.commitBlockList([a]);
      await stage(blob, { a: "new" });
      assert.equal((await putBlockList(blob, [list, a])).status, 201);
      assert.equal(await textOf(blob), text);
      assert.deepEqual(await lists(blob), [[[a, 3]], []]);
    });
  }

  test("unknown ids", async (t) => {
    const blob = await aBlob(t);
    await stage(blob, { a: "1" });
    await refused(blob.commitBlockList([a, b]), 400, "InvalidBlockList");
    expectError(await putBlockList(blob, ["Committed", a]), 400, "InvalidBlockList");
    assert.deepEqual(await lists(blob), [[], [[a, 1]]]);
    await blob.commitBlockList([a]);
    expectError(await putBlockList(blob, ["Uncommitted", a]), 400, "InvalidBlockList");
  });

  test("a refusal leaves the blob and its blocks", async (t) => {
    const blob = await aBlob(t);
    await stage(blob, { a: "1" });
    const { etag } = await blob.commitBlockList([a]);
    await stage(blob, { b: "2" });
    await refused(blob.commitBlockList([a, b, c]), 400, "InvalidBlockList");
    assert.equal((await blob.getProperties()).etag, etag);
    await blob.commitBlockList([a, b]);
    assert.equal(await textOf(blob), "12");
  });

  test("headers and metadata are replaced", async (t) => {
    const blob = await aTextBlob(t, "x", { metadata: { old: "1" }, blobHTTPHeaders: { blobContentLanguage: "fr" } });
    await stage(blob, { a: "y" });
    const blobContentMD5 = bytes("MDEyMzQ1Njc4OWFiY2RlZg==");
    const blobHTTPHeaders = { blobContentType: "text/csv", blobCacheControl: "no-store", blobContentMD5 };
    await blob.commitBlockList([a], { metadata: { new: "2" }, blobHTTPHeaders });
    const properties = await blob.getProperties();
    assert.deepEqual(properties.metadata, { new: "2" });
    assert.equal(properties.contentType, "text/csv");
    assert.equal(properties.cacheControl, "no-store");
    assert.equal(properties.contentLanguage, undefined);
    assert.equal(encoded(properties.contentMD5), "MDEyMzQ1Njc4OWFiY2RlZg=="); // stored, not compared with the content
    await blob.commitBlockList([a]);
    assert.equal((await blob.getProperties()).contentMD5, undefined);
  });

  test("at most 50,000 entries", async (t) => {
    const blob = await aBlob(t);
    await stage(blob, { a: "x" });
    await refused(blob.commitBlockList(Array(50_001).fill(a)), 400, "BlockListTooLong");
    assert.equal(await blob.exists(), false);
    await blob.commitBlockList(Array(50_000).fill(a));
    assert.equal(await textOf(blob), "x".repeat(50_000));
  });

  test("missing container", async () => {
    await refused(service.getContainerClient(unique()).getBlockBlobClient("blob").commitBlockList([a]), 404, "ContainerNotFound");
  });
});

describe("Get Block List", () => {
  test("committed, uncommitted, all", async (t) => {
    const blob = await aBlob(t);
    await stage(blob, { a: "1", b: "22" });
    const { etag } = await blob.commitBlockList([b, a]);
    await stage(blob, { c: "333" });
    const committed = [[b, 2], [a, 1]]; // prettier-ignore
    assert.deepEqual(await lists(blob, "committed"), [committed, []]);
    assert.deepEqual(await lists(blob, "uncommitted"), [[], [[c, 3]]]);
    assert.deepEqual(await lists(blob, "all"), [committed, [[c, 3]]]);
    const answer = await blob.getBlockList("all");
    assert.equal(answer.etag, etag);
    assert.equal(answer.blobContentLength, 3);
  });

  test("of uncommitted blocks only", async (t) => {
    const blob = await aBlob(t);
    await stage(blob, { a: "1" });
    const answer = await blob.getBlockList("all");
    assert.equal(answer.etag, undefined);
    assert.equal(answer.lastModified, undefined);
    assert.equal(answer.blobContentLength, 0);
  });

  test("of a blob of Put Blob", async (t) => {
    const blob = await aTextBlob(t);
    assert.deepEqual(await lists(blob), [[], []]);
    assert.equal((await blob.getBlockList("all")).blobContentLength, 5);
  });

  test("missing", async (t) => {
    await refused((await aBlob(t)).getBlockList("all"), 404, "BlobNotFound");
    await refused(service.getContainerClient(unique()).getBlockBlobClient("blob").getBlockList("all"), 404, "ContainerNotFound");
  });
});
