// Copy File and Abort Copy File: from files, snapshots and blobs, with every option, and what is refused.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { BlobSASPermissions } from "@azure/storage-blob";
import { FileSystemAttributes, parseOctalFileMode, toOctalFileMode } from "@azure/storage-file-share";
import { aTextBlob, GUID, refused } from "./env.js";
import {
  ADMINISTRATORS, aDirectory, aFile, anNfsShare, aRoot, aShare, LEASE, leased, minutes, put, rangesOf, read, sameTime, SOME_TIME, statusOf,
} from "./file_env.js"; // prettier-ignore

const NOBODY = "00000000-0000-0000-0000-000000000000";
const source = (root) =>
  aFile(root, "hello", { name: "source", metadata: { a: "1" }, fileHttpHeaders: { fileContentType: "text/csv" } });

/** The properties of a file once its copy has ended. */
async function done(file) {
  let found = await file.getProperties();
  while (found.copyStatus === "pending") found = await file.getProperties();
  return found;
}

/** The URL of another server on this machine, which says that it has ten bytes and keeps them. */
async function waiting(t) {
  const server = createServer((request, response) => {
    response.writeHead(200, { "Content-Length": 10 });
    if (request.method === "HEAD") response.end();
    else response.write("half");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/file`;
}

describe("Copy File", () => {
  test("at once within an account", async (t) => {
    const root = await aRoot(t);
    const from = await source(root);
    const file = root.getFileClient("file");
    const copied = await file.startCopyFromURL(from.url);
    assert.deepEqual([statusOf(copied), copied.copyStatus], [202, "success"]);
    assert.match(copied.copyId, GUID);
    const found = await file.getProperties();
    assert.deepEqual(
      [found.copyId, found.copySource, found.copyStatus, found.copyProgress],
      [copied.copyId, from.url, "success", "5/5"],
    );
    assert.deepEqual([found.metadata, found.contentType, await read(file)], [{ a: "1" }, "text/csv", "hello"]);
  });

  test("from a snapshot", async (t) => {
    const share = await aShare(t);
    const from = await source(share.rootDirectoryClient);
    const { snapshot } = await share.createSnapshot();
    await put(from, "J");
    const file = share.rootDirectoryClient.getFileClient("file");
    await file.startCopyFromURL(from.withShareSnapshot(snapshot).url);
    assert.equal(await read(file), "hello");
  });

  test("nothing of what was never written", async (t) => {
    const root = await aRoot(t);
    const from = await aFile(root, 1 << 30, { name: "source" });
    await put(from, "x".repeat(512), 1 << 20);
    const file = root.getFileClient("file");
    await file.startCopyFromURL(from.url);
    assert.deepEqual(await rangesOf(file), [[1 << 20, (1 << 20) + 511]]);
  });

  test("from a blob", async (t) => {
    const file = (await aRoot(t)).getFileClient("file");
    const blob = await aTextBlob(t, "from a blob", { metadata: { a: "1" } });
    const url = await blob.generateSasUrl({ expiresOn: minutes(60), permissions: BlobSASPermissions.parse("r") });
    const { copyId } = await file.startCopyFromURL(url);
    const found = await done(file);
    assert.deepEqual([found.copyId, found.copyStatus, found.copyProgress], [copyId, "success", "11/11"]);
    assert.deepEqual([found.metadata, await read(file)], [{ a: "1" }, "from a blob"]);
    await refused(file.startCopyFromURL(blob.url), 401, "CannotVerifyCopySource");
  });

  test("attributes, times and permissions of the source, or others", async (t) => {
    const root = await aRoot(t);
    const from = await source(root);
    await from.setProperties({
      fileAttributes: FileSystemAttributes.parse("Hidden"),
      creationTime: SOME_TIME,
      lastWriteTime: SOME_TIME,
      changeTime: SOME_TIME,
      filePermission: ADMINISTRATORS,
    });
    const { filePermissionKey } = await from.getProperties();
    const file = root.getFileClient("file");
    await file.startCopyFromURL(from.url);
    const plain = await file.getProperties();
    assert.equal(plain.fileAttributes, "Archive");
    assert.notEqual(plain.filePermissionKey, filePermissionKey);
    const [fileAttributes, fileCreationTime, fileLastWriteTime, fileChangeTime] = Array(4).fill("source");
    const copyFileSmbInfo = {
      fileAttributes,
      fileCreationTime,
      fileLastWriteTime,
      fileChangeTime,
      filePermissionCopyMode: "source",
    };
    await file.startCopyFromURL(from.url, { copyFileSmbInfo });
    const found = await file.getProperties();
    assert.deepEqual([found.fileAttributes, found.filePermissionKey], ["Hidden", filePermissionKey]);
    for (const time of [found.fileCreatedOn, found.fileLastWriteOn, found.fileChangeOn]) sameTime(time, SOME_TIME);
    const override = { fileAttributes: "None", setArchiveAttribute: true, filePermissionCopyMode: "override" };
    await file.startCopyFromURL(from.url, { copyFileSmbInfo: override, filePermissionKey });
    const given = await file.getProperties();
    assert.deepEqual([given.fileAttributes, given.filePermissionKey], ["Archive", filePermissionKey]);
    await refused(
      file.startCopyFromURL(from.url, { copyFileSmbInfo: { filePermissionCopyMode: "override" } }),
      400,
      "MissingRequiredHeader",
    );
  });

  test("mode and owner on NFS shares", async (t) => {
    const root = (await anNfsShare(t)).rootDirectoryClient;
    const posixProperties = { owner: "7", group: "8", fileMode: parseOctalFileMode("0640") };
    const from = await aFile(root, 1, { name: "source", posixProperties });
    const file = root.getFileClient("file");
    const of = async () => {
      const { posixProperties: found } = await file.getProperties();
      return [toOctalFileMode(found.fileMode), found.owner, found.group];
    };
    await file.startCopyFromURL(from.url, { fileModeCopyMode: "source", fileOwnerCopyMode: "source" });
    assert.deepEqual(await of(), ["0640", "7", "8"]);
    await file.startCopyFromURL(from.url, {
      fileModeCopyMode: "override",
      fileOwnerCopyMode: "override",
      posixProperties: { owner: "1", group: "2", fileMode: parseOctalFileMode("0600") },
    });
    assert.deepEqual(await of(), ["0600", "1", "2"]);
  });

  test("refusals", async (t) => {
    const root = await aRoot(t);
    const from = await source(root);
    await aDirectory(root, "d");
    await refused(root.getFileClient("f").startCopyFromURL(`${from.url}x`), 404, "ResourceNotFound");
    await refused(root.getFileClient("f").startCopyFromURL("source"), 400, "InvalidHeaderValue");
    await refused(root.getFileClient("d").startCopyFromURL(from.url), 409, "ResourceTypeMismatch");
    await refused(root.getFileClient("no/where").startCopyFromURL(from.url), 404, "ParentNotFound");
    const file = await aFile(root, 1, { fileAttributes: FileSystemAttributes.parse("ReadOnly") });
    await refused(file.startCopyFromURL(from.url), 409, "ReadOnlyAttribute");
    await file.startCopyFromURL(from.url, { copyFileSmbInfo: { ignoreReadOnly: true } });
    await file.getShareLeaseClient(LEASE).acquireLease();
    await refused(file.startCopyFromURL(from.url), 412, "LeaseIdMissing");
    await file.startCopyFromURL(from.url, leased(LEASE));
  });
});

describe("Abort Copy File", () => {
  test("pending until then", async (t) => {
    const file = (await aRoot(t)).getFileClient("file");
    const { copyId, copyStatus } = await file.startCopyFromURL(await waiting(t));
    assert.equal(copyStatus, "pending");
    const found = await file.getProperties();
    assert.deepEqual([found.copyStatus, found.copyProgress, found.contentLength], ["pending", "0/10", 10]);
    await refused(put(file, "x"), 409, "PendingCopyOperation");
    await refused(file.delete(), 409, "PendingCopyOperation");
    await refused(file.abortCopyFromURL(NOBODY), 409, "CopyIdMismatch");
    assert.equal(statusOf(await file.abortCopyFromURL(copyId)), 204);
    await refused(file.abortCopyFromURL(copyId), 409, "NoPendingCopyOperation");
    const aborted = await file.getProperties();
    assert.deepEqual([aborted.copyStatus, aborted.contentLength], ["aborted", 0]);
  });

  test("nothing to abort", async (t) => {
    const root = await aRoot(t);
    await refused(root.getFileClient("missing").abortCopyFromURL(NOBODY), 404, "ResourceNotFound");
    await refused((await aFile(root)).abortCopyFromURL(NOBODY), 409, "NoPendingCopyOperation");
    await refused(root.getFileClient("missing").abortCopyFromURL("copynotstarted"), 400, "InvalidQueryParameterValue");
  });
});
