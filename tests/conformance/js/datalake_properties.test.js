// Properties, metadata, HTTP headers, tags, leases and expiry of paths.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OTHER_ETAG, refused } from "./env.js";
import {
  aDirectory,
  aFile,
  aFileSystem,
  ALICE,
  BOB,
  expectJson,
  headerOf,
  lake,
  LEASE,
  leased,
  OTHER_LEASE,
  ownLake,
  READ_MISSING,
  skip,
  statusOf,
} from "./datalake_env.js";

const base64 = (text) => Buffer.from(text).toString("base64");
const HEADERS = { cacheControl: "no-cache", contentDisposition: "inline", contentEncoding: "gzip", contentLanguage: "de", contentType: "text/csv" };

describe("Get Properties", { skip }, () => {
  test("of a file, with whose it is", async (t) => {
    const file = await aFile(await aFileSystem(t), "file", "hello", { owner: ALICE, group: BOB, metadata: { a: "1" } });
    const found = await file.getProperties();
    assert.deepEqual([found.contentLength, found.metadata, found.owner, found.group], [5, { a: "1" }, ALICE, BOB]);
    assert.deepEqual(found.permissions.owner, { read: true, write: true, execute: false });
    assert.deepEqual([found.isServerEncrypted, found.accessTier, found.accessTierInferred], [true, "Hot", true]);
    assert.deepEqual([found.acceptRanges, found.expiresOn], ["bytes", undefined]);
    assert.equal(headerOf(found, "x-ms-acl"), "user::rw-,group::r--,other::---");
    const read = await file.read();
    assert.deepEqual([read.owner, headerOf(read, "x-ms-acl")], [ALICE, "user::rw-,group::r--,other::---"]);
    for await (const _ of read.readableStreamBody);
  });

  test("as the endpoint itself has them", async (t) => {
    const fileSystem = await aFileSystem(t);
    await aFile(fileSystem, "file", "hello", { metadata: { a: "1", b: "zwei" } });
    const head = (path, query = "", headers = {}) => lake.ask("HEAD", `/${fileSystem.name}/${path}`, { query, headers: { Accept: "application/json", ...headers } });
    const found = await head("file");
    assert.deepEqual([found.status, found.headers["x-ms-resource-type"], found.headers["content-length"]], [200, "file", "5"]);
    assert.equal(found.headers["x-ms-properties"], `a=${base64("1")},b=${base64("zwei")}`);
    assert.deepEqual(["owner", "group", "permissions"].map((name) => found.headers[`x-ms-${name}`]), ["$superuser", "$superuser", "rw-r-----"]);
    const status = await head("file", "action=getStatus");
    assert.deepEqual([status.status, status.headers["x-ms-resource-type"], status.headers["x-ms-properties"]], [200, "file", undefined]);
    const none = await head("none");
    assert.deepEqual([none.status, none.error], [404, "PathNotFound"]);
    const wrong = await head("file", "action=getNothing");
    assert.deepEqual([wrong.status, wrong.error], [400, "InvalidQueryParameterValue"]);
    assert.equal((await head("file", "", { "If-None-Match": found.headers.etag })).status, 304);
    const changed = await head("file", "", { "If-Match": OTHER_ETAG });
    assert.deepEqual([changed.status, changed.error], [412, "ConditionNotMet"]);
  });

  test("of the system alone", async (t) => {
    const fileSystem = await aFileSystem(t);
    const file = await aFile(fileSystem, "file", "hello", { metadata: { a: "1" } });
    const found = await file.getSystemProperties();
    assert.deepEqual([found.isDirectory, found.contentLength, found.owner], [false, 5, "$superuser"]);
    assert.equal(headerOf(found, "x-ms-properties"), undefined);
    assert.equal((await (await aDirectory(fileSystem)).getSystemProperties()).isDirectory, true);
    await refused(fileSystem.getFileClient("none").getSystemProperties(), 404, "PathNotFound");
  });

  test("of the root", async (t) => {
    const root = (await aFileSystem(t)).getDirectoryClient("/");
    const found = await root.getAccessControl();
    assert.deepEqual([headerOf(found, "x-ms-permissions"), found.owner], ["rwxr-x---", "$superuser"]);
  });

  test("on conditions", async (t) => {
    const file = await aFile(await aFileSystem(t));
    const { etag } = await file.getProperties();
    await refused(file.getProperties({ conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    await refused(file.getProperties({ conditions: { ifNoneMatch: etag } }), 304, "ConditionNotMet");
    await file.getProperties({ conditions: { ifMatch: etag } });
    await refused((await aFileSystem(t)).getFileClient("none").getProperties(), 404, READ_MISSING);
  });
});

describe("Set Properties", { skip }, () => {
  test("metadata and HTTP headers", async (t) => {
    const fileSystem = await aFileSystem(t);
    for (const path of [await aFile(fileSystem), await aDirectory(fileSystem)]) {
      const { etag } = await path.getProperties();
      await path.setMetadata({ b: "2" });
      const described = await path.getProperties();
      assert.equal(described.metadata.b, "2");
      assert.notEqual(described.etag, etag);
    }
    const file = fileSystem.getFileClient("file");
    await file.setHttpHeaders(HEADERS);
    const found = await file.getProperties();
    assert.deepEqual(Object.fromEntries(Object.keys(HEADERS).map((name) => [name, found[name]])), HEADERS);
    assert.deepEqual(found.metadata, { b: "2" });
    await refused(file.setMetadata({}, { conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    await refused(file.setHttpHeaders({}, { conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    await refused(fileSystem.getFileClient("none").setMetadata({}), 404, "BlobNotFound");
  });

  test("a directory stays one", async (t) => {
    const directory = await aDirectory(await aFileSystem(t));
    await directory.setMetadata({ a: "1" });
    const found = await directory.getProperties();
    assert.deepEqual([headerOf(found, "x-ms-resource-type"), found.metadata], ["directory", { a: "1", hdi_isfolder: "true" }]);
  });

  test("by the endpoint's own Set Properties", async (t) => {
    const fileSystem = await aFileSystem(t);
    const file = await aFile(fileSystem, "file", "hello", { metadata: { a: "1" } });
    const { etag } = await file.getProperties();
    const set = (headers) => lake.ask("PATCH", `/${fileSystem.name}/file`, { query: "action=setProperties", headers });
    const answer = await set({ "x-ms-properties": `b=${base64("2")}`, "x-ms-cache-control": "no-cache" });
    assert.equal(answer.status, 200);
    const found = await file.getProperties();
    assert.deepEqual([found.metadata, found.cacheControl, found.etag], [{ b: "2" }, "no-cache", answer.headers.etag]);
    expectJson(await set({ "If-Match": etag }), 412, "ConditionNotMet");
    expectJson(await set({ "x-ms-properties": `=${base64("2")}` }), 400, "InvalidPropertyName", "A property name cannot be empty.");
    const none = await lake.ask("PATCH", `/${fileSystem.name}/none`, { query: "action=setProperties" });
    expectJson(none, 404, "PathNotFound");
    await file.getDataLakeLeaseClient(LEASE).acquireLease(-1);
    expectJson(await set({}), 412, "LeaseIdMissing", "There is currently a lease on the resource and no lease ID was specified in the request.");
    expectJson(await set({ "x-ms-lease-id": OTHER_LEASE }), 412, "LeaseIdMismatch", "The lease ID specified did not match the lease ID for the resource.");
    assert.equal((await set({ "x-ms-lease-id": LEASE })).status, 200);
  });
});

describe("Lease", { skip }, () => {
  test("of a file and a directory", async (t) => {
    const fileSystem = await aFileSystem(t);
    for (const path of [await aFile(fileSystem), await aDirectory(fileSystem)]) {
      const lease = path.getDataLakeLeaseClient(LEASE);
      assert.equal((await lease.acquireLease(15)).leaseId, LEASE);
      assert.equal((await path.getProperties()).leaseDuration, "fixed");
      await refused(path.getDataLakeLeaseClient(OTHER_LEASE).acquireLease(15), 409, "LeaseAlreadyPresent");
      await lease.renewLease();
      assert.equal((await lease.changeLease(OTHER_LEASE)).leaseId, OTHER_LEASE);
      await refused(path.setMetadata({ a: "1" }), 412, "LeaseIdMissing");
      await path.setMetadata({ a: "1" }, leased(OTHER_LEASE));
      const other = path.getDataLakeLeaseClient(OTHER_LEASE);
      assert.equal((await other.breakLease(0)).leaseTime, 0);
      assert.equal((await path.getProperties()).leaseState, "broken");
      await other.releaseLease();
      await refused(other.renewLease(), 409, "LeaseIdMismatchWithLeaseOperation");
    }
  });

  test("by the endpoint's own operation", async (t) => {
    const { name } = await aFileSystem(t);
    await lake.ask("PUT", `/${name}/file`, { query: "resource=file" });
    const lease = (action, headers = {}) => lake.ask("POST", `/${name}/file`, { headers: { "x-ms-lease-action": action, ...headers } });
    const acquired = await lease("acquire", { "x-ms-lease-duration": "15", "x-ms-proposed-lease-id": LEASE });
    assert.deepEqual([acquired.status, acquired.headers["x-ms-lease-id"]], [201, LEASE]);
    const other = { "x-ms-lease-duration": "15", "x-ms-proposed-lease-id": OTHER_LEASE };
    expectJson(await lease("acquire", other), 409, "LeaseAlreadyPresent", "There is already a lease present.");
    assert.equal((await lease("renew", { "x-ms-lease-id": LEASE })).status, 200);
    const changed = await lease("change", { "x-ms-lease-id": LEASE, "x-ms-proposed-lease-id": OTHER_LEASE });
    assert.deepEqual([changed.status, changed.headers["x-ms-lease-id"]], [200, OTHER_LEASE]);
    const wrong = await lease("renew", { "x-ms-lease-id": LEASE });
    expectJson(wrong, 409, "LeaseIdMismatchWithLeaseOperation", "The lease ID specified did not match the lease ID for the resource.");
    const broken = await lease("break", { "x-ms-lease-break-period": "5" });
    assert.deepEqual([broken.status, broken.headers["x-ms-lease-time"]], [202, "5"]);
    expectJson(await lease("change", { "x-ms-lease-id": OTHER_LEASE, "x-ms-proposed-lease-id": LEASE }), 409, "LeaseIsBreakingAndCannotBeChanged");
    assert.equal((await lease("release", { "x-ms-lease-id": OTHER_LEASE })).status, 200);
    expectJson(await lease("release", { "x-ms-lease-id": OTHER_LEASE }), 409, "LeaseIdMismatchWithLeaseOperation");
    expectJson(await lease("acquire"), 400, "MissingRequiredHeader");
    expectJson(await lease("acquire", { "x-ms-lease-duration": "14" }), 400, "InvalidHeaderValue");
    expectJson(await lease("borrow"), 400, "InvalidHeaderValue");
    const none = await lake.ask("POST", `/${name}/none`, { headers: { "x-ms-lease-action": "break" } });
    expectJson(none, 404, "PathNotFound");
  });

  test("running out", async () => {
    const { service, advance } = await ownLake();
    const fileSystem = service.getFileSystemClient("filesystem");
    await fileSystem.create();
    const file = await aFile(fileSystem);
    await file.getDataLakeLeaseClient(LEASE).acquireLease(15);
    await advance(16);
    assert.equal((await file.getProperties()).leaseState, "expired");
    await file.append("!", 5, 1);
  });
});

describe("Set Expiry", { skip }, () => {
  test("of every kind, by the account's clock", async () => {
    const { service, advance } = await ownLake();
    const fileSystem = service.getFileSystemClient("filesystem");
    await fileSystem.create();
    const file = await aFile(fileSystem);
    const { etag, createdOn } = await file.getProperties();
    const expiry = async () => (await file.getProperties()).expiresOn;
    const set = await file.setExpiry("RelativeToNow", { timeToExpireInMs: 60_000 });
    assert.deepEqual([statusOf(set), set.etag], [200, etag]); // a recording shows that it stays
    assert.ok(Math.abs((await expiry()) - createdOn - 60_000) < 10_000);
    await file.setExpiry("RelativeToCreation", { timeToExpireInMs: 120_000 });
    assert.equal((await expiry()) - createdOn, 120_000);
    const at = new Date(Math.floor(Date.now() / 1000) * 1000 + 300_000);
    await file.setExpiry("Absolute", { expiresOn: at });
    assert.deepEqual(await expiry(), at);
    await file.setExpiry("NeverExpire");
    assert.equal(await expiry(), undefined);
    await file.setExpiry("RelativeToNow", { timeToExpireInMs: 60_000 });
    await advance(55);
    assert.equal(await file.exists(), true);
    await advance(10);
    assert.equal(await file.exists(), false);
    await refused(file.getAccessControl(), 404, "PathNotFound");
    assert.deepEqual((await fileSystem.listPaths().byPage().next()).value.pathItems, []);
    assert.equal(statusOf(await file.create({ conditions: { ifNoneMatch: "*" } })), 201);
  });

  test("what cannot expire", async (t) => {
    const fileSystem = await aFileSystem(t);
    await aDirectory(fileSystem);
    const set = (path, headers) => lake.ask("PUT", `/${fileSystem.name}/${path}`, { query: "comp=expiry", headers: { "x-ms-expiry-option": "RelativeToNow", "x-ms-expiry-time": "1000", ...headers } });
    const none = await set("none");
    assert.deepEqual([none.status, none.error], [404, "BlobNotFound"]);
    // The reference: "a directory cannot have an expiry"; the code is that of other Blob operations on a directory.
    const directory = await set("directory");
    assert.deepEqual([directory.status, directory.error], [400, "OperationNotSupportedOnDirectory"]);
    await aFile(fileSystem);
    const past = await set("file", { "x-ms-expiry-option": "Absolute", "x-ms-expiry-time": "Mon, 01 Jan 2024 00:00:00 GMT" });
    assert.deepEqual([past.status, past.error], [400, "InvalidHeaderValue"]);
    const unknown = await set("file", { "x-ms-expiry-option": "Sometime" });
    assert.deepEqual([unknown.status, unknown.error], [400, "InvalidHeaderValue"]);
    const timeless = await set("file", { "x-ms-expiry-time": undefined });
    assert.deepEqual([timeless.status, timeless.error], [400, "MissingRequiredHeader"]);
  });
});

describe("Tags", { skip }, () => {
  test("set and read", async (t) => {
    const file = await aFile(await aFileSystem(t));
    await file.setTags({ a: "1" });
    assert.deepEqual((await file.getTags()).tags, { a: "1" });
    await file.setTags({});
    assert.deepEqual((await file.getTags()).tags, {});
  });
});
