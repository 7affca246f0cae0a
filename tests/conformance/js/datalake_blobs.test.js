// The Blob API over the data of a hierarchical account: what is the same, what the namespace changes, what is refused.
// And the Data Lake API over the data of an account without a namespace.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { all, base64, names, put, refused, textOf } from "./env.js";
import { acl, aDirectory, aFile, aFileSystem, everyName, expectJson, headerOf, lake, ownLake, read, skip, statusOf, write } from "./datalake_env.js";

const UNSUPPORTED = "FeatureNotYetSupportedForHierarchicalNamespaceAccounts";
const containerOf = (fileSystem, { blobs } = lake) => blobs.getContainerClient(fileSystem.name);

describe("Blobs of a hierarchical account", { skip }, () => {
  test("the same data by both ways", async (t) => {
    const fileSystem = await aFileSystem(t);
    const container = containerOf(fileSystem);
    await aFile(fileSystem, "a/file", "hello", { metadata: { m: "1" } });
    const blob = container.getBlockBlobClient("a/file");
    assert.equal(await textOf(blob), "hello");
    const found = await blob.getProperties();
    assert.deepEqual([found.metadata, found.blobType, headerOf(found, "x-ms-permissions")], [{ m: "1" }, "BlockBlob", "rw-r-----"]);
    assert.deepEqual(["owner", "group", "resource-type"].map((name) => headerOf(found, `x-ms-${name}`)), ["$superuser", "$superuser", "file"]);
    await put(container.getBlockBlobClient("b/c/blob"), "from the other side");
    assert.deepEqual(await everyName(fileSystem), ["a", "a/file", "b", "b/c", "b/c/blob"]);
    assert.equal(await read(fileSystem.getFileClient("b/c/blob")), "from the other side");
    assert.equal((await lake.blobs.getAccountInfo()).isHierarchicalNamespaceEnabled, true);
  });

  test("listed whole and by levels", async (t) => {
    const fileSystem = await aFileSystem(t);
    const container = containerOf(fileSystem);
    for (const name of ["a/b/1", "a/2", "3"]) await aFile(fileSystem, name);
    await aDirectory(fileSystem, "empty");
    assert.deepEqual(await names(container.listBlobsFlat()), ["3", "a", "a/2", "a/b", "a/b/1", "empty"]);
    const kinds = (await all(container.listBlobsFlat({ includeMetadata: true }))).map(({ name, metadata }) => [name, metadata?.hdi_isfolder]);
    assert.deepEqual(kinds.filter(([, folder]) => folder === "true").map(([name]) => name), ["a", "a/b", "empty"]);
    const level = async (prefix) => (await all(container.listBlobsByHierarchy("/", { prefix }))).map(({ kind, name }) => `${kind} ${name}`);
    assert.deepEqual((await level()).sort(), ["blob 3", "prefix a/", "prefix empty/"]);
    assert.deepEqual((await level("a/")).sort(), ["blob a/2", "prefix a/b/"]);
    const flat = await all(container.listBlobsFlat().byPage({ maxPageSize: 2 }));
    assert.deepEqual(flat.map((page) => page.segment.blobItems.length), [2, 2, 2]);
  });

  test("a directory, as a blob", async (t) => {
    const fileSystem = await aFileSystem(t);
    const container = containerOf(fileSystem);
    await aDirectory(fileSystem, "a", { metadata: { m: "1" } });
    const directory = container.getBlockBlobClient("a");
    const found = await directory.getProperties();
    assert.deepEqual([found.contentLength, found.metadata, headerOf(found, "x-ms-resource-type")], [0, { hdi_isfolder: "true", m: "1" }, "directory"]);
    await aFile(fileSystem, "a/file");
    const error = await refused(directory.delete(), 409, "DirectoryIsNotEmpty");
    assert.match(error.message, /This operation is not permitted on a non-empty directory\./);
    await refused(directory.delete({ deleteSnapshots: "include" }), 400, "OperationNotSupportedOnDirectory");
    await refused(directory.createSnapshot(), 400, "OperationNotSupportedOnDirectory");
    // A blob cannot take a directory's place, nor stand below a blob.
    await refused(put(directory, "text"), 409, "ResourceTypeMismatch");
    await refused(put(container.getBlockBlobClient("a/file/below"), "text"), 409, "ResourceTypeMismatch");
    await container.getBlockBlobClient("a/file").delete();
    assert.equal(statusOf(await directory.delete()), 202);
    assert.deepEqual(await everyName(fileSystem), []);
  });

  test("directories made as markers", async (t) => {
    const fileSystem = await aFileSystem(t);
    await put(containerOf(fileSystem).getBlockBlobClient("a/marker"), "", { metadata: { hdi_isfolder: "true" } });
    assert.equal((await fileSystem.getDirectoryClient("a/marker").getSystemProperties()).isDirectory, true);
    await aFile(fileSystem, "a/marker/file");
  });

  test("a name with empty segments", async (t) => {
    const fileSystem = await aFileSystem(t);
    await put(containerOf(fileSystem).getBlockBlobClient("a//b"), "text");
    assert.deepEqual(await everyName(fileSystem), ["a", "a/b"]);
  });

  test("written by one API and changed by the other", async (t) => {
    const fileSystem = await aFileSystem(t);
    const container = containerOf(fileSystem);
    const file = await aFile(fileSystem);
    const blob = container.getBlockBlobClient("file");
    // "Blobs created by Path - Create can't be overwritten by Put Block or Put Block List, but by Put Blob."
    await refused(blob.stageBlock(base64("1"), "a", 1), 409, "BlobOperationNotSupported");
    await refused(blob.commitBlockList([]), 409, "BlobOperationNotSupported");
    // "Its blocks aren't visible to Get Block List."
    assert.deepEqual((await blob.getBlockList("all")).committedBlocks ?? [], []);
    await put(blob, "blob");
    const error = await refused(file.append("!", 4, 1), 409, "InvalidAppendOperation");
    assert.match(error.message, /The resource was created or modified by the Azure Blob Service API and cannot be appended to/);
    await refused(file.flush(4), 409, "InvalidFlushOperation");
    await file.create();
    await write(file, "file");
    assert.equal(await textOf(blob), "file");
    await blob.setMetadata({ a: "1" });
    await write(file, "!", 4);
    assert.equal(await textOf(blob), "file!");
  });

  test("what such accounts do not have", async (t) => {
    const fileSystem = await aFileSystem(t);
    const container = containerOf(fileSystem);
    await refused(container.getPageBlobClient("page").create(512), 409, UNSUPPORTED);
    const { set } = await ownLake();
    await assert.rejects(set({ blobVersioning: true }));
    await assert.rejects(ownLake({ blobVersioning: true }));
  });

  test("append blobs", async (t) => {
    const fileSystem = await aFileSystem(t);
    const blob = containerOf(fileSystem).getAppendBlobClient("a/log");
    await blob.create();
    await blob.appendBlock("one", 3);
    await blob.appendBlock("two", 3);
    assert.equal(await read(fileSystem.getFileClient("a/log")), "onetwo");
  });

  test("copies, tiers and leases", async (t) => {
    const fileSystem = await aFileSystem(t);
    const container = containerOf(fileSystem);
    await aFile(fileSystem, "a/file");
    const copy = container.getBlockBlobClient("b/copy");
    await (await copy.beginCopyFromURL(container.getBlobClient("a/file").url)).pollUntilDone();
    assert.equal(await read(fileSystem.getFileClient("b/copy")), "hello");
    await copy.setAccessTier("Cool");
    assert.equal((await fileSystem.getFileClient("b/copy").getProperties()).accessTier, "Cool");
    await copy.getBlobLeaseClient().acquireLease(15);
    await refused(fileSystem.getFileClient("b/copy").delete(), 412, "LeaseIdMissing");
  });

  test("the kind of account stays once it has containers", async () => {
    const { service, set } = await ownLake();
    await set({ hierarchicalNamespace: false });
    await set({ hierarchicalNamespace: true });
    await service.getFileSystemClient("filesystem").create();
    await assert.rejects(set({ hierarchicalNamespace: false }));
  });
});

describe("Data Lake over an account without a namespace", { skip }, () => {
  let made;
  const aFlatAccount = () => (made ??= ownLake({ hierarchicalNamespace: false }));
  const MESSAGE = "This operation is only supported on a hierarchical namespace account.";

  test("files and directories, which are marked blobs", async (t) => {
    const { service, blobs, ask } = await aFlatAccount();
    const fileSystem = await aFileSystem(t, service);
    const file = await aFile(fileSystem, "a/b/file", "hello", { metadata: { m: "1" } });
    assert.equal(await read(file), "hello");
    const directory = await aDirectory(fileSystem, "d");
    const marker = await blobs.getContainerClient(fileSystem.name).getBlobClient("d").getProperties();
    assert.deepEqual([marker.contentLength, marker.metadata.hdi_isfolder], [0, "true"]);
    const container = await ask("HEAD", `/${fileSystem.name}`, { query: "resource=filesystem" });
    assert.equal(container.headers["x-ms-namespace-enabled"], "false");
    assert.deepEqual((await all(fileSystem.listPaths({ recursive: true }))).map(({ name, isDirectory }) => [name, isDirectory ?? false]).filter(([name]) => name.length < 2 || name.endsWith("file")), [["a/b/file", false], ["d", true]]);
    assert.deepEqual((await all(fileSystem.listPaths({ path: "a/b" }))).map(({ name }) => name), ["a/b/file"]);
    await file.delete();
    await directory.delete(true);
    assert.deepEqual(await everyName(fileSystem), []);
  });

  test("rename", async (t) => {
    const { byHost } = await aFlatAccount();
    const fileSystem = await aFileSystem(t, byHost);
    const file = await aFile(fileSystem, "from");
    await file.move("to");
    assert.deepEqual([await everyName(fileSystem), await read(fileSystem.getFileClient("to"))], [["to"], "hello"]);
    await aFile(fileSystem, "directory/file");
    await refused(fileSystem.getFileClient("none").move("to"), 404, "SourcePathNotFound");
  });

  test("no access control", async (t) => {
    const { service, ask } = await aFlatAccount();
    const fileSystem = await aFileSystem(t, service);
    const file = await aFile(fileSystem);
    await refused(file.getAccessControl(), 400, "HierarchicalNamespaceNotEnabled");
    const error = await refused(file.setAccessControl(acl("user::rwx,group::r-x,other::---")), 400, "HierarchicalNamespaceNotEnabled");
    assert.ok(error.message.startsWith(MESSAGE));
    const recursive = await ask("PATCH", `/${fileSystem.name}/file`, { query: "action=setAccessControlRecursive&mode=set", headers: { "x-ms-acl": "user::rwx,group::r-x,other::---" } });
    expectJson(recursive, 400, "HierarchicalNamespaceNotEnabled", MESSAGE);
    const created = await ask("PUT", `/${fileSystem.name}/other`, { query: "resource=file", headers: { "x-ms-permissions": "0640" } });
    expectJson(created, 400, "HierarchicalNamespaceNotEnabled", MESSAGE);
    assert.equal(headerOf(await file.getProperties(), "x-ms-owner"), undefined);
  });

  test("no expiry", async (t) => {
    const { service } = await aFlatAccount();
    const file = await aFile(await aFileSystem(t, service));
    await refused(file.setExpiry("RelativeToNow", { timeToExpireInMs: 1000 }), 400, "HierarchicalNamespaceNotEnabled");
  });

  test("no endpoint beside soft delete", async () => {
    const { service } = await ownLake({ hierarchicalNamespace: false });
    await service.setProperties({ deleteRetentionPolicy: { enabled: true, days: 1 } });
    const fileSystem = service.getFileSystemClient("filesystem");
    await fileSystem.create();
    // Arrow, which runs against the service: "Conflict - This endpoint does not support BlobStorageEvents or SoftDelete."
    const error = await refused(fileSystem.getFileClient("file").create(), 409, "EndpointUnsupportedAccountFeatures");
    assert.match(error.message, /This endpoint does not support BlobStorageEvents or SoftDelete\./);
  });
});
