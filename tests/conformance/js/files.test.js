// Files: create, get, properties, metadata, resize, delete; uploads and downloads of every kind; ranges.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { FileSASPermissions, FileSystemAttributes } from "@azure/storage-file-share";
import { BlobSASPermissions } from "@azure/storage-blob";
import { all, aTextBlob, bytes, ETAG, MIB, pattern, refused, unique } from "./env.js";
import {
  aDirectory,
  aFile,
  aRoot,
  aShare,
  ask,
  bytesOf,
  files,
  headerOf,
  LEASE,
  leased,
  minutes,
  put,
  ranges,
  rangesOf,
  read,
  sameTime,
  SOME_TIME,
  statusOf,
} from "./file_env.js";
import { expectError } from "./raw.js";

const TIB = 1024 ** 4;
const md5 = (content) => createHash("md5").update(content).digest();
const READ_ONLY = { fileAttributes: FileSystemAttributes.parse("ReadOnly") };
const WHOLE_HEADERS = {
  fileContentType: "text/csv",
  fileContentEncoding: "identity",
  fileContentLanguage: "de",
  fileCacheControl: "no-cache",
  fileContentDisposition: "inline",
  fileContentMD5: new Uint8Array(16).fill(7),
};

/** Where a file is not: [name, status, code]. */
const NOWHERE = [
  ["missing", 404, "ResourceNotFound"],
  ["missing/deep", 404, "ParentNotFound"],
  ["d", 409, "ResourceTypeMismatch"],
];

describe("Create File", () => {
  test("answer", async (t) => {
    const file = (await aRoot(t)).getFileClient("file");
    const answer = await file.create(5, { creationTime: SOME_TIME, lastWriteTime: SOME_TIME, changeTime: SOME_TIME });
    assert.equal(statusOf(answer), 201);
    assert.match(answer.etag, ETAG);
    assert.deepEqual([answer.fileAttributes, answer.fileParentId], ["Archive", "0"]);
    for (const time of [answer.fileCreationTime ?? answer.fileCreatedOn, answer.fileLastWriteTime ?? answer.fileLastWriteOn])
      sameTime(time, SOME_TIME);
    assert.deepEqual(await bytesOf(file), Buffer.alloc(5));
    const found = await file.getProperties();
    assert.deepEqual(
      [found.contentLength, found.contentType, found.fileType, found.contentMD5],
      [5, "application/octet-stream", "File", undefined],
    );
    assert.deepEqual([found.leaseStatus, found.leaseState], ["unlocked", "available"]);
  });

  test("everything that is given is shown", async (t) => {
    const root = await aRoot(t);
    const file = await aFile(root, 5, {
      fileHttpHeaders: WHOLE_HEADERS,
      metadata: { a: "1" },
      fileAttributes: FileSystemAttributes.parse("Hidden|System|Archive"),
    });
    const found = await file.getProperties();
    assert.deepEqual(
      [found.contentType, found.contentEncoding, found.contentLanguage, found.cacheControl, found.contentDisposition],
      ["text/csv", "identity", "de", "no-cache", "inline"],
    );
    assert.deepEqual(
      [Buffer.from(found.contentMD5), found.metadata, found.fileAttributes],
      [Buffer.alloc(16, 7), { a: "1" }, "Hidden | System | Archive"],
    );
    await file.create(3);
    const anew = await file.getProperties();
    assert.deepEqual(
      [anew.contentLength, anew.contentType, anew.metadata, anew.fileId],
      [3, "application/octet-stream", {}, found.fileId],
    );
  });

  test("with data", async (t) => {
    const file = (await aRoot(t)).getFileClient("file");
    await file.create(8, { content: "data", contentLength: 4, contentMD5: md5("data") });
    assert.equal(await read(file), "data\0\0\0\0");
    await refused(file.create(4, { content: "data", contentLength: 4, contentMD5: md5("other") }), 400, "Md5Mismatch");
    await file.create(4, { content: "more", contentLength: 4, contentChecksumAlgorithm: "StorageCrc64" });
    assert.equal(await read(file), "more");
  });

  test("refusals", async (t) => {
    const share = await aShare(t);
    const root = share.rootDirectoryClient;
    await aDirectory(root, "d");
    await refused(root.getFileClient("d").create(1), 409, "ResourceTypeMismatch");
    await refused(root.getFileClient("no/where").create(1), 404, "ParentNotFound");
    await refused(root.getFileClient("a:b").create(1), 400, "InvalidResourceName");
    await refused(files.getShareClient(unique()).rootDirectoryClient.getFileClient("f").create(1), 404, "ShareNotFound");
    const file = root.getFileClient("file");
    await refused(file.create(1, { metadata: { "a-b": "1" } }), 400, "InvalidMetadata");
    await refused(file.create(1, { metadata: { a: "x".repeat(8192) } }), 400, "MetadataTooLarge");
    await refused(file.create(1, { filePermission: "everybody" }), 400, "FileInvalidPermission");
    await refused(file.create(1, { filePermissionKey: "1*2" }), 400, "FileInvalidPermissionKey");
    await file.create(1, READ_ONLY);
    await refused(file.create(1), 409, "ReadOnlyAttribute");
    await refused(file.delete(), 409, "ReadOnlyAttribute");
  });
});

describe("Get File", () => {
  test("parts", async (t) => {
    const file = await aFile(await aRoot(t), "0123456789");
    assert.deepEqual([await read(file, 0, 3), await read(file, 3), await read(file, 9, 1)], ["012", "3456789", "9"]);
    const answer = await file.download(2, 4);
    assert.deepEqual(
      [statusOf(answer), answer.contentRange, answer.acceptRanges, answer.contentLength],
      [206, "bytes 2-5/10", "bytes", 4],
    );
    answer.readableStreamBody.destroy?.();
    const checked = await file.download(2, 4, { rangeGetContentMD5: true });
    assert.deepEqual(Buffer.from(checked.contentMD5), md5("2345"));
    checked.readableStreamBody.destroy?.();
    expectError(await ask("GET", `/${file.shareName}/file`, { headers: { "x-ms-range": "bytes=10-10" } }), 416, "InvalidRange");
  });

  test("hash of the whole and of a range", async (t) => {
    const file = await aFile(await aRoot(t), "hello", { fileHttpHeaders: { fileContentMD5: md5("hello") } });
    const part = await ask("GET", `/${file.shareName}/file`, { headers: { "x-ms-range": "bytes=0-1" } });
    assert.deepEqual([part.headers["content-md5"], part.headers["x-ms-content-md5"]], [undefined, md5("hello").toString("base64")]);
    const large = await aFile(await aRoot(t), 5 * MIB);
    const headers = { "x-ms-range": `bytes=0-${4 * MIB}`, "x-ms-range-get-content-md5": "true" };
    expectError(await ask("GET", `/${large.shareName}/file`, { headers }), 400, "OutOfRangeInput");
  });

  test("checked by CRC64", async (t) => {
    const body = pattern(100_003);
    const file = (await aRoot(t)).getFileClient("file");
    await file.uploadData(body, { contentChecksumAlgorithm: "StorageCrc64" });
    assert.ok((await file.downloadToBuffer(0, undefined, { contentChecksumAlgorithm: "StorageCrc64" })).equals(body));
  });

  test("where there is none", async (t) => {
    const root = await aRoot(t);
    await aDirectory(root, "d");
    for (const [name, status, code] of NOWHERE) {
      const file = root.getFileClient(name);
      await refused(file.getProperties(), 404, name === "d" ? "ResourceNotFound" : code);
      for (const call of [
        () => file.setProperties(),
        () => file.setHttpHeaders({}),
        () => file.setMetadata({}),
        () => file.resize(1),
        () => file.delete(),
        () => put(file, "x"),
        () => file.clearRange(0, 512),
        () => file.getRangeList(),
      ])
        await refused(call(), status, code);
    }
    assert.equal(await root.getFileClient("missing").exists(), false);
    assert.equal((await root.getFileClient("missing").deleteIfExists()).succeeded, false);
  });
});

describe("Uploads and downloads", () => {
  test("data in ranges", async (t) => {
    const body = pattern(300_007);
    const file = (await aRoot(t)).getFileClient("file");
    const told = [];
    await file.uploadData(body, { rangeSize: 64 * 1024, concurrency: 4, onProgress: ({ loadedBytes }) => told.push(loadedBytes) });
    assert.equal(told.at(-1), body.length);
    assert.ok((await file.downloadToBuffer(0, undefined, { rangeSize: 50_000, concurrency: 3 })).equals(body));
    assert.ok((await file.downloadToBuffer(1000, 10)).equals(body.subarray(1000, 1010)));
  });

  test("streams", async (t) => {
    const body = pattern(3 * MIB + 5);
    const root = await aRoot(t);
    const file = root.getFileClient("file");
    await file.uploadStream(Readable.from([body.subarray(0, MIB), body.subarray(MIB)]), body.length, MIB, 3);
    assert.ok((await bytesOf(file)).equals(body));
    const again = root.getFileClient("again");
    await again.uploadResetableStream(
      (offset, count) => Readable.from([body.subarray(offset, offset + (count ?? body.length))]),
      body.length,
      { rangeSize: MIB },
    );
    assert.ok((await bytesOf(again)).equals(body));
  });

  test("files of this machine", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "files-"));
    t.after(() => rm(folder, { recursive: true }));
    const body = pattern(5 * MIB + 3);
    await writeFile(join(folder, "up"), body);
    const file = (await aRoot(t)).getFileClient("file");
    await file.uploadFile(join(folder, "up"), { metadata: { a: "1" } });
    await file.downloadToFile(join(folder, "down"));
    assert.ok((await readFile(join(folder, "down"))).equals(body));
    assert.deepEqual((await file.getProperties()).metadata, { a: "1" });
  });

  test("4 TiB at no cost", async (t) => {
    const file = await aFile(await aRoot(t), 4 * TIB);
    await put(file, "first");
    await put(file, "last", 4 * TIB - 4);
    assert.equal(await read(file, 4 * TIB - 5, 5), "\0last");
    assert.deepEqual(await rangesOf(file), [
      [0, 511],
      [4 * TIB - 512, 4 * TIB - 1],
    ]);
  });
});

describe("Set File Properties", () => {
  test("headers are a whole set, the others stay", async (t) => {
    const file = await aFile(await aRoot(t));
    await file.setProperties({ fileAttributes: FileSystemAttributes.parse("Hidden"), creationTime: SOME_TIME });
    await file.setHttpHeaders(WHOLE_HEADERS);
    const found = await file.getProperties();
    assert.deepEqual([found.contentType, found.cacheControl, found.fileAttributes], ["text/csv", "no-cache", "Hidden"]);
    sameTime(found.fileCreatedOn, SOME_TIME);
    await file.setHttpHeaders({ fileContentType: "text/plain" });
    const after = await file.getProperties();
    assert.deepEqual([after.contentType, after.cacheControl, after.contentMD5], ["text/plain", undefined, undefined]);
    assert.equal(await read(file), "hello");
  });

  test("attributes and times", async (t) => {
    const file = await aFile(await aRoot(t));
    await file.setProperties({
      fileAttributes: FileSystemAttributes.parse("Archive|ReadOnly|Temporary"),
      lastWriteTime: SOME_TIME,
      changeTime: SOME_TIME,
    });
    const found = await file.getProperties();
    assert.equal(found.fileAttributes, "ReadOnly | Archive | Temporary");
    sameTime(found.fileLastWriteOn, SOME_TIME);
    sameTime(found.fileChangeOn, SOME_TIME);
    await file.setProperties({ fileAttributes: "preserve", creationTime: SOME_TIME, lastWriteTime: "now" });
    const after = await file.getProperties();
    assert.equal(after.fileAttributes, "ReadOnly | Archive | Temporary");
    assert.ok(after.fileLastWriteOn > SOME_TIME);
  });

  test("resize", async (t) => {
    const file = await aFile(await aRoot(t), "hello");
    await file.resize(2);
    await file.resize(4);
    assert.equal(await read(file), "he\0\0");
    await refused(file.resize(4 * TIB + 1), 400, "OutOfRangeInput");
    await file.setProperties(READ_ONLY);
    await refused(file.resize(1), 409, "ReadOnlyAttribute");
  });

  test("metadata", async (t) => {
    const file = await aFile(await aRoot(t));
    const answer = await file.setMetadata({ a: "1" });
    const found = await file.getProperties();
    assert.deepEqual([found.metadata, found.etag], [{ a: "1" }, answer.etag]);
    await file.setMetadata();
    assert.deepEqual((await file.getProperties()).metadata, {});
    await refused(file.setMetadata({ "a-b": "1" }), 400, "InvalidMetadata");
    await refused(file.setMetadata({ a: "x".repeat(8192) }), 400, "MetadataTooLarge");
  });

  test("refusals", async (t) => {
    const file = await aFile(await aRoot(t));
    await refused(file.setProperties({ filePermission: "everybody" }), 400, "FileInvalidPermission");
    await refused(file.setProperties({ filePermissionKey: "1*2" }), 400, "FileInvalidPermissionKey");
    expectError(
      await ask("PUT", `/${file.shareName}/file`, { query: "comp=properties", headers: { "x-ms-file-attributes": "Wooden" } }),
      400,
      "InvalidHeaderValue",
      { HeaderName: "x-ms-file-attributes" },
    );
  });
});

describe("Ranges", () => {
  test("put, clear, list", async (t) => {
    const file = await aFile(await aRoot(t), 4096);
    const answer = await put(file, "abc", 1000, { contentMD5: md5("abc") });
    assert.equal(statusOf(answer), 201);
    assert.equal(answer.etag, (await file.getProperties()).etag);
    assert.equal(await read(file, 998, 6), "\0\0abc\0");
    await put(file, "x".repeat(1024), 2048, { contentChecksumAlgorithm: "StorageCrc64" });
    assert.deepEqual(await rangesOf(file), [
      [512, 1023],
      [2048, 3071],
    ]);
    assert.deepEqual(await rangesOf(file, { range: { offset: 0, count: 1024 } }), [[512, 1023]]);
    const cleared = await file.clearRange(2048, 1024);
    assert.equal(statusOf(cleared), 201);
    assert.deepEqual(await rangesOf(file), [[512, 1023]]);
    assert.equal(await read(file, 2048, 2), "\0\0");
  });

  test("last write time", async (t) => {
    const file = await aFile(await aRoot(t), 10, { lastWriteTime: SOME_TIME });
    await put(file, "a", 0, { fileLastWrittenMode: "Preserve" });
    sameTime((await file.getProperties()).fileLastWriteOn, SOME_TIME);
    await file.clearRange(0, 10, { fileLastWrittenMode: "Preserve" });
    sameTime((await file.getProperties()).fileLastWriteOn, SOME_TIME);
    await put(file, "a", 0, { fileLastWrittenMode: "Now" });
    assert.ok((await file.getProperties()).fileLastWriteOn > SOME_TIME);
  });

  test("pages", async (t) => {
    const file = await aFile(await aRoot(t), 64 * 1024);
    const wanted = [0, 4096, 8192, 12288, 16384];
    for (const offset of wanted) await put(file, "x".repeat(512), offset);
    assert.deepEqual(
      (await all(file.listRanges())).map(({ start }) => start),
      wanted,
    );
    for (const maxPageSize of [1, 2, 5]) {
      const pages = await all(file.listRanges().byPage({ maxPageSize }));
      assert.deepEqual(
        pages.flatMap((page) => ranges(page.ranges).map(([start]) => start)),
        wanted,
      );
      assert.equal(Math.max(...pages.map((page) => page.ranges?.length ?? 0)), maxPageSize);
    }
    await refused(all(file.listRanges().byPage({ continuationToken: "none" })), 400, "OutOfRangeInput");
  });

  test("refusals", async (t) => {
    const root = await aRoot(t);
    const file = await aFile(root, 10);
    await refused(put(file, "x", 10), 416, "InvalidRange");
    await refused(put(file, "xx", 9), 416, "InvalidRange");
    await refused(file.clearRange(10, 1), 416, "InvalidRange");
    await refused(put(file, "abc", 0, { contentMD5: md5("other") }), 400, "Md5Mismatch");
    await refused(put(file, "abc", 0, { contentMD5: bytes("MDAw") }), 400, "InvalidMd5");
    await refused(put(await aFile(root, 10, { name: "locked", ...READ_ONLY }), "x"), 409, "ReadOnlyAttribute");
    await refused(file.getRangeList({ range: { offset: 10, count: 1 } }), 416, "InvalidRange");
    const large = {
      query: "comp=range",
      headers: { "x-ms-write": "update", "x-ms-range": `bytes=0-${4 * MIB}` },
      body: Buffer.alloc(4 * MIB + 1),
    };
    const answer = await ask("PUT", `/${root.shareName}/file`, large);
    expectError(answer, 413, "RequestBodyTooLarge", { MaxLimit: String(4 * MIB) });
  });
});

describe("Put Range From URL", () => {
  const sas = (client) => client.generateSasUrl({ expiresOn: minutes(60), permissions: FileSASPermissions.parse("r") });

  test("from a file, from a blob", async (t) => {
    const root = await aRoot(t);
    const source = await aFile(root, "0123456789", { name: "source" });
    const file = await aFile(root, 20);
    const answer = await file.uploadRangeFromURL(sas(source), 3, 10, 4);
    assert.equal(statusOf(answer), 201);
    assert.equal(bytes(headerOf(answer, "x-ms-content-crc64")).length, 8);
    assert.equal(await read(file, 9, 6), "\x003456\0");
    const blob = await aTextBlob(t, "from a blob");
    await file.uploadRangeFromURL(
      await blob.generateSasUrl({ expiresOn: minutes(60), permissions: BlobSASPermissions.parse("r") }),
      0,
      0,
      11,
    );
    assert.equal(await read(file, 0, 11), "from a blob");
  });

  test("conditions on the bytes", async (t) => {
    const root = await aRoot(t);
    const source = await aFile(root, "0123456789", { name: "source" });
    const file = await aFile(root, 10, { lastWriteTime: SOME_TIME });
    const answer = await file.uploadRangeFromURL(sas(source), 0, 0, 10, { fileLastWrittenMode: "Preserve" });
    const crc64 = bytes(headerOf(answer, "x-ms-content-crc64"));
    sameTime((await file.getProperties()).fileLastWriteOn, SOME_TIME);
    const other = new Uint8Array(8);
    await file.uploadRangeFromURL(sas(source), 0, 0, 10, { sourceConditions: { sourceIfMatchCrc64: crc64 } });
    await file.uploadRangeFromURL(sas(source), 0, 0, 10, { sourceConditions: { sourceIfNoneMatchCrc64: other } });
    await refused(
      file.uploadRangeFromURL(sas(source), 0, 0, 10, { sourceConditions: { sourceIfMatchCrc64: other } }),
      412,
      "SourceConditionNotMet",
    );
    await refused(
      file.uploadRangeFromURL(sas(source), 0, 0, 10, { sourceConditions: { sourceIfNoneMatchCrc64: crc64 } }),
      412,
      "SourceConditionNotMet",
    );
    await refused(file.uploadRangeFromURL(sas(source), 0, 0, 10, { sourceContentCrc64: other }), 400, "Crc64Mismatch");
  });

  test("refusals", async (t) => {
    const root = await aRoot(t);
    const source = await aFile(root, "0123456789", { name: "source" });
    const file = await aFile(root, 10);
    await refused(file.uploadRangeFromURL(sas(root.getFileClient("missing")), 0, 0, 5), 404, "CannotVerifyCopySource");
    await refused(file.uploadRangeFromURL(source.url, 0, 0, 5), 401, "CannotVerifyCopySource"); // of the same account
    await refused(file.uploadRangeFromURL(sas(source), 0, 8, 5), 416, "InvalidRange");
    await refused(root.getFileClient("missing").uploadRangeFromURL(sas(source), 0, 0, 5), 404, "ResourceNotFound");
    await refused(file.uploadRangeFromURL(sas(source), 0, 0, 5, leased(LEASE)), 412, "LeaseNotPresentWithFileOperation");
  });
});

describe("Delete File", () => {
  test("gone", async (t) => {
    const share = await aShare(t);
    const { fileClient } = await share.createFile("file", 1);
    assert.equal(statusOf(await share.deleteFile("file")), 202);
    await refused(fileClient.delete(), 404, "ResourceNotFound");
    const directory = await aDirectory(share, "d");
    await directory.createFile("file", 1);
    assert.equal(headerOf(await directory.deleteFile("file"), "x-ms-link-count"), undefined);
    assert.equal(await directory.getFileClient("file").exists(), false);
  });
});
