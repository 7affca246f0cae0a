// Directories: create, properties, metadata, delete, names, trailing dots, List Directories and Files, handles.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FileSystemAttributes, ShareClient } from "@azure/storage-file-share";
import { all, ETAG, options, refused } from "./env.js";
import {
  aDirectory,
  aFile,
  aRoot,
  aShare,
  ask,
  credential,
  filesByHost,
  headerOf,
  listing,
  namesIn,
  sameTime,
  SOME_TIME,
  statusOf,
} from "./file_env.js";
import { expectError } from "./raw.js";

describe("Create Directory", () => {
  test("answer", async (t) => {
    const root = await aRoot(t);
    const directory = root.getDirectoryClient("d");
    const fileAttributes = FileSystemAttributes.parse("Hidden|System");
    const answer = await directory.create({
      fileAttributes,
      creationTime: SOME_TIME,
      lastWriteTime: SOME_TIME,
      changeTime: SOME_TIME,
      metadata: { a: "1" },
    });
    assert.equal(statusOf(answer), 201);
    assert.match(answer.etag, ETAG);
    assert.deepEqual([answer.fileAttributes, answer.fileParentId], ["Hidden | System | Directory", "0"]);
    const found = await directory.getProperties();
    assert.deepEqual(
      [found.fileAttributes, found.metadata, found.fileId],
      ["Hidden | System | Directory", { a: "1" }, answer.fileId],
    );
    for (const time of [found.fileCreatedOn, found.fileLastWriteOn, found.fileChangeOn]) sameTime(time, SOME_TIME);
    assert.equal((await directory.createIfNotExists()).succeeded, false);
  });

  test("inside another", async (t) => {
    const share = await aShare(t);
    const { directoryClient: outer } = await share.createDirectory("outer");
    const { directoryClient: inner } = await outer.createSubdirectory("inner");
    assert.equal((await inner.getProperties()).fileParentId, (await outer.getProperties()).fileId);
    await refused(outer.delete(), 409, "DirectoryNotEmpty");
    await outer.deleteSubdirectory("inner");
    await share.deleteDirectory("outer");
    assert.equal(await outer.exists(), false);
  });

  test("refusals", async (t) => {
    const share = await aShare(t);
    const root = share.rootDirectoryClient;
    await aDirectory(root, "d");
    await refused(root.getDirectoryClient("D").create(), 409, "ResourceAlreadyExists");
    await refused(root.getDirectoryClient("no").getDirectoryClient("where").create(), 404, "ParentNotFound");
    await refused(root.getDirectoryClient("a:b").create(), 400, "InvalidResourceName");
    await refused(root.getDirectoryClient("x").create({ filePermission: "everybody" }), 400, "FileInvalidPermission");
    await refused(root.getDirectoryClient("x").create({ metadata: { "a-b": "1" } }), 400, "InvalidMetadata");
    await share.delete();
    await refused(root.getDirectoryClient("x").create(), 404, "ShareNotFound");
  });
});

describe("Directory properties", () => {
  test("set", async (t) => {
    const directory = await aDirectory(await aRoot(t));
    const before = await directory.getProperties();
    await directory.setProperties({ fileAttributes: FileSystemAttributes.parse("Hidden"), creationTime: SOME_TIME });
    const after = await directory.getProperties();
    assert.equal(after.fileAttributes, "Hidden | Directory");
    sameTime(after.fileCreatedOn, SOME_TIME);
    assert.deepEqual(after.fileLastWriteOn, before.fileLastWriteOn);
    await directory.setProperties({ fileAttributes: "preserve", lastWriteTime: SOME_TIME, filePermission: "preserve" });
    assert.equal((await directory.getProperties()).fileAttributes, "Hidden | Directory");
    await directory.setMetadata({ a: "1" });
    assert.deepEqual((await directory.getProperties()).metadata, { a: "1" });
    await directory.setMetadata();
    assert.deepEqual((await directory.getProperties()).metadata, {});
  });

  test("refusals", async (t) => {
    const root = await aRoot(t);
    await aFile(root);
    for (const [name, status, code] of [
      ["missing", 404, "ResourceNotFound"],
      ["missing/deep", 404, "ParentNotFound"],
      ["file", 409, "ResourceTypeMismatch"],
    ]) {
      const directory = root.getDirectoryClient(name);
      for (const call of [() => directory.setProperties(), () => directory.setMetadata({}), () => directory.delete()])
        await refused(call(), status, code);
      await refused(directory.getProperties(), 404, name === "file" ? "ResourceNotFound" : code);
    }
    const directory = await aDirectory(root);
    await refused(directory.setMetadata({ "a-b": "1" }), 400, "InvalidMetadata");
    await refused(directory.setMetadata({ a: "x".repeat(8192) }), 400, "MetadataTooLarge");
    await refused(directory.setProperties({ filePermissionKey: "1*2" }), 400, "FileInvalidPermissionKey");
    await directory.setProperties({ fileAttributes: FileSystemAttributes.parse("ReadOnly") });
    await refused(directory.delete(), 409, "ReadOnlyAttribute");
    await directory.setProperties({ fileAttributes: FileSystemAttributes.parse("None") });
    assert.equal(statusOf(await directory.delete()), 202);
    assert.equal((await directory.deleteIfExists()).succeeded, false);
  });
});

describe("Names", () => {
  for (const name of ["Grüße, 世界 🌍", "a b+c&d=e#f", "sp  ace", "'quoted'", "x".repeat(255)]) {
    test(`kept: ${name.slice(0, 20)}`, async (t) => {
      const root = await aRoot(t);
      const directory = await aDirectory(root, name);
      await aFile(directory, "x", { name });
      assert.deepEqual([await namesIn(root), await namesIn(directory)], [[name], [name]]);
    });
  }

  test("letter case does not count", async (t) => {
    const root = await aRoot(t);
    await aFile(root, "hello", { name: "ReadMe.TXT" });
    assert.equal((await root.getFileClient("readme.txt").getProperties()).contentLength, 5);
    assert.deepEqual(await namesIn(root, { prefix: "README" }), ["ReadMe.TXT"]);
  });

  test("dots at the end", async (t) => {
    const share = await aShare(t, {}, filesByHost);
    await aDirectory(share, "d..");
    assert.deepEqual(await namesIn(share.rootDirectoryClient), ["d"]);
    const keeping = new ShareClient(share.url, credential, { ...options, allowTrailingDot: true, allowSourceTrailingDot: true });
    const directory = await aDirectory(keeping, "e..");
    await aFile(directory, "x", { name: "f." });
    assert.deepEqual(await namesIn(keeping.rootDirectoryClient), ["d", "e.."]);
    assert.deepEqual(await namesIn(directory), ["f."]);
    const { destinationDirectoryClient: renamed } = await directory.rename("g..");
    assert.equal(await renamed.exists(), true);
    const forgetting = new ShareClient(share.url, credential, { ...options, allowTrailingDot: true });
    await refused(forgetting.getDirectoryClient("g..").rename("h"), 404, "ResourceNotFound");
  });
});

describe("List Directories and Files", () => {
  const NAMES = ["alpha", "Beta", "charlie", "Delta"];
  async function filled(t) {
    const root = await aRoot(t);
    for (const [index, name] of NAMES.entries()) await (index % 2 ? aDirectory(root, name) : aFile(root, index + 1, { name }));
    return root;
  }

  test("order, prefix, pages", async (t) => {
    const root = await filled(t);
    const found = await listing(root); // this SDK shows the files of a page first
    assert.deepEqual(
      found.map(({ name, kind }) => [name, kind]),
      [
        ["alpha", "file"],
        ["charlie", "file"],
        ["Beta", "directory"],
        ["Delta", "directory"],
      ],
    );
    assert.equal(found[1].properties.contentLength, 3);
    assert.deepEqual(await namesIn(root, { prefix: "b" }), ["Beta"]);
    for (const maxPageSize of [1, 2, 3, 4, 5]) {
      const pages = await all(root.listFilesAndDirectories().byPage({ maxPageSize }));
      const sizes = pages.map(({ segment }) => segment.fileItems.length + segment.directoryItems.length);
      assert.deepEqual(
        sizes,
        Array.from({ length: Math.ceil(4 / maxPageSize) }, (_, page) => Math.min(maxPageSize, 4 - page * maxPageSize)),
      );
    }
  });

  test("what is included", async (t) => {
    const root = await filled(t);
    const [file, , directory] = await listing(root, {
      includeTimestamps: true,
      includeEtag: true,
      includeAttributes: true,
      includePermissionKey: true,
    });
    const shown = await root.getFileClient("alpha").getProperties();
    assert.deepEqual([file.fileId, file.attributes, file.permissionKey], [shown.fileId, "Archive", shown.filePermissionKey]);
    assert.deepEqual([file.properties.creationTime, file.properties.lastWriteTime], [shown.fileCreatedOn, shown.fileLastWriteOn]);
    assert.deepEqual([file.properties.lastModified, file.properties.etag], [shown.lastModified, shown.etag]);
    assert.equal(directory.attributes, "Directory");
    const [plain] = await listing(root);
    assert.deepEqual([plain.attributes, plain.properties.etag, plain.properties.creationTime], [undefined, undefined, undefined]);
    assert.equal(plain.fileId, shown.fileId);
  });

  test("refusals", async (t) => {
    const root = await filled(t);
    await refused(namesIn(root.getDirectoryClient("missing")), 404, "ResourceNotFound");
    await refused(namesIn(root.getDirectoryClient("alpha")), 409, "ResourceTypeMismatch");
    await refused(all(root.listFilesAndDirectories().byPage({ maxPageSize: -1 })), 400, "OutOfRangeQueryParameterValue");
    await refused(all(root.listFilesAndDirectories().byPage({ continuationToken: "none" })), 400, "OutOfRangeInput");
    expectError(
      await ask("GET", `/${root.shareName}`, { query: "restype=directory&comp=list&include=all" }),
      400,
      "InvalidQueryParameterValue",
    );
  });
});

describe("Handles", () => {
  test("nobody has one here", async (t) => {
    const root = await aRoot(t);
    const [directory, file] = [await aDirectory(root), await aFile(root)];
    assert.deepEqual(await all(directory.listHandles({ recursive: true })), []);
    assert.deepEqual(await all(file.listHandles()), []);
    assert.deepEqual(await directory.forceCloseAllHandles({ recursive: true }), { closedHandlesCount: 0, closeFailureCount: 0 });
    assert.deepEqual(await file.forceCloseAllHandles(), { closedHandlesCount: 0, closeFailureCount: 0 });
    const answer = await file.forceCloseHandle("1");
    assert.deepEqual([statusOf(answer), headerOf(answer, "x-ms-number-of-handles-closed")], [200, "0"]);
    await directory.forceCloseHandle("1");
    await refused(root.getFileClient("missing").forceCloseHandle("1"), 404, "ResourceNotFound");
    await refused(all(root.getDirectoryClient("missing").listHandles()), 404, "ResourceNotFound");
    await refused(file.forceCloseHandle("first"), 400, "InvalidHeaderValue");
  });
});
