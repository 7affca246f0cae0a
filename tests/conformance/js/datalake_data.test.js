// Append, Flush and Read: in any order, whole and in part, with hashes, conditions and leases; uploads, downloads, queries.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { MIB, OTHER_ETAG, pattern, refused } from "./env.js";
import {
  aDirectory,
  aFile,
  aFileSystem,
  expectJson,
  lake,
  LEASE,
  leased,
  OTHER_LEASE,
  ownLake,
  read,
  READ_MISSING,
  skip,
  statusOf,
  write, headerOf } from "./datalake_env.js";

const md5 = (text) => new Uint8Array(createHash("md5").update(text).digest());
const anEmptyFile = async (t) => aFile(await aFileSystem(t), "file", "");
const leaseState = async (file) => (await file.getProperties()).leaseState;

describe("Append", { skip }, () => {
  test("is not seen before it is flushed", async (t) => {
    const file = await anEmptyFile(t);
    const { etag } = await file.getProperties();
    const appended = await file.append("hello", 0, 5);
    assert.deepEqual([statusOf(appended), appended.isServerEncrypted, appended.etag], [202, true, undefined]);
    assert.deepEqual([await read(file), (await file.getProperties()).etag], ["", etag]);
    const flushed = await file.flush(5);
    assert.equal(statusOf(flushed), 200);
    const found = await file.getProperties();
    assert.deepEqual([await read(file), found.etag, found.contentLength], ["hello", flushed.etag, 5]);
    assert.notEqual(flushed.etag, etag);
    assert.deepEqual(found.lastModified, flushed.lastModified);
  });

  test("in any order", async (t) => {
    const file = await anEmptyFile(t);
    for (const [text, position] of [["cc", 4], ["aa", 0], ["bb", 2]]) await file.append(text, position, 2);
    await file.flush(6);
    assert.equal(await read(file), "aabbcc");
  });

  test("the same place twice", async (t) => {
    const file = await anEmptyFile(t);
    await file.append("aa", 0, 2);
    await file.append("bb", 0, 2);
    await file.flush(2);
    assert.equal(await read(file), "bb");
  });

  test("and flush at once", async (t) => {
    const file = await anEmptyFile(t);
    const { etag } = await file.getProperties();
    const appended = await file.append("hello", 0, 5, { flush: true });
    assert.equal(statusOf(appended), 202);
    assert.notEqual(appended.etag, etag);
    assert.deepEqual([await read(file), (await file.getProperties()).etag], ["hello", appended.etag]);
    await file.append(" world", 5, 6, { flush: true });
    assert.equal(await read(file), "hello world");
  });

  test("before the end", async (t) => {
    const file = await aFile(await aFileSystem(t));
    // The reference names the position for flushes only: what is appended below the end has no effect.
    await file.append("x", 4, 1);
    await write(file, "!", 5);
    assert.equal(await read(file), "hello!");
  });

  test("with hashes", async (t) => {
    const file = await anEmptyFile(t);
    // The SDK forgets this hash unless there are HTTP headers too, which it does not send then.
    const hashed = (text) => ({ transactionalContentMD5: md5(text), pathHttpHeaders: {} });
    const appended = await file.append("hello", 0, 5, hashed("hello"));
    assert.deepEqual(Buffer.from(appended.contentMD5), Buffer.from(md5("hello")));
    await refused(file.append("hello", 5, 5, hashed("other")), 400, "Md5Mismatch");
    await refused(file.append("hello", 5, 5, { transactionalContentCrc64: new Uint8Array(8) }), 400, "Crc64Mismatch");
    await file.append(" more", 5, 5, { contentChecksumAlgorithm: "StorageCrc64" });
    await file.flush(10);
    assert.equal(await read(file), "hello more");
  });

  test("where no file is", async (t) => {
    const fileSystem = await aFileSystem(t);
    await refused(fileSystem.getFileClient("none").append("a", 0, 1), 404, "PathNotFound");
    await refused(fileSystem.getFileClient("none").flush(0), 404, "PathNotFound");
    await aDirectory(fileSystem);
    // The reference's list has "the resource type … does not match the type of the resource".
    await refused(fileSystem.getFileClient("directory").append("a", 0, 1), 409, "ResourceTypeMismatch");
    await refused(fileSystem.getFileClient("directory").flush(0), 409, "ResourceTypeMismatch");
  });

  test("what the request lacks", async (t) => {
    const fileSystem = await aFileSystem(t);
    await aFile(fileSystem, "file", "");
    const patch = (query, details) => lake.ask("PATCH", `/${fileSystem.name}/file`, { query, ...details });
    const body = Buffer.from("a");
    expectJson(await patch("action=append", { body }), 400, "MissingRequiredQueryParameter");
    expectJson(await patch("action=append&position=x", { body }), 400, "InvalidQueryParameterValue");
    expectJson(await patch("action=append&position=-1", { body }), 400, "InvalidQueryParameterValue");
    expectJson(await patch("action=append&position=0"), 400, "InvalidHeaderValue"); // a body of no bytes
    expectJson(await patch("action=flush&position=0", { body }), 400, "ContentLengthMustBeZero", "The Content-Length request header must be zero.");
    expectJson(await patch("action=other", { body }), 400, "InvalidQueryParameterValue");
    expectJson(await patch("position=0", { body }), 400, "MissingRequiredQueryParameter");
  });

  test("with leases", async (t) => {
    const file = await anEmptyFile(t);
    await file.append("a", 0, 1, { proposedLeaseId: LEASE, leaseDurationInSeconds: 15, leaseAction: "acquire" });
    assert.equal(await leaseState(file), "leased");
    await refused(file.append("b", 1, 1), 412, "LeaseIdMissing");
    await refused(file.append("b", 1, 1, leased(OTHER_LEASE)), 412, "LeaseIdMismatch");
    await file.append("b", 1, 1, { ...leased(LEASE), leaseAction: "auto-renew" });
    await file.append("c", 2, 1, { ...leased(LEASE), leaseAction: "release", flush: true });
    assert.deepEqual([await read(file), await leaseState(file)], ["abc", "available"]);
    await file.append("d", 3, 1, { proposedLeaseId: LEASE, leaseDurationInSeconds: 15, leaseAction: "acquire-release", flush: true });
    assert.deepEqual([await read(file), await leaseState(file)], ["abcd", "available"]);
    await refused(file.append("e", 4, 1, leased(LEASE)), 412, "LeaseNotPresent");
    await refused(file.append("e", 4, 1, { proposedLeaseId: LEASE, leaseDurationInSeconds: 5, leaseAction: "acquire" }), 400, "InvalidHeaderValue");
    await file.getDataLakeLeaseClient(LEASE).acquireLease(15);
    await refused(
      file.append("e", 4, 1, { proposedLeaseId: OTHER_LEASE, leaseDurationInSeconds: 15, leaseAction: "acquire" }),
      409,
      "LeaseAlreadyPresent",
    );
  });

  test("renewing a lease", async () => {
    const { service, advance } = await ownLake();
    const fileSystem = service.getFileSystemClient("filesystem");
    await fileSystem.create();
    const file = await aFile(fileSystem, "file", "");
    await file.append("a", 0, 1, { proposedLeaseId: LEASE, leaseDurationInSeconds: 15, leaseAction: "acquire" });
    await advance(10);
    const renewed = await file.append("b", 1, 1, { ...leased(LEASE), leaseAction: "auto-renew" });
    assert.equal(headerOf(renewed, "x-ms-lease-renewed"), "true"); // which the SDK does not read
    await advance(10);
    assert.equal(await leaseState(file), "leased");
    await advance(10);
    assert.equal(await leaseState(file), "expired");
    await refused(file.append("c", 2, 1, leased(LEASE)), 412, "LeaseLost");
  });
});

describe("Flush", { skip }, () => {
  test("where the data do not end", async (t) => {
    const file = await anEmptyFile(t);
    await file.append("hello", 0, 5);
    const error = await refused(file.flush(6), 400, "InvalidFlushPosition");
    assert.match(error.message, /The uploaded data is not contiguous or the position query parameter value is not equal/);
    await refused(file.flush(4), 400, "InvalidFlushPosition"); // within what one append brought
    await file.append("later", 7, 5);
    await refused(file.flush(12), 400, "InvalidFlushPosition");
    await file.flush(5);
    assert.equal(await read(file), "hello");
  });

  test("drops what is behind its position, or keeps it", async (t) => {
    const file = await anEmptyFile(t);
    await file.append("aa", 0, 2);
    await file.append("bb", 2, 2);
    await file.flush(2);
    await refused(file.flush(4), 400, "InvalidFlushPosition");
    await file.append("cc", 2, 2);
    await file.append("dd", 4, 2);
    await file.flush(4, { retainUncommittedData: true });
    assert.equal(await read(file), "aacc");
    await file.flush(6);
    assert.equal(await read(file), "aaccdd");
  });

  test("with headers, and closing", async (t) => {
    const file = await anEmptyFile(t);
    await file.append("hello", 0, 5);
    const pathHttpHeaders = { contentType: "text/plain", cacheControl: "no-cache", contentLanguage: "de", contentEncoding: "gzip", contentDisposition: "inline", contentMD5: md5("hello") };
    await file.flush(5, { close: true, pathHttpHeaders });
    const found = await file.getProperties();
    assert.deepEqual([found.contentType, found.cacheControl, found.contentLanguage, found.contentEncoding, found.contentDisposition], ["text/plain", "no-cache", "de", "gzip", "inline"]);
    assert.deepEqual(Buffer.from(found.contentMD5), Buffer.from(md5("hello")));
  });

  test("on conditions", async (t) => {
    const file = await anEmptyFile(t);
    const { etag } = await file.getProperties();
    await file.append("hello", 0, 5);
    await refused(file.flush(5, { conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    await refused(file.flush(5, { conditions: { ifNoneMatch: etag } }), 412, "ConditionNotMet");
    await refused(file.flush(5, { conditions: { ifModifiedSince: new Date(Date.now() + 3_600_000) } }), 412, "ConditionNotMet");
    await refused(file.flush(5, { conditions: { ifUnmodifiedSince: new Date("2020-01-01") } }), 412, "ConditionNotMet");
    await file.flush(5, { conditions: { ifMatch: etag } });
  });

  test("with leases", async (t) => {
    const file = await anEmptyFile(t);
    await file.append("a", 0, 1);
    await file.flush(1, { proposedLeaseId: LEASE, leaseDurationInSeconds: 15, leaseAction: "acquire" });
    assert.equal(await leaseState(file), "leased");
    await file.append("b", 1, 1, leased(LEASE));
    await refused(file.flush(2), 412, "LeaseIdMissing");
    await file.flush(2, { ...leased(LEASE), leaseAction: "auto-renew" });
    await file.flush(2, { ...leased(LEASE), leaseAction: "release" });
    assert.equal(await leaseState(file), "available");
    await file.append("c", 2, 1);
    await file.flush(3, { proposedLeaseId: LEASE, leaseDurationInSeconds: 15, leaseAction: "acquire-release" });
    assert.deepEqual([await read(file), await leaseState(file)], ["abc", "available"]);
  });

  test("of nothing", async (t) => {
    const file = await aFile(await aFileSystem(t));
    await file.flush(5);
    assert.equal(await read(file), "hello");
    await refused(file.flush(0), 400, "InvalidFlushPosition");
  });
});

describe("Upload and read", { skip }, () => {
  test("a buffer in one piece and in many", async (t) => {
    const fileSystem = await aFileSystem(t);
    const content = pattern(5 * MIB + 123);
    const whole = fileSystem.getFileClient("whole");
    await whole.upload(content, { metadata: { a: "1" }, pathHttpHeaders: { contentType: "text/plain" }, permissions: "0640", umask: "0000" });
    assert.ok((await whole.readToBuffer()).equals(content));
    const { metadata, contentType } = await whole.getProperties();
    assert.deepEqual([metadata, contentType], [{ a: "1" }, "text/plain"]);
    const pieces = fileSystem.getFileClient("pieces");
    await pieces.upload(content, { singleUploadThreshold: MIB, chunkSize: MIB, maxConcurrency: 4, close: true });
    assert.ok((await pieces.readToBuffer(0, undefined, { chunkSize: MIB, concurrency: 3 })).equals(content));
    await fileSystem.getFileClient("empty").upload(Buffer.alloc(0));
    assert.equal((await fileSystem.getFileClient("empty").getProperties()).contentLength, 0);
  });

  test("a stream, and a file on the disk", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "datalake"));
    t.after(() => rm(folder, { recursive: true }));
    const content = pattern(3 * MIB + 7);
    const fileSystem = await aFileSystem(t);
    const streamed = fileSystem.getFileClient("streamed");
    await streamed.uploadStream(Readable.from([content.subarray(0, MIB + 1), content.subarray(MIB + 1)]), { chunkSize: MIB, maxConcurrency: 2 });
    assert.ok((await streamed.readToBuffer()).equals(content));
    const file = fileSystem.getFileClient("file");
    await writeFile(join(folder, "from"), content);
    await file.uploadFile(join(folder, "from"));
    await file.readToFile(join(folder, "to"));
    assert.ok((await readFile(join(folder, "to"))).equals(content));
  });

  test("ranges", async (t) => {
    const file = await aFile(await aFileSystem(t), "file", "hello world");
    assert.equal(await read(file, 6, 3), "wor");
    const answer = await file.read(6);
    assert.deepEqual([statusOf(answer), answer.contentRange, answer.contentLength], [206, "bytes 6-10/11", 5]);
    for await (const piece of answer.readableStreamBody) assert.equal(piece.toString(), "world");
    const hashed = await file.read(0, 5, { rangeGetContentMD5: true });
    assert.deepEqual(Buffer.from(hashed.contentMD5 ?? hashed.fileContentMD5), Buffer.from(md5("hello")));
    for await (const _ of hashed.readableStreamBody);
    await refused(file.readToBuffer(11, 1), 416, "InvalidRange");
  });

  test("by the endpoint's own Read", async (t) => {
    const fileSystem = await aFileSystem(t);
    const { name } = fileSystem;
    await aFile(fileSystem, "file", "hello", { metadata: { a: "1" } });
    const answer = await lake.ask("GET", `/${name}/file`, { headers: { Range: "bytes=1-3", Accept: "application/json" } });
    assert.deepEqual([answer.status, answer.body, answer.headers["content-range"]], [206, "ell", "bytes 1-3/5"]);
    assert.deepEqual([answer.headers["x-ms-resource-type"], answer.headers["x-ms-properties"]], ["file", "a=MQ=="]);
    const none = await lake.ask("GET", `/${name}/none`, { headers: { Accept: "application/json" } });
    expectJson(none, 404, "PathNotFound", "The specified path does not exist.");
    const outside = await lake.ask("GET", `/${name}/file`, { headers: { Range: "bytes=5-", Accept: "application/json" } });
    expectJson(outside, 416, "InvalidRange", "The range specified is invalid for the current size of the resource.");
  });

  test("on conditions and leases", async (t) => {
    const file = await aFile(await aFileSystem(t));
    const { etag } = await file.getProperties();
    await refused(file.readToBuffer(0, 5, { conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    assert.equal((await file.readToBuffer(0, 5, { conditions: { ifMatch: etag } })).toString(), "hello");
    const unchanged = await lake.ask("GET", new URL(file.url).pathname.replace(`/${lake.name}`, ""), { headers: { "If-None-Match": etag } });
    assert.equal(unchanged.status, 304);
    await file.getDataLakeLeaseClient(LEASE).acquireLease(-1);
    assert.equal(await read(file), "hello");
  });

  test("what is not there", async (t) => {
    const fileSystem = await aFileSystem(t);
    await refused(fileSystem.getFileClient("none").readToBuffer(0, 1), 404, READ_MISSING);
  });

  test("query", async (t) => {
    const file = await aFile(await aFileSystem(t), "file", "100,200\n150,250\n");
    const answer = await file.query("select _2 from BlobStorage where _1 > 120");
    let text = "";
    for await (const piece of answer.readableStreamBody) text += piece;
    assert.equal(text, "250\n");
  });
});
