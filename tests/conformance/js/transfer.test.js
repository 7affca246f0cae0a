// Uploads and downloads the SDK cuts into blocks and ranges.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { aBlob, aContainer, MIB, names, pattern, put, read, refused, textOf } from "./env.js";

const body = pattern(5 * MIB + 12_345);
const sizes = async (blob) => (await blob.getBlockList("committed")).committedBlocks.map((block) => block.size);

async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), "conformance-"));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

test("parallel blocks and ranges", async (t) => {
  const blob = await aBlob(t);
  await blob.uploadData(body, { blockSize: 256 * 1024, maxSingleShotSize: 1000, concurrency: 4, metadata: { k: "v" } });
  assert.deepEqual(await sizes(blob), [...Array(20).fill(262_144), 12_345]);
  assert.deepEqual((await blob.getProperties()).metadata, { k: "v" });
  assert.deepEqual(await read(blob, 0, undefined, { blockSize: 256 * 1024, concurrency: 4 }), body);
  const part = await read(blob, 1_000_001, 2_000_003, { blockSize: 100_000, concurrency: 4 });
  assert.deepEqual(part, body.subarray(1_000_001, 3_000_004));
});

for (const size of [0, 1, 65_536, 65_537, 262_144, 262_145, 524_288]) {
  test(`${size} bytes`, async (t) => {
    const blob = await aBlob(t);
    await blob.uploadData(body.subarray(0, size), { blockSize: 256 * 1024, maxSingleShotSize: 64 * 1024 });
    assert.deepEqual(await read(blob), body.subarray(0, size));
  });
}

test("stream of unknown length", async (t) => {
  const blob = await aBlob(t);
  function* pieces() {
    for (let start = 0; start < body.length; start += 100_001) yield body.subarray(start, start + 100_001);
  }
  await blob.uploadStream(Readable.from(pieces(), { objectMode: false }), 300_000, 4);
  assert.deepEqual(await read(blob), body);
  assert.deepEqual(await sizes(blob), [...Array(17).fill(300_000), 155_225]);
});

test("files", async (t) => {
  const path = await folder(t);
  await writeFile(join(path, "from"), body);
  const blob = await aBlob(t);
  await blob.uploadFile(join(path, "from"), { blockSize: MIB, maxSingleShotSize: 1000 });
  await blob.downloadToFile(join(path, "to"));
  assert.deepEqual(await readFile(join(path, "to")), body);
  await blob.uploadStream(createReadStream(join(path, "from")));
  assert.deepEqual(await read(blob), body);
});

test("download as a stream", async (t) => {
  const blob = await aBlob(t);
  await blob.uploadData(body);
  const { readableStreamBody } = await blob.download(10);
  assert.deepEqual(Buffer.concat(await readableStreamBody.toArray()), body.subarray(10));
});

test("download left early", async (t) => {
  const blob = await aBlob(t);
  await blob.uploadData(body);
  for (let round = 0; round < 5; round++) {
    const { readableStreamBody } = await blob.download();
    for await (const chunk of readableStreamBody) if (chunk.length > 0) break;
  }
  assert.deepEqual(await read(blob), body);
});

test("upload given up half-way leaves the old blob", async (t) => {
  const blob = await aBlob(t);
  await put(blob, "old");
  const controller = new AbortController();
  async function* pieces() {
    yield body.subarray(0, 300_000);
    controller.abort();
    yield body.subarray(0, 300_000);
  }
  const options = { abortSignal: controller.signal };
  await assert.rejects(blob.uploadStream(Readable.from(pieces(), { objectMode: false }), 300_000, 1, options), { name: "AbortError" });
  assert.equal(await textOf(blob), "old");
});

test("a hundred blobs at once", async (t) => {
  const container = await aContainer(t);
  const numbers = Array.from({ length: 100 }, (_, number) => String(number).padStart(3, "0"));
  const found = await Promise.all(
    numbers.map(async (number) => {
      const blob = container.getBlockBlobClient(number);
      await put(blob, number);
      return textOf(blob);
    }),
  );
  assert.deepEqual(found, numbers);
  assert.deepEqual(await names(container.listBlobsFlat()), numbers);
});

test("writers of one blob at once: one of them is read, never a mixture", async (t) => {
  const blob = await aBlob(t);
  const bodies = [..."abcdefgh"].map((letter) => letter.repeat(100_000));
  await Promise.all(bodies.map((text) => put(blob, text)));
  const found = await textOf(blob);
  assert.ok(bodies.includes(found));
  const { contentMD5 } = await blob.getProperties();
  assert.equal(Buffer.from(contentMD5).toString("base64"), createHash("md5").update(found).digest("base64"));
});

test("overwritten while it is read in ranges", async (t) => {
  // The SDK sends If-Match when it goes on with a download that broke off.
  const blob = await aBlob(t);
  const { etag } = await put(blob, "first text");
  await put(blob, "other text");
  await refused(blob.download(5, 5, { conditions: { ifMatch: etag } }), 412, "ConditionNotMet");
});

test("300 MiB", { skip: process.env.LAZULITE_LARGE !== "1" }, async (t) => {
  const blob = await aBlob(t);
  const piece = pattern(MIB);
  const large = Buffer.concat(Array(300).fill(piece));
  for (let mib = 0; mib < 300; mib++) large.writeUInt32BE(mib, mib * MIB);
  await blob.uploadData(large, { blockSize: 8 * MIB, maxSingleShotSize: 8 * MIB, concurrency: 4 });
  assert.equal((await blob.getProperties()).contentLength, 300 * MIB);
  assert.deepEqual(await sizes(blob), [...Array(37).fill(8 * MIB), 4 * MIB]);
  const found = createHash("sha256");
  for await (const chunk of (await blob.download()).readableStreamBody) found.update(chunk);
  const digest = createHash("sha256").update(large).digest("hex");
  assert.equal(found.digest("hex"), digest);
  await blob.uploadData(large, { maxSingleShotSize: 256 * MIB, blockSize: 100 * MIB, concurrency: 2 });
  assert.ok((await read(blob, 0, undefined, { concurrency: 4, blockSize: 16 * MIB })).equals(large));
});
