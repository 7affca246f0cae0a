// Filesystems: made, described, listed, leased, shared, deleted and brought back, by the SDK's Blob requests and by the
// endpoint's own, which no SDK of this language sends.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { all, ETAG, refused, unique } from "./env.js";
import {
  aDirectory,
  aFile,
  aFileSystem,
  expectJson,
  headerOf,
  lake,
  LEASE,
  leased,
  OTHER_LEASE,
  ownLake,
  READ_NO_FILESYSTEM,
  skip,
  statusOf,
} from "./datalake_env.js";

const properties = (values) =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${Buffer.from(value).toString("base64")}`)
    .join(",");
const FILESYSTEM = "resource=filesystem";

describe("Filesystems, as the SDK asks for them", { skip }, () => {
  test("created with metadata, and described", async (t) => {
    const fileSystem = lake.service.getFileSystemClient(unique());
    t.after(() => fileSystem.deleteIfExists());
    assert.equal(await fileSystem.exists(), false);
    const created = await fileSystem.create({ metadata: { a: "1" } });
    assert.equal(statusOf(created), 201);
    assert.equal(await fileSystem.exists(), true);
    const found = await fileSystem.getProperties();
    assert.deepEqual([found.metadata, found.etag, found.publicAccess], [{ a: "1" }, created.etag, undefined]);
    assert.deepEqual([found.leaseState, found.hasLegalHold], ["available", false]);
    await refused(fileSystem.create(), 409, "ContainerAlreadyExists");
    assert.equal((await fileSystem.createIfNotExists()).succeeded, false);
  });

  test("metadata replaced, on a condition", async (t) => {
    const fileSystem = await aFileSystem(t);
    await fileSystem.setMetadata({ b: "2" });
    assert.deepEqual((await fileSystem.getProperties()).metadata, { b: "2" });
    const later = new Date(Date.now() + 3_600_000);
    await refused(fileSystem.setMetadata({}, { conditions: { ifModifiedSince: later } }), 412, "ConditionNotMet");
    await fileSystem.setMetadata({});
    assert.deepEqual((await fileSystem.getProperties()).metadata, {});
  });

  test("listed by prefix and in pages", async (t) => {
    const prefix = unique("p").slice(0, 20);
    for (const letter of ["a", "b", "c"]) {
      const fileSystem = lake.service.getFileSystemClient(prefix + letter);
      t.after(() => fileSystem.deleteIfExists());
      await fileSystem.create({ metadata: { letter } });
    }
    const found = await all(lake.service.listFileSystems({ prefix, includeMetadata: true }));
    assert.deepEqual(found.map(({ name, metadata }) => [name, metadata.letter]), ["a", "b", "c"].map((letter) => [prefix + letter, letter]));
    const pages = await all(lake.service.listFileSystems({ prefix }).byPage({ maxPageSize: 2 }));
    assert.deepEqual(pages.map((page) => page.fileSystemItems.length), [2, 1]);
    const rest = await all(lake.service.listFileSystems({ prefix }).byPage({ continuationToken: pages[0].continuationToken }));
    assert.deepEqual(rest.flatMap((page) => page.fileSystemItems.map((item) => item.name)), [`${prefix}c`]);
  });

  test("shared with everybody, and by stored policies", async (t) => {
    const fileSystem = await aFileSystem(t);
    const file = await aFile(fileSystem);
    const expiresOn = new Date("2099-01-01T00:00:00.000Z");
    await fileSystem.setAccessPolicy("file", [{ id: "policy", accessPolicy: { permissions: "r", expiresOn } }]);
    const found = await fileSystem.getAccessPolicy();
    assert.equal(found.publicAccess, "file");
    assert.deepEqual(found.signedIdentifiers.map(({ id, accessPolicy }) => [id, accessPolicy.permissions, accessPolicy.expiresOn]), [["policy", "r", expiresOn]]);
    assert.equal((await fileSystem.getProperties()).publicAccess, "file");
    // A stranger's request is one to the Blob endpoint.
    const { url } = lake.blobs.getContainerClient(fileSystem.name).getBlobClient(file.name);
    assert.equal(await (await fetch(url)).text(), "hello");
    await fileSystem.setAccessPolicy();
    assert.equal((await fetch(url)).status, 404);
  });

  test("leased", async (t) => {
    const fileSystem = await aFileSystem(t);
    const lease = fileSystem.getDataLakeLeaseClient(LEASE);
    assert.equal((await lease.acquireLease(-1)).leaseId, LEASE);
    assert.deepEqual([(await fileSystem.getProperties()).leaseState, (await fileSystem.getProperties()).leaseDuration], ["leased", "infinite"]);
    await refused(fileSystem.delete(), 412, "LeaseIdMissing");
    await refused(fileSystem.delete(leased(OTHER_LEASE)), 412, "LeaseIdMismatchWithContainerOperation");
    await lease.renewLease();
    await lease.changeLease(OTHER_LEASE);
    await refused(fileSystem.getDataLakeLeaseClient(LEASE).renewLease(), 409, "LeaseIdMismatchWithLeaseOperation");
    await fileSystem.getDataLakeLeaseClient(OTHER_LEASE).breakLease(0);
    await fileSystem.getDataLakeLeaseClient(OTHER_LEASE).releaseLease();
    await fileSystem.delete();
  });

  test("deleted with all they hold", async (t) => {
    const fileSystem = await aFileSystem(t);
    await aDirectory(fileSystem, "a/b/c");
    await aFile(fileSystem, "a/file");
    assert.equal(statusOf(await fileSystem.delete()), 202);
    assert.equal((await fileSystem.deleteIfExists()).succeeded, false);
    await refused(fileSystem.getProperties(), 404, "ContainerNotFound");
    await refused(fileSystem.getFileClient("a/file").create(), 404, "FilesystemNotFound");
    await refused(fileSystem.getFileClient("a/file").getProperties(), 404, READ_NO_FILESYSTEM);
    await refused(all(fileSystem.listPaths()), 404, "FilesystemNotFound");
  });

  test("undeleted", async (t) => {
    const { service, set } = await ownLake();
    await set({ containerDeleteRetentionDays: 7 });
    const fileSystem = await aFileSystem(t, service);
    await aFile(fileSystem, "a/b/file");
    await fileSystem.delete();
    const [item] = await all(service.listFileSystems({ includeDeleted: true, prefix: fileSystem.name }));
    assert.equal(item.deleted, true);
    const { fileSystemClient } = await service.undeleteFileSystem(fileSystem.name, item.versionId);
    assert.deepEqual((await all(fileSystemClient.listPaths({ recursive: true }))).map(({ name }) => name), ["a", "a/b", "a/b/file"]);
    await refused(service.undeleteFileSystem(fileSystem.name, "01D60F8BB59A4652"), 404, "ContainerNotFound");
  });

  test("properties of the service", async () => {
    const { service } = await ownLake();
    await service.setProperties({ deleteRetentionPolicy: { enabled: true, days: 3 }, staticWebsite: { enabled: true, indexDocument: "index.html" } });
    const found = await service.getProperties();
    assert.deepEqual([found.deleteRetentionPolicy.days, found.staticWebsite.indexDocument], [3, "index.html"]);
  });
});

describe("Filesystem Create, Get Properties, Set Properties, Delete and List", { skip }, () => {
  test("created, described and deleted", async () => {
    const name = unique();
    const created = await lake.ask("PUT", `/${name}`, { query: FILESYSTEM, headers: { "x-ms-properties": properties({ a: "1" }) } });
    assert.deepEqual([created.status, created.headers["x-ms-namespace-enabled"]], [201, "true"]);
    assert.match(created.headers.etag, ETAG);
    const again = await lake.ask("PUT", `/${name}`, { query: FILESYSTEM });
    expectJson(again, 409, "FilesystemAlreadyExists", "The specified filesystem already exists.");
    const found = await lake.ask("HEAD", `/${name}`, { query: FILESYSTEM });
    assert.deepEqual(
      [found.status, found.headers["x-ms-properties"], found.headers["x-ms-namespace-enabled"], found.headers.etag],
      [200, properties({ a: "1" }), "true", created.headers.etag],
    );
    // The same, seen as a container.
    assert.deepEqual((await lake.blobs.getContainerClient(name).getProperties()).metadata, { a: "1" });
    assert.equal((await lake.ask("DELETE", `/${name}`, { query: FILESYSTEM })).status, 202);
    expectJson(await lake.ask("DELETE", `/${name}`, { query: FILESYSTEM }), 404, "FilesystemNotFound", "The specified filesystem does not exist.");
    const gone = await lake.ask("HEAD", `/${name}`, { query: FILESYSTEM });
    assert.deepEqual([gone.status, gone.error], [404, "FilesystemNotFound"]);
  });

  test("properties replaced", async (t) => {
    const { name } = await aFileSystem(t);
    const patch = (headers) => lake.ask("PATCH", `/${name}`, { query: FILESYSTEM, headers });
    const set = await patch({ "x-ms-properties": properties({ a: "1", b: "zwei" }) });
    assert.equal(set.status, 200);
    const found = await lake.ask("HEAD", `/${name}`, { query: FILESYSTEM });
    assert.deepEqual([found.headers["x-ms-properties"], found.headers.etag], [properties({ a: "1", b: "zwei" }), set.headers.etag]);
    expectJson(await patch({ "x-ms-properties": "=MQ==" }), 400, "InvalidPropertyName", "A property name cannot be empty.");
    const later = new Date(Date.now() + 3_600_000).toUTCString();
    expectJson(await patch({ "If-Modified-Since": later }), 412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) is not met.");
    assert.equal((await patch({})).status, 200);
    assert.equal((await lake.ask("HEAD", `/${name}`, { query: FILESYSTEM })).headers["x-ms-properties"] ?? "", "");
  });

  test("deleted on a condition", async (t) => {
    const { name } = await aFileSystem(t);
    const headers = { "If-Modified-Since": new Date(Date.now() + 3_600_000).toUTCString() };
    expectJson(await lake.ask("DELETE", `/${name}`, { query: FILESYSTEM, headers }), 412, "ConditionNotMet");
  });

  test("listed in pages", async (t) => {
    const prefix = unique("p").slice(0, 20);
    for (const letter of ["a", "b", "c"]) {
      const fileSystem = lake.service.getFileSystemClient(prefix + letter);
      t.after(() => fileSystem.deleteIfExists());
      await fileSystem.create();
    }
    const page = async (more) => {
      const answer = await lake.ask("GET", "/", { query: `resource=account&prefix=${prefix}${more}` });
      assert.deepEqual([answer.status, answer.headers["content-type"]], [200, "application/json;charset=utf-8"]);
      return [JSON.parse(answer.body).filesystems, answer.headers["x-ms-continuation"]];
    };
    const [first, continuation] = await page("&maxResults=2");
    assert.deepEqual(first.map(({ name }) => name), [`${prefix}a`, `${prefix}b`]);
    assert.deepEqual(Object.keys(first[0]).sort(), ["etag", "lastModified", "name"]);
    const [rest, none] = await page(`&continuation=${encodeURIComponent(continuation)}`);
    assert.deepEqual([rest.map(({ name }) => name), none], [[`${prefix}c`], undefined]);
    expectJson(await lake.ask("GET", "/", { query: "resource=account&maxResults=0" }), 400, "OutOfRangeQueryParameterValue");
  });

  test("names that no filesystem has", async () => {
    expectJson(await lake.ask("PUT", "/Upper_Case", { query: FILESYSTEM }), 400, "InvalidResourceName");
  });

  test("what is asked without a key", async (t) => {
    const fileSystem = await aFileSystem(t);
    const answer = await lake.ask("GET", `/${fileSystem.name}`, { query: `${FILESYSTEM}&recursive=true`, signed: false });
    assert.equal(answer.status, 401);
    assert.equal(headerOf(await fileSystem.getProperties(), "x-ms-version").length, 10);
  });
});
