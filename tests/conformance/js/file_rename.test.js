// Rename File and Rename Directory, with every option.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FileSystemAttributes, ShareFileClient, ShareSASPermissions } from "@azure/storage-file-share";
import { options, refused } from "./env.js";
import {
  ADMINISTRATORS,
  aDirectory,
  aFile,
  aShare,
  filesByHost,
  LEASE,
  leased,
  listing,
  minutes,
  namesIn,
  OTHER_LEASE,
  read,
  sameTime,
  SOME_TIME,
  statusOf,
} from "./file_env.js";

const aRoot = async (t) => (await aShare(t, {}, filesByHost)).rootDirectoryClient;
const READ_ONLY = { fileAttributes: FileSystemAttributes.parse("ReadOnly") };
const HIDDEN = { fileAttributes: "Hidden", fileCreationTime: SOME_TIME.toISOString(), fileLastWriteTime: SOME_TIME.toISOString() };

describe("Rename File", () => {
  test("elsewhere, with all it has", async (t) => {
    const root = await aRoot(t);
    const directory = await aDirectory(root, "d");
    const file = await aFile(root, "hello", { metadata: { a: "1" } });
    const before = await file.getProperties();
    const { destinationFileClient: renamed, fileRenameResponse: answer } = await file.rename("d/to");
    assert.deepEqual(
      [statusOf(answer), answer.fileId, answer.fileParentId],
      [200, before.fileId, (await directory.getProperties()).fileId],
    );
    const after = await renamed.getProperties();
    assert.deepEqual([await read(renamed), after.metadata, after.fileCreatedOn], ["hello", { a: "1" }, before.fileCreatedOn]);
    assert.deepEqual([await namesIn(root), await namesIn(directory)], [["d"], ["to"]]);
    await refused(file.rename("other"), 404, "ResourceNotFound");
  });

  test("with other properties", async (t) => {
    const share = await aShare(t, {}, filesByHost);
    const file = await aFile(share.rootDirectoryClient);
    const { destinationFileClient: renamed } = await file.rename("to", {
      copyFileSmbInfo: HIDDEN,
      metadata: { b: "2" },
      contentType: "text/csv",
      filePermission: ADMINISTRATORS,
    });
    const found = await renamed.getProperties();
    assert.deepEqual([found.fileAttributes, found.metadata, found.contentType], ["Hidden", { b: "2" }, "text/csv"]);
    sameTime(found.fileCreatedOn, SOME_TIME);
    assert.equal((await share.getPermission(found.filePermissionKey)).permission, ADMINISTRATORS);
  });

  test("over another", async (t) => {
    const root = await aRoot(t);
    const file = await aFile(root, "new");
    await aFile(root, 3, { name: "to", ...READ_ONLY });
    await refused(file.rename("to"), 409, "ResourceAlreadyExists");
    await refused(file.rename("to", { replaceIfExists: true }), 409, "ReadOnlyAttribute");
    await file.rename("to", { replaceIfExists: true, ignoreReadOnly: true });
    assert.deepEqual([await namesIn(root), await read(root.getFileClient("to"))], [["to"], "new"]);
  });

  test("leased", async (t) => {
    const root = await aRoot(t);
    const file = await aFile(root, "new");
    const other = await aFile(root, "old", { name: "to" });
    await file.getShareLeaseClient(LEASE).acquireLease();
    await other.getShareLeaseClient(OTHER_LEASE).acquireLease();
    const source = { sourceLeaseAccessConditions: { leaseId: LEASE } };
    const destination = { destinationLeaseAccessConditions: { leaseId: OTHER_LEASE } };
    await refused(file.rename("to", { replaceIfExists: true, ...destination }), 412, "LeaseIdMissing");
    await refused(file.rename("to", { replaceIfExists: true, ...source }), 412, "LeaseIdMissing");
    await refused(
      file.rename("x", { sourceLeaseAccessConditions: { leaseId: OTHER_LEASE } }),
      412,
      "LeaseIdMismatchWithFileOperation",
    );
    await file.rename("to", { replaceIfExists: true, ...source, ...destination });
    assert.equal(await read(root.getFileClient("to"), 0, undefined, leased(LEASE)), "new");
  });

  test("by a SAS of the share", async (t) => {
    const share = await aShare(t, {}, filesByHost);
    await aFile(share.rootDirectoryClient);
    const url = new URL(share.generateSasUrl({ expiresOn: minutes(60), permissions: ShareSASPermissions.parse("rcwd") }));
    const file = new ShareFileClient(`${share.url}/file${url.search}`, undefined, options);
    const { destinationFileClient: renamed } = await file.rename(`to${url.search}`);
    assert.equal(await read(renamed), "hello");
  });

  test("refusals", async (t) => {
    const root = await aRoot(t);
    const file = await aFile(root);
    await refused(file.rename("no/where"), 404, "ParentNotFound");
    await refused(file.rename("a:b"), 400, "InvalidResourceName");
    await refused(file.rename("to", { filePermission: "everybody" }), 400, "FileInvalidPermission");
    await refused(file.rename("to", { filePermissionKey: "1*2" }), 400, "FileInvalidPermissionKey");
    await refused(file.rename("to", { metadata: { "a-b": "1" } }), 400, "InvalidMetadata");
    await aDirectory(root, "d");
    await refused(file.rename("d", { replaceIfExists: true }), 409, "ResourceAlreadyExists");
    await refused(root.getFileClient("d").rename("e"), 409, "ResourceTypeMismatch");
  });
});

describe("Rename Directory", () => {
  test("with all it holds", async (t) => {
    const root = await aRoot(t);
    const inner = await aDirectory(await aDirectory(root, "a"), "b");
    const file = await aFile(inner, "deep");
    const before = await file.getProperties();
    const { destinationDirectoryClient: renamed, directoryRenameResponse: answer } = await root
      .getDirectoryClient("a")
      .rename("z", {
        copyFileSmbInfo: HIDDEN,
        metadata: { b: "2" },
      });
    assert.equal(statusOf(answer), 200);
    const found = await renamed.getProperties();
    assert.deepEqual([found.fileAttributes, found.metadata], ["Hidden | Directory", { b: "2" }]);
    const after = await renamed.getDirectoryClient("b").getFileClient("file").getProperties();
    assert.deepEqual([after.etag, after.fileId, after.lastModified], [before.etag, before.fileId, before.lastModified]);
    await refused(file.getProperties(), 404, "ParentNotFound");
  });

  test("over a file", async (t) => {
    const root = await aRoot(t);
    const directory = await aDirectory(root, "d");
    await aFile(root, 1, READ_ONLY);
    await refused(directory.rename("file"), 409, "ResourceAlreadyExists");
    await refused(directory.rename("file", { replaceIfExists: true }), 409, "ReadOnlyAttribute");
    await directory.rename("file", { replaceIfExists: true, ignoreReadOnly: true });
    assert.deepEqual(
      (await listing(root)).map(({ name, kind }) => [name, kind]),
      [["file", "directory"]],
    );
  });

  test("over a leased file", async (t) => {
    const root = await aRoot(t);
    const directory = await aDirectory(root, "d");
    await (await aFile(root)).getShareLeaseClient(LEASE).acquireLease();
    await refused(directory.rename("file", { replaceIfExists: true }), 412, "LeaseIdMissing");
    await directory.rename("file", { replaceIfExists: true, destinationLeaseAccessConditions: { leaseId: LEASE } });
  });

  test("refusals", async (t) => {
    const root = await aRoot(t);
    const directory = await aDirectory(root, "d");
    await aDirectory(root, "e");
    await aDirectory(directory, "inner");
    await refused(directory.rename("e", { replaceIfExists: true }), 409, "ResourceAlreadyExists");
    await refused(directory.rename("d/inner/d"), 400, "InvalidInput");
    await refused(directory.rename("no/where"), 404, "ParentNotFound");
    await refused(directory.rename("a*b"), 400, "InvalidResourceName");
    await refused(root.getDirectoryClient("missing").rename("f"), 404, "ResourceNotFound");
    await aFile(root);
    await refused(root.getDirectoryClient("file").rename("f"), 409, "ResourceTypeMismatch");
  });
});
