// Content-MD5, x-ms-content-crc64 and structured bodies.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aBlob, base64, bytes, encoded, MIB, pattern, read, refused, textOf } from "./env.js";
import { expectError, request } from "./raw.js";

const text = "123456789";
const MD5 = "JfnnlDI7RTiF9RgfG2JNCw==";
const CRC64 = "iJh5CoYUi64=";
const OTHER_MD5 = "XUFAKrxLKna5cZ2REBfFkg==";
const OTHER_CRC64 = "YeJLfssylmU=";

const OPERATIONS = {
  "Put Blob": (blob, options) => blob.upload(text, 9, options),
  "Put Block": (blob, options) => blob.stageBlock(base64("a"), text, 9, options),
};

for (const [name, write] of Object.entries(OPERATIONS)) {
  describe(name, () => {
    test("right MD5", async (t) => {
      const answer = await write(await aBlob(t), { transactionalContentMD5: bytes(MD5) });
      assert.equal(encoded(answer.contentMD5), MD5);
    });

    test("wrong MD5", async (t) => {
      const blob = await aBlob(t);
      const error = await refused(write(blob, { transactionalContentMD5: bytes(OTHER_MD5) }), 400, "Md5Mismatch");
      assert.equal(error.details.UserSpecifiedMd5, OTHER_MD5);
      assert.equal(error.details.ServerCalculatedMd5, MD5);
      await refused(blob.getBlockList("all"), 404, "BlobNotFound");
    });

    test("MD5 of the wrong length", async (t) => {
      await refused(write(await aBlob(t), { transactionalContentMD5: bytes(CRC64) }), 400, "InvalidMd5");
    });

    test("right CRC64", async (t) => {
      const answer = await write(await aBlob(t), { transactionalContentCrc64: bytes(CRC64) });
      assert.equal(answer._response.headers.get("x-ms-content-crc64"), CRC64);
    });

    test("wrong CRC64", async (t) => {
      const blob = await aBlob(t);
      await refused(write(blob, { transactionalContentCrc64: bytes(OTHER_CRC64) }), 400, "Crc64Mismatch");
      await refused(blob.getBlockList("all"), 404, "BlobNotFound");
    });

    test("CRC64 of the wrong length", async (t) => {
      // The reference names no code; InvalidHeaderValue is what the real service was seen to answer.
      const error = await refused(write(await aBlob(t), { transactionalContentCrc64: bytes("YWJj") }), 400, "InvalidHeaderValue");
      assert.equal(error.details.HeaderName, "x-ms-content-crc64");
    });

    test("not both", async (t) => {
      const both = { transactionalContentMD5: bytes(MD5), transactionalContentCrc64: bytes(CRC64) };
      await refused(write(await aBlob(t), both), 400, "BothCrc64AndMd5HeaderPresent");
    });
  });
}

describe("What the service computes", () => {
  test("CRC64 of a block sent without a hash", async (t) => {
    const answer = await OPERATIONS["Put Block"](await aBlob(t));
    assert.equal(encoded(answer.xMsContentCrc64), CRC64);
    assert.equal(answer.contentMD5, undefined);
  });

  test("MD5 of a blob sent without a hash", async (t) => {
    const blob = await aBlob(t);
    assert.equal(encoded((await OPERATIONS["Put Blob"](blob)).contentMD5), MD5);
    assert.equal(encoded((await blob.getProperties()).contentMD5), MD5);
  });

  test("the property of Put Blob must match", async (t) => {
    const blob = await aBlob(t);
    const blobHTTPHeaders = { blobContentMD5: bytes(OTHER_MD5) };
    await refused(OPERATIONS["Put Blob"](blob, { blobHTTPHeaders }), 400, "Md5Mismatch");
  });
});

describe("Structured bodies", () => {
  const checked = { contentChecksumAlgorithm: "StorageCrc64" };

  // No empty body: this release of the SDK never sends it.
  for (const size of [1, 1000, 4 * MIB, 9 * MIB + 5]) {
    test(`Put Blob and Get Blob of ${size} bytes`, async (t) => {
      const blob = await aBlob(t);
      const body = pattern(size);
      const answer = await blob.upload(body, size, checked);
      assert.equal(answer._response.headers.get("x-ms-structured-body"), "XSM/1.0; properties=crc64");
      assert.equal((await blob.getProperties()).contentLength, size);
      assert.deepEqual(await read(blob), body);
      const found = await blob.download(0, undefined, checked);
      assert.equal(found._response.headers.get("x-ms-structured-content-length"), String(size));
      assert.deepEqual(Buffer.concat(await found.readableStreamBody.toArray()), body);
    });
  }

  test("Put Block", async (t) => {
    const blob = await aBlob(t);
    await blob.stageBlock(base64("a"), text, 9, checked);
    await blob.commitBlockList([base64("a")]);
    assert.equal(await textOf(blob), text);
    assert.deepEqual((await blob.getBlockList("committed")).committedBlocks[0].size, 9);
  });

  test("a range", async (t) => {
    const blob = await aBlob(t);
    await blob.upload(`--${text}--`, 13);
    const found = await blob.download(2, 9, checked);
    assert.equal(found.contentRange, "bytes 2-10/13");
    assert.equal(Buffer.concat(await found.readableStreamBody.toArray()).toString(), text);
  });

  test("many blocks and ranges", async (t) => {
    const blob = await aBlob(t);
    const body = pattern(5 * MIB + 12_345);
    await blob.uploadData(body, { ...checked, blockSize: MIB, maxSingleShotSize: 1000, concurrency: 4 });
    assert.deepEqual(await read(blob, 0, undefined, { ...checked, blockSize: MIB, concurrency: 4 }), body);
  });

  // Version 1, 48 bytes, CRC64 flag, one segment; segment 1 of 9 bytes; the text, its CRC64; the CRC64 of all.
  const message = (crc) =>
    Buffer.concat([
      Buffer.from("0130000000000000000100010001000900000000000000", "hex"),
      Buffer.from(text),
      Buffer.from(crc, "base64"),
      Buffer.from(CRC64, "base64"),
    ]);
  const headers = {
    "x-ms-blob-type": "BlockBlob",
    "x-ms-structured-body": "XSM/1.0; properties=crc64",
    "x-ms-structured-content-length": "9",
  };

  test("byte by byte", async (t) => {
    const blob = await aBlob(t);
    const target = `/${blob.containerName}/blob`;
    assert.equal((await request("PUT", target, { headers, body: message(CRC64) })).status, 201);
    assert.equal(await textOf(blob), text);
    const read = await request("GET", target, { headers: { "x-ms-structured-body": headers["x-ms-structured-body"] } });
    assert.equal(read.headers["x-ms-structured-content-length"], "9");
    assert.equal(read.headers["content-length"], String(message(CRC64).length));
  });

  test("empty", async (t) => {
    // Version 1, 21 bytes, CRC64 flag, no segment; the CRC64 of nothing.
    const blob = await aBlob(t);
    const body = Buffer.from("011500000000000000010000000000000000000000", "hex");
    const none = { ...headers, "x-ms-structured-content-length": "0" };
    assert.equal((await request("PUT", `/${blob.containerName}/blob`, { headers: none, body })).status, 201);
    assert.equal((await blob.getProperties()).contentLength, 0);
  });

  test("wrong CRC64 of a segment", async (t) => {
    const blob = await aBlob(t);
    const answer = await request("PUT", `/${blob.containerName}/blob`, { headers, body: message(OTHER_CRC64) });
    expectError(answer, 400, "Crc64Mismatch");
    assert.equal(await blob.exists(), false);
  });

  test("unknown kind", async (t) => {
    const blob = await aBlob(t);
    const unknown = { ...headers, "x-ms-structured-body": "XSM/9.0; properties=none" };
    const answer = await request("PUT", `/${blob.containerName}/blob`, { headers: unknown, body: message(CRC64) });
    expectError(answer, 400, "InvalidHeaderValue", { HeaderName: "x-ms-structured-body" });
  });
});
