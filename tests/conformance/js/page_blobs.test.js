// Page blobs: create, upload and clear pages, page ranges, resize, sequence numbers.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { aContainer, all, encoded, ETAG, MIB, OTHER_ETAG, pattern, read, refused } from "./env.js";

const PAGE = 512;
const TIB = 1024 ** 4;
const aClient = async (t) => (await aContainer(t)).getPageBlobClient("blob");

/** A page blob of so many pages. */
async function aPageBlob(t, pages = 8, createOptions = {}) {
  const blob = await aClient(t);
  await blob.create(pages * PAGE, createOptions);
  return blob;
}

const upload = (blob, letter, page, pages = 1, uploadOptions = {}) =>
  blob.uploadPages(letter.repeat(pages * PAGE), page * PAGE, pages * PAGE, uploadOptions);
const letters = async (blob) => (await read(blob)).toString().replaceAll("\0", ".").replace(/(.)\1{511}/g, "$1");
// The SDK counts one byte too few.
const inPages = (ranges) => ranges.map(({ offset, count }) => [offset / PAGE, (count + 1) / PAGE]);
const ranges = async (blob, ...range) => inPages((await blob.getPageRanges(...range)).pageRange);

describe("Put Blob of a page blob", () => {
  test("answers with ETag and date; it reads as zeros", async (t) => {
    const blob = await aClient(t);
    const answer = await blob.create(PAGE, { blobSequenceNumber: 3, metadata: { kind: "disk" }, blobHTTPHeaders: { blobContentType: "application/x-disk" } }); // prettier-ignore
    assert.equal(answer._response.status, 201);
    assert.match(answer.etag, ETAG);
    assert.equal(answer.isServerEncrypted, true);
    const properties = await blob.getProperties();
    assert.equal(properties.blobType, "PageBlob");
    assert.equal(properties.contentLength, PAGE);
    assert.equal(properties.blobSequenceNumber, 3);
    assert.equal(properties.contentType, "application/x-disk");
    assert.equal(properties.accessTier, undefined);
    assert.deepEqual(properties.metadata, { kind: "disk" });
    assert.deepEqual(await read(blob), Buffer.alloc(PAGE));
  });

  test("refuses what is no length of whole pages, and more than 8 TiB", async (t) => {
    const blob = await aClient(t);
    await refused(blob.create(1000), 400, "InvalidHeaderValue");
    await refused(blob.create(8 * TIB + PAGE), 400, "InvalidHeaderValue");
  });

  test("is listed with its sequence number and without a tier", async (t) => {
    const container = await aContainer(t);
    await container.getPageBlobClient("blob").create(PAGE, { blobSequenceNumber: 9 });
    const [{ properties }] = await all(container.listBlobsFlat());
    assert.equal(properties.blobType, "PageBlob");
    assert.equal(properties.blobSequenceNumber, 9);
    assert.equal(properties.accessTier, undefined);
  });

  test("createIfNotExists leaves the one that is there", async (t) => {
    const blob = await aPageBlob(t, 2);
    assert.equal((await blob.createIfNotExists(PAGE)).succeeded, false);
    assert.equal((await blob.getProperties()).contentLength, 2 * PAGE);
  });
});

describe("Put Page", () => {
  test("writes pages and answers with the sequence number", async (t) => {
    const blob = await aPageBlob(t, 3, { blobSequenceNumber: 4 });
    const answer = await upload(blob, "x", 1);
    assert.equal(answer._response.status, 201);
    assert.equal(answer.blobSequenceNumber, 4);
    assert.equal(answer.etag, (await blob.getProperties()).etag);
    assert.equal(await letters(blob), ".x.");
  });

  test("later pages hide earlier ones, cleared ones are zeros", async (t) => {
    const blob = await aPageBlob(t);
    await upload(blob, "a", 0, 8);
    await upload(blob, "b", 1);
    await upload(blob, "c", 2, 3);
    await blob.clearPages(3 * PAGE, PAGE);
    assert.equal(await letters(blob), "abc.caaa");
    assert.equal((await read(blob, PAGE - 2, 4)).toString(), "aabb");
  });

  test("verifies Content-MD5", async (t) => {
    const blob = await aPageBlob(t);
    const md5 = createHash("md5").update("x".repeat(PAGE)).digest();
    const answer = await upload(blob, "x", 0, 1, { transactionalContentMD5: md5 });
    assert.equal(encoded(answer.contentMD5), md5.toString("base64"));
    await refused(upload(blob, "y", 0, 1, { transactionalContentMD5: md5 }), 400, "Md5Mismatch");
    assert.equal((await letters(blob))[0], "x");
  });

  test("refuses pages behind the end, and blobs of other types", async (t) => {
    const blob = await aPageBlob(t, 1);
    await refused(upload(blob, "x", 1), 416, "InvalidPageRange");
    await refused(blob.clearPages(0, 2 * PAGE), 416, "InvalidPageRange");
    await blob.getBlockBlobClient().upload("bytes", 5);
    await refused(upload(blob, "x", 0), 409, "InvalidBlobType");
    await refused(blob.clearPages(0, PAGE), 409, "InvalidBlobType");
    await refused(blob.resize(PAGE), 409, "InvalidBlobType");
    await refused(blob.updateSequenceNumber("increment"), 409, "InvalidBlobType");
    await refused(blob.getPageRanges(), 409, "InvalidBlobType");
  });

  test("a range that is not of whole pages is refused", async (t) => {
    const blob = await aPageBlob(t);
    await refused(blob.uploadPages("test", 0, 4), 400, "InvalidHeaderValue");
  });

  test("honours conditions", async (t) => {
    const blob = await aPageBlob(t);
    await refused(upload(blob, "x", 0, 1, { conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    await refused(blob.clearPages(0, PAGE, { conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    await upload(blob, "x", 0, 1, { conditions: { ifMatch: (await blob.getProperties()).etag } });
  });

  for (const [name, met, broken] of [["ifSequenceNumberLessThanOrEqualTo", 5, 4], ["ifSequenceNumberLessThan", 6, 5], ["ifSequenceNumberEqualTo", 5, 4]]) { // prettier-ignore
    test(`honours ${name}`, async (t) => {
      const blob = await aPageBlob(t, 1, { blobSequenceNumber: 5 });
      await upload(blob, "x", 0, 1, { conditions: { [name]: met } });
      await refused(upload(blob, "y", 0, 1, { conditions: { [name]: broken } }), 412, "SequenceNumberConditionNotMet");
      await refused(blob.clearPages(0, PAGE, { conditions: { [name]: broken } }), 412, "SequenceNumberConditionNotMet");
      assert.equal(await letters(blob), "x");
    });
  }

  test("4 MiB at once, in any order and side by side", async (t) => {
    const blob = await aClient(t);
    const body = pattern(16 * MIB);
    await blob.create(body.length);
    const pieces = [3, 0, 2, 1].map((i) => i * 4 * MIB);
    await Promise.all(pieces.map((at) => blob.uploadPages(body.subarray(at, at + 4 * MIB), at, 4 * MIB)));
    assert.ok((await read(blob)).equals(body));
    assert.deepEqual(await ranges(blob), [[0, body.length / PAGE]]);
  });

  test("pages far out in 8 TiB", async (t) => {
    const blob = await aClient(t);
    await blob.create(8 * TIB);
    await blob.uploadPages("z".repeat(PAGE), 8 * TIB - PAGE, PAGE);
    assert.equal((await read(blob, 8 * TIB - PAGE, PAGE)).toString(), "z".repeat(PAGE));
    assert.deepEqual(await ranges(blob), [[8 * TIB / PAGE - 1, 1]]);
  });
});

describe("Get Page Ranges", () => {
  test("lists what is written, in order", async (t) => {
    const blob = await aPageBlob(t);
    for (const page of [6, 0, 1, 4]) await upload(blob, "x", page);
    await blob.clearPages(4 * PAGE, PAGE);
    const answer = await blob.getPageRanges();
    assert.equal(answer.blobContentLength, 8 * PAGE);
    assert.match(answer.etag, ETAG);
    assert.deepEqual(await ranges(blob), [[0, 2], [6, 1]]); // prettier-ignore
    assert.deepEqual(await ranges(blob, PAGE, 6 * PAGE), [[1, 1], [6, 1]]); // prettier-ignore
  });

  test("by pages of every size", async (t) => {
    const blob = await aPageBlob(t);
    for (const page of [0, 2, 4, 6]) await upload(blob, "x", page);
    for (let maxPageSize = 1; maxPageSize <= 5; maxPageSize++) {
      const offsets = [];
      for await (const part of blob.listPageRanges().byPage({ maxPageSize })) {
        assert.ok(part.pageRange.length <= maxPageSize);
        offsets.push(...part.pageRange.map(({ start }) => start / PAGE));
      }
      assert.deepEqual(offsets, [0, 2, 4, 6]);
    }
  });
});

describe("Get Page Ranges Diff", () => {
  test("lists what was written and cleared since a snapshot", async (t) => {
    const blob = await aPageBlob(t);
    await upload(blob, "a", 0, 4);
    const { snapshot } = await blob.createSnapshot();
    await upload(blob, "b", 6);
    await blob.clearPages(PAGE, PAGE);
    const told = await blob.getPageRangesDiff(0, 8 * PAGE, snapshot);
    assert.deepEqual(inPages(told.pageRange), [[6, 1]]); // prettier-ignore
    assert.deepEqual(inPages(told.clearRange), [[1, 1]]); // prettier-ignore
    assert.deepEqual(await ranges(blob.withSnapshot(snapshot)), [[0, 4]]);
    await refused(blob.getPageRangesDiff(0, 8 * PAGE, "2020-01-01T00:00:00.0000000Z"), 409, "PreviousSnapshotNotFound");
  });
});

describe("Set Blob Properties of a page blob", () => {
  test("resizes", async (t) => {
    const blob = await aPageBlob(t, 2);
    await upload(blob, "x", 0, 2);
    await blob.resize(PAGE);
    await blob.resize(3 * PAGE);
    assert.equal(await letters(blob), "x..");
    await refused(blob.resize(513), 400, "InvalidHeaderValue");
  });

  test("sets, raises and increments the sequence number", async (t) => {
    const blob = await aPageBlob(t);
    assert.equal((await blob.updateSequenceNumber("update", 7)).blobSequenceNumber, 7);
    assert.equal((await blob.updateSequenceNumber("max", 5)).blobSequenceNumber, 7);
    assert.equal((await blob.updateSequenceNumber("increment")).blobSequenceNumber, 8);
    await refused(blob.updateSequenceNumber("increment", 3), 400, "InvalidHeaderValue");
  });
});
