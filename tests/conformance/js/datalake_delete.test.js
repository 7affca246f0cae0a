// Path Delete, and what soft delete keeps: listed, brought back, and gone after its days.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { all, OTHER_ETAG, refused } from "./env.js";
import {
  accessOf,
  aDirectory,
  aFile,
  aFileSystem,
  ALICE,
  BOB,
  everyName,
  expectJson,
  headerOf,
  lake,
  LEASE,
  leased,
  OTHER_LEASE,
  ownLake,
  read,
  READ_MISSING,
  skip,
  statusOf,
} from "./datalake_env.js";

const IN_AN_HOUR = () => new Date(Date.now() + 3_600_000);
const DAY = 24 * 3600;

describe("Delete", { skip }, () => {
  test("a file", async (t) => {
    const fileSystem = await aFileSystem(t);
    const file = await aFile(fileSystem, "a/file");
    const deleted = await file.delete();
    assert.deepEqual([statusOf(deleted), headerOf(deleted, "x-ms-delete-type-permanent")], [200, "true"]);
    assert.deepEqual(await everyName(fileSystem), ["a"]);
    const error = await refused(file.delete(), 404, "PathNotFound");
    assert.match(error.message, /The specified path does not exist\./);
    assert.equal((await file.deleteIfExists()).succeeded, false);
    await refused(file.getProperties(), 404, READ_MISSING);
  });

  test("a directory, if it is empty or everything is meant", async (t) => {
    const fileSystem = await aFileSystem(t);
    for (const name of ["a/b/c/file", "a/file", "ab/file"]) await aFile(fileSystem, name);
    const directory = fileSystem.getDirectoryClient("a");
    const error = await refused(directory.delete(), 409, "DirectoryNotEmpty");
    assert.match(error.message, /The recursive query parameter value must be true to delete a non-empty directory\./);
    await refused(directory.delete(false), 409, "DirectoryNotEmpty");
    const deleted = await directory.delete(true);
    assert.deepEqual([statusOf(deleted), deleted.continuation], [200, undefined]);
    assert.deepEqual(await everyName(fileSystem), ["ab", "ab/file"]);
    await aDirectory(fileSystem, "empty");
    await fileSystem.getDirectoryClient("empty").delete();
    await refused(fileSystem.getDirectoryClient("empty").delete(true), 404, "PathNotFound");
  });

  test("page by page", async (t) => {
    const fileSystem = await aFileSystem(t);
    for (let number = 0; number < 5; number++) await aFile(fileSystem, `a/${number}`, "");
    // One step whatever it holds: a continuation is for those whose rights are looked at, path by path.
    const answer = await lake.ask("DELETE", `/${fileSystem.name}/a`, { query: "recursive=true&paginated=true" });
    assert.deepEqual([answer.status, answer.headers["x-ms-continuation"]], [200, undefined]);
    assert.deepEqual(await everyName(fileSystem), []);
    await aDirectory(fileSystem);
    const wrong = await lake.ask("DELETE", `/${fileSystem.name}/directory`, { query: "recursive=perhaps" });
    expectJson(wrong, 400, "InvalidQueryParameterValue");
  });

  test("on conditions", async (t) => {
    const fileSystem = await aFileSystem(t);
    for (const path of [await aFile(fileSystem), await aDirectory(fileSystem)]) {
      const { etag, lastModified } = await path.getProperties();
      await refused(path.delete(false, { conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
      await refused(path.delete(false, { conditions: { ifNoneMatch: etag } }), 412, "ConditionNotMet");
      await refused(path.delete(false, { conditions: { ifModifiedSince: lastModified } }), 412, "ConditionNotMet");
      await refused(path.delete(false, { conditions: { ifUnmodifiedSince: new Date("2020-01-01") } }), 412, "ConditionNotMet");
      await path.delete(false, { conditions: { ifMatch: etag, ifUnmodifiedSince: IN_AN_HOUR() } });
    }
  });

  test("with leases", async (t) => {
    const fileSystem = await aFileSystem(t);
    const file = await aFile(fileSystem, "a/file");
    await file.getDataLakeLeaseClient(LEASE).acquireLease(-1);
    await refused(file.delete(), 412, "LeaseIdMissing");
    await refused(file.delete(false, leased(OTHER_LEASE)), 412, "LeaseIdMismatch");
    await file.delete(false, leased(LEASE));
    await aFile(fileSystem, "a/file");
    await refused(fileSystem.getFileClient("a/file").delete(false, leased(LEASE)), 412, "LeaseNotPresent");
    const directory = fileSystem.getDirectoryClient("a");
    await directory.getDataLakeLeaseClient(LEASE).acquireLease(-1);
    await refused(directory.delete(true), 412, "LeaseIdMissing");
    await directory.delete(true, leased(LEASE));
  });

  test("the root is not to be deleted", async (t) => {
    const fileSystem = await aFileSystem(t);
    // Emptying a filesystem is deleting its children; the reference does not say how the root refuses.
    const answer = await lake.ask("DELETE", `/${fileSystem.name}/`, { query: "recursive=true" });
    assert.equal(answer.status, 400);
  });
});

/** An account that keeps deleted paths for two days, and a filesystem in it. */
async function aProtectedFileSystem(t) {
  const own = await ownLake();
  await own.service.setProperties({ deleteRetentionPolicy: { enabled: true, days: 2 } });
  return { ...own, fileSystem: await aFileSystem(t, own.service) };
}
const deleted = async (fileSystem, options) => (await all(fileSystem.listDeletedPaths(options))).map((item) => item.name);

describe("Soft delete", { skip }, () => {
  test("a file, listed and brought back", async (t) => {
    const { fileSystem } = await aProtectedFileSystem(t);
    const file = await aFile(fileSystem, "a/file", "hello", { metadata: { a: "1" }, owner: ALICE, group: BOB });
    const before = await file.getProperties();
    const answer = await file.delete();
    assert.deepEqual([headerOf(answer, "x-ms-delete-type-permanent"), statusOf(answer)], ["false", 200]);
    const id = headerOf(answer, "x-ms-deletion-id");
    assert.match(id, /^1\d{17}$/); // when it was, as Windows counts
    const [item] = await all(fileSystem.listDeletedPaths());
    assert.deepEqual([item.name, item.deletionId, item.remainingRetentionDays], ["a/file", id, 1]);
    assert.ok(Math.abs(item.deletedOn - Date.now()) < 60_000);
    await refused(file.getProperties(), 404, READ_MISSING);
    const undeleted = await fileSystem.undeletePath("a/file", id);
    assert.equal(undeleted.resourceType, "file");
    const after = await file.getProperties();
    assert.deepEqual([await read(file), after.etag, after.lastModified, after.metadata], ["hello", before.etag, before.lastModified, { a: "1" }]);
    assert.deepEqual((await accessOf(file)).slice(0, 2), [ALICE, BOB]);
    assert.deepEqual(await deleted(fileSystem), []);
  });

  test("a directory with everything in it", async (t) => {
    const { fileSystem } = await aProtectedFileSystem(t);
    for (const name of ["a/b/c/file", "a/file"]) await aFile(fileSystem, name, name);
    await fileSystem.getDirectoryClient("a").delete(true);
    const [item] = await all(fileSystem.listDeletedPaths());
    assert.deepEqual(await deleted(fileSystem), ["a"]);
    const undeleted = await fileSystem.undeletePath("a", item.deletionId);
    assert.equal(undeleted.resourceType, "directory");
    assert.deepEqual(await everyName(fileSystem), ["a", "a/b", "a/b/c", "a/b/c/file", "a/file"]);
    assert.equal(await read(fileSystem.getFileClient("a/b/c/file")), "a/b/c/file");
  });

  test("one name deleted twice", async (t) => {
    const { fileSystem } = await aProtectedFileSystem(t);
    for (const text of ["one", "two"]) await (await aFile(fileSystem, "file", text)).delete();
    const items = await all(fileSystem.listDeletedPaths());
    assert.deepEqual(items.map(({ name }) => name), ["file", "file"]);
    assert.notEqual(items[0].deletionId, items[1].deletionId);
    const byAge = items.map((item) => item.deletionId).sort();
    await fileSystem.undeletePath("file", byAge[0]);
    assert.equal(await read(fileSystem.getFileClient("file")), "one");
    // The reference: a path that exists is not overwritten by one that comes back.
    await refused(fileSystem.undeletePath("file", byAge[1]), 409, "PathAlreadyExists");
    await fileSystem.getFileClient("file").delete();
    await fileSystem.undeletePath("file", byAge[1]);
    assert.equal(await read(fileSystem.getFileClient("file")), "two");
  });

  test("listed by prefix and in pages", async (t) => {
    const { fileSystem } = await aProtectedFileSystem(t);
    const names = ["a/1", "a/b/2", "c", "d"];
    for (const name of names) await (await aFile(fileSystem, name)).delete();
    assert.deepEqual(await deleted(fileSystem), names);
    assert.deepEqual(await deleted(fileSystem, { prefix: "a/" }), ["a/1", "a/b/2"]);
    assert.deepEqual(await deleted(fileSystem, { prefix: "c" }), ["c"]);
    const pages = await all(fileSystem.listDeletedPaths().byPage({ maxPageSize: 3 }));
    assert.deepEqual(pages.map((page) => page.pathItems.length), [3, 1]);
    const rest = await all(fileSystem.listDeletedPaths().byPage({ continuationToken: pages[0].continuation }));
    assert.deepEqual(rest.flatMap((page) => page.pathItems.map((item) => item.name)), ["d"]);
  });

  test("names that need encoding", async (t) => {
    const { fileSystem } = await aProtectedFileSystem(t);
    for (const name of ["a b", "a%20b", "ä/ö+", "it's (a) file!"]) {
      const answer = await (await aFile(fileSystem, name, name)).delete();
      assert.deepEqual(await deleted(fileSystem), [name]);
      await fileSystem.undeletePath(name, headerOf(answer, "x-ms-deletion-id"));
      assert.equal(await read(fileSystem.getFileClient(name)), name);
    }
  });

  test("gone after its days", async (t) => {
    const { fileSystem, advance } = await aProtectedFileSystem(t);
    const answer = await (await aFile(fileSystem)).delete();
    await advance(DAY);
    assert.deepEqual(await deleted(fileSystem), ["file"]);
    await advance(DAY);
    assert.deepEqual(await deleted(fileSystem), []);
    await refused(fileSystem.undeletePath("file", headerOf(answer, "x-ms-deletion-id")), 404, "BlobNotFound");
  });

  test("what was never deleted", async (t) => {
    const { fileSystem, service } = await aProtectedFileSystem(t);
    await refused(fileSystem.undeletePath("none", "133360212478674674"), 404, "BlobNotFound");
    await refused(fileSystem.undeletePath("none", "x"), 400, "InvalidHeaderValue");
    await refused(service.getFileSystemClient("nonesuch").undeletePath("none", "133360212478674674"), 404, "ContainerNotFound");
    await refused(all(service.getFileSystemClient("nonesuch").listDeletedPaths()), 404, "ContainerNotFound");
  });

  test("overwriting keeps nothing", async (t) => {
    // The page on soft delete lists, for hierarchical accounts, deleted files and directories and nothing of overwritten ones.
    const { fileSystem } = await aProtectedFileSystem(t);
    const file = await aFile(fileSystem);
    await file.create();
    assert.deepEqual(await deleted(fileSystem), []);
  });
});
