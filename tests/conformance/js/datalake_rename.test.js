// Rename of files and directories: over what is there, on conditions of both sides, with leases, and what refuses it.
// The SDK renames by `mode=legacy`, always; `posix` is asked for by requests of our own.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DataLakeFileClient, FileSystemSASPermissions } from "@azure/storage-file-datalake";
import { OTHER_ETAG, refused } from "./env.js";
import {
  accessOf,
  aDirectory,
  aFile,
  aFileSystem,
  aFileSystemByHost,
  ALICE,
  BOB,
  everyName,
  expectJson,
  headerOf,
  lake,
  LEASE,
  OTHER_LEASE,
  read,
  READ_MISSING,
  skip,
  statusOf,
} from "./datalake_env.js";

const IN_AN_HOUR = () => new Date(Date.now() + 3_600_000);
const destination = (conditions) => ({ destinationConditions: conditions });

describe("Rename File", { skip }, () => {
  test("elsewhere, with all it has", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    await aDirectory(fileSystem, "a");
    const file = await aFile(fileSystem, "from", "hello", { metadata: { a: "1" }, owner: ALICE, group: BOB, pathHttpHeaders: { contentType: "text/csv" } });
    const before = await file.getProperties();
    const renamed = await file.move("a/to");
    // Recordings of the service: the answer and the file have the ETag and the time of before.
    assert.deepEqual([statusOf(renamed), renamed.etag], [201, before.etag]);
    const to = fileSystem.getFileClient("a/to");
    const after = await to.getProperties();
    assert.deepEqual([await read(to), after.etag, after.metadata, after.contentType], ["hello", before.etag, { a: "1" }, "text/csv"]);
    assert.deepEqual([after.lastModified, after.createdOn], [before.lastModified, before.createdOn]);
    assert.deepEqual((await accessOf(to)).slice(0, 2), [ALICE, BOB]);
    assert.deepEqual(await everyName(fileSystem), ["a", "a/to"]);
    await refused(file.getProperties(), 404, READ_MISSING);
  });

  test("over a file", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const file = await aFile(fileSystem, "from", "new");
    await aFile(fileSystem, "to", "old");
    await refused(file.move("to", destination({ ifNoneMatch: "*" })), 409, "PathAlreadyExists");
    await file.move("to");
    assert.deepEqual([await everyName(fileSystem), await read(fileSystem.getFileClient("to"))], [["to"], "new"]);
  });

  test("to another filesystem", async (t) => {
    const [from, to] = [await aFileSystemByHost(t), await aFileSystemByHost(t)];
    const file = await aFile(from);
    await file.move(to.name, "moved");
    assert.deepEqual([await everyName(from), await read(to.getFileClient("moved"))], [[], "hello"]);
    await refused(to.getFileClient("moved").move("nonesuch", "moved"), 404, "FilesystemNotFound");
  });

  test("to itself", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const file = await aFile(fileSystem);
    // The reference has the code for directories; rename(2) of a file to itself does nothing.
    assert.equal(statusOf(await file.move("file")), 201);
    assert.equal(await read(file), "hello");
  });

  test("names that need encoding", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const names = ["a b", "a%20b", "a+b", "a=b&c", "ä", "it's (a) file!", "文件"];
    let file = await aFile(fileSystem, names[0]);
    for (const name of [...names.slice(1), "plain"]) {
      await file.move(encodeURIComponent(name)); // the SDK puts the name into a URL as it is
      file = fileSystem.getFileClient(name);
      assert.deepEqual([await everyName(fileSystem), await read(file)], [[name], "hello"]);
    }
  });

  test("what is not there", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const error = await refused(fileSystem.getFileClient("none").move("to"), 404, "SourcePathNotFound");
    assert.match(error.message, /The source path for a rename operation does not exist\./);
    await refused(fileSystem.getFileClient("none/below").move("to"), 404, "SourcePathNotFound");
  });

  test("where no directory is", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const file = await aFile(fileSystem);
    const error = await refused(file.move("none/to"), 404, "RenameDestinationParentPathNotFound");
    assert.match(error.message, /The parent directory of the destination path does not exist\./);
    await aFile(fileSystem, "other");
    await refused(file.move("other/to"), 409, "InvalidDestinationPath");
    assert.deepEqual(await everyName(fileSystem), ["file", "other"]);
  });

  test("onto a directory", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const file = await aFile(fileSystem);
    const directory = await aDirectory(fileSystem);
    await refused(file.move("directory"), 409, "InvalidSourceOrDestinationResourceType");
    await refused(directory.move("file"), 409, "InvalidSourceOrDestinationResourceType");
  });

  test("on conditions of the source", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const file = await aFile(fileSystem);
    const { etag } = await file.getProperties();
    const error = await refused(file.move("to", { conditions: { ifMatch: OTHER_ETAG } }), 412, "SourceConditionNotMet");
    assert.match(error.message, /The source condition specified using HTTP conditional header\(s\) is not met\./);
    await refused(file.move("to", { conditions: { ifNoneMatch: etag } }), 412, "SourceConditionNotMet");
    await refused(file.move("to", { conditions: { ifModifiedSince: IN_AN_HOUR() } }), 412, "SourceConditionNotMet");
    await refused(file.move("to", { conditions: { ifUnmodifiedSince: new Date("2020-01-01") } }), 412, "SourceConditionNotMet");
    await file.move("to", { conditions: { ifMatch: etag, ifUnmodifiedSince: IN_AN_HOUR() } });
  });

  test("on conditions of the destination", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const file = await aFile(fileSystem);
    const { etag } = await (await aFile(fileSystem, "to", "old")).getProperties();
    await refused(file.move("to", destination({ ifMatch: OTHER_ETAG })), 412, "ConditionNotMet");
    await refused(file.move("to", destination({ ifNoneMatch: etag })), 412, "ConditionNotMet");
    await refused(file.move("to", destination({ ifModifiedSince: IN_AN_HOUR() })), 412, "ConditionNotMet");
    await file.move("to", destination({ ifMatch: etag }));
    assert.equal(await read(fileSystem.getFileClient("to")), "hello");
  });

  test("with leases on both sides", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const file = await aFile(fileSystem);
    const to = await aFile(fileSystem, "to", "old");
    await file.getDataLakeLeaseClient(LEASE).acquireLease(-1);
    await refused(file.move("new"), 412, "LeaseIdMissing");
    await refused(file.move("new", { conditions: { leaseId: OTHER_LEASE } }), 412, "LeaseIdMismatch");
    await to.getDataLakeLeaseClient(OTHER_LEASE).acquireLease(-1);
    await refused(file.move("to", { conditions: { leaseId: LEASE } }), 412, "LeaseIdMissing");
    await file.move("to", { conditions: { leaseId: LEASE }, destinationConditions: { leaseId: OTHER_LEASE } });
    assert.equal(await read(fileSystem.getFileClient("to")), "hello");
  });

  test("by a SAS in the source and in the destination", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const file = await aFile(fileSystem);
    const sas = async (permissions) => {
      const url = await fileSystem.generateSasUrl({ permissions: FileSystemSASPermissions.parse(permissions), expiresOn: IN_AN_HOUR() });
      return url.slice(url.indexOf("?") + 1);
    };
    const bySas = new DataLakeFileClient(`${file.url}?${await sas("rdwm")}`);
    assert.equal(statusOf(await bySas.move(`to?${await sas("rcwm")}`)), 201);
    assert.deepEqual(await everyName(fileSystem), ["to"]);
    const reader = new DataLakeFileClient(`${fileSystem.getFileClient("to").url}?${await sas("r")}`);
    await refused(reader.move(`from?${await sas("cw")}`), 403, "AuthorizationPermissionMismatch");
  });
});

describe("Rename Directory", { skip }, () => {
  test("with everything in it, in one step", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    for (const name of ["from/a", "from/b/c", "from/b/d/e", "other/f"]) await aFile(fileSystem, name, name);
    const directory = fileSystem.getDirectoryClient("from");
    const { etag } = await directory.getProperties();
    const renamed = await directory.move("other/to");
    assert.deepEqual([statusOf(renamed), renamed.etag, headerOf(renamed, "x-ms-continuation")], [201, etag, undefined]);
    assert.deepEqual(await everyName(fileSystem), [
      "other", "other/f", "other/to", "other/to/a", "other/to/b", "other/to/b/c", "other/to/b/d", "other/to/b/d/e",
    ]); // prettier-ignore
    assert.equal(await read(fileSystem.getFileClient("other/to/b/d/e")), "from/b/d/e");
  });

  test("over an empty directory, not over a full one", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    await aFile(fileSystem, "from/file");
    await aDirectory(fileSystem, "empty");
    await aFile(fileSystem, "full/other");
    const directory = fileSystem.getDirectoryClient("from");
    // As the service answered in azure-sdk-for-net #10425 and azure-sdk-for-python #10311.
    await refused(directory.move("full"), 409, "DirectoryNotEmpty");
    await refused(directory.move("empty", destination({ ifNoneMatch: "*" })), 409, "PathAlreadyExists");
    await directory.move("empty");
    assert.deepEqual(await everyName(fileSystem), ["empty", "empty/file", "full", "full/other"]);
  });

  test("into itself", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const directory = await aDirectory(fileSystem, "a");
    await aDirectory(fileSystem, "a/b");
    const error = await refused(directory.move("a/b/c"), 409, "InvalidRenameSourcePath");
    assert.match(error.message, /The source directory cannot be the same as the destination directory, nor can the destination be a subdirectory/);
    await refused(directory.move("a"), 409, "InvalidRenameSourcePath");
    await directory.move("ab"); // which begins with its name, and is not in it
    assert.deepEqual(await everyName(fileSystem), ["ab", "ab/b"]);
  });

  test("to another filesystem, and away from nothing", async (t) => {
    const [from, to] = [await aFileSystemByHost(t), await aFileSystemByHost(t)];
    await aFile(from, "a/b/file");
    await from.getDirectoryClient("a/b").move(to.name, "b");
    assert.deepEqual([await everyName(from), await everyName(to)], [["a"], ["b", "b/file"]]);
    await refused(from.getDirectoryClient("none").move("to"), 404, "SourcePathNotFound");
  });

  test("with a lease inside", async (t) => {
    const fileSystem = await aFileSystemByHost(t);
    const file = await aFile(fileSystem, "from/file");
    await file.getDataLakeLeaseClient(LEASE).acquireLease(-1);
    await fileSystem.getDirectoryClient("from").move("to");
    const moved = fileSystem.getFileClient("to/file");
    assert.equal((await moved.getProperties()).leaseState, "leased");
    await moved.getDataLakeLeaseClient(LEASE).releaseLease();
  });

  test("as posix, with new properties, and by wrong headers", async (t) => {
    const fileSystem = await aFileSystem(t);
    await aFile(fileSystem, "from", "hello", { metadata: { a: "1" } });
    const put = (name, source, headers = {}, query = "mode=posix") =>
      lake.ask("PUT", `/${fileSystem.name}/${name}`, { query, headers: { "x-ms-rename-source": source, ...headers } });
    const moved = await put("to", `/${fileSystem.name}/from`, { "x-ms-properties": "b=Mg==" });
    assert.equal(moved.status, 201);
    assert.deepEqual((await fileSystem.getFileClient("to").getProperties()).metadata, { b: "2" });
    assert.equal((await put("back", `/${fileSystem.name}/to`, {}, "")).status, 201);
    // PathRenameMode of the specification: posix moves into a directory that is there, as mv does.
    await aDirectory(fileSystem, "directory");
    assert.equal((await put("directory", `/${fileSystem.name}/back`, { "If-None-Match": "*" })).status, 201);
    assert.deepEqual(await everyName(fileSystem), ["directory", "directory/back"]);
    assert.equal((await put("back", `/${fileSystem.name}/directory/back`)).status, 201);
    await aFile(fileSystem, "directory/back");
    expectJson(await put("directory", `/${fileSystem.name}/back`, { "If-None-Match": "*" }), 409, "PathAlreadyExists");
    expectJson(await put("to", "nonsense"), 400, "InvalidSourceUri", "The source URI is invalid.");
    expectJson(await put("to", `/${fileSystem.name}`), 400, "InvalidSourceUri");
    expectJson(await put("to", `/${fileSystem.name}/back`, {}, "mode=other"), 400, "InvalidQueryParameterValue");
    expectJson(await put("to", `/nonesuch${fileSystem.name}/back`), 404, "FilesystemNotFound");
    expectJson(await put("to", `/${fileSystem.name}/none`), 404, "SourcePathNotFound", "The source path for a rename operation does not exist.");
  });
});
