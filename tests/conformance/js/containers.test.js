// Create, Get Properties, Set and Get Metadata, Delete, List Containers.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aContainer, all, DAY, ETAG, names, onEmulator, refused, service, unique } from "./env.js";
import { expectError, request } from "./raw.js";

describe("Create Container", () => {
  test("answers with ETag and date", async (t) => {
    const container = service.getContainerClient(unique());
    t.after(() => container.deleteIfExists());
    const answer = await container.create();
    assert.equal(answer._response.status, 201);
    assert.match(answer.etag, ETAG);
    assert.ok(Math.abs(answer.lastModified - Date.now()) < DAY);
    assert.equal((await container.getProperties()).etag, answer.etag);
  });

  test("refuses an existing one", async (t) => {
    const container = await aContainer(t);
    const error = await refused(container.create(), 409, "ContainerAlreadyExists");
    assert.match(error.message, /^The specified container already exists\.\n/);
    assert.equal((await container.createIfNotExists()).succeeded, false);
  });

  test("keeps metadata", async (t) => {
    const container = await aContainer(t, { metadata: { owner: "ada", project_1: "x  y" } });
    assert.deepEqual((await container.getProperties()).metadata, { owner: "ada", project_1: "x  y" });
  });

  for (const access of ["blob", "container"]) {
    test(`public access ${access} shows in the properties`, async (t) => {
      const container = await aContainer(t, { access });
      assert.equal((await container.getProperties()).blobPublicAccess, access);
    });
  }

  for (const name of ["ab", "a".repeat(64)]) {
    test(`refuses a name of ${name.length} characters`, async () => {
      await refused(service.createContainer(name), 400, "OutOfRangeInput");
    });
  }

  for (const name of ["Abc", "a--b", "-abc", "abc-", "a_b", "a.b"]) {
    test(`refuses the name ${name}`, async () => {
      await refused(service.createContainer(name), 400, "InvalidResourceName");
    });
  }

  for (const length of [3, 63]) {
    test(`takes a name of ${length} characters`, async (t) => {
      const container = service.getContainerClient(unique("").slice(0, length).padEnd(length, "x"));
      t.after(() => container.deleteIfExists());
      await container.create();
      assert.deepEqual(await names(service.listContainers({ prefix: container.containerName })), [container.containerName]);
    });
  }

  test("refuses wrong metadata", async (t) => {
    await refused(aContainer(t, { metadata: { "a-b": "1" } }), 400, "InvalidMetadata");
    await refused(aContainer(t, { metadata: { a: "x".repeat(8192) } }), 400, "MetadataTooLarge");
  });
});

describe("Get Container Properties", () => {
  test("of a private container", async (t) => {
    const properties = await (await aContainer(t)).getProperties();
    assert.equal(properties._response.status, 200);
    assert.deepEqual(properties.metadata, {});
    assert.equal(properties.leaseStatus, "unlocked");
    assert.equal(properties.leaseState, "available");
    assert.equal(properties.blobPublicAccess, undefined);
    assert.equal(properties.hasImmutabilityPolicy, false);
    assert.equal(properties.hasLegalHold, false);
    assert.equal(properties.defaultEncryptionScope, "$account-encryption-key");
    assert.equal(properties.denyEncryptionScopeOverride, false);
  });

  test("of a missing one", async () => {
    const container = service.getContainerClient(unique());
    await refused(container.getProperties(), 404, "ContainerNotFound");
    assert.equal(await container.exists(), false);
  });

  test("Get Container Metadata", async (t) => {
    const container = await aContainer(t, { metadata: { owner: "ada" } });
    for (const method of ["GET", "HEAD"]) {
      const answer = await request(method, `/${container.containerName}`, { query: "restype=container&comp=metadata" });
      assert.deepEqual([answer.status, answer.headers["x-ms-meta-owner"], answer.body], [200, "ada", ""]);
    }
  });
});

describe("Set Container Metadata", () => {
  test("replaces all and changes the ETag", async (t) => {
    const container = await aContainer(t, { metadata: { a: "1", b: "2" } });
    const before = await container.getProperties();
    const answer = await container.setMetadata({ c: "3" });
    const after = await container.getProperties();
    assert.deepEqual(after.metadata, { c: "3" });
    assert.equal(after.etag, answer.etag);
    assert.notEqual(after.etag, before.etag);
    await container.setMetadata();
    assert.deepEqual((await container.getProperties()).metadata, {});
  });

  test("If-Modified-Since", async (t) => {
    const container = await aContainer(t);
    const { lastModified } = await container.getProperties();
    const conditions = (ms) => ({ conditions: { ifModifiedSince: new Date(+lastModified + ms) } });
    await refused(container.setMetadata({ a: "1" }, conditions(0)), 412, "ConditionNotMet");
    await container.setMetadata({ a: "1" }, conditions(-DAY));
  });

  test("refusals", async (t) => {
    const container = await aContainer(t);
    await refused(container.setMetadata({ "a-b": "1" }), 400, "InvalidMetadata");
    await refused(container.setMetadata({ a: "x".repeat(8192) }), 400, "MetadataTooLarge");
    await refused(service.getContainerClient(unique()).setMetadata({ a: "1" }), 404, "ContainerNotFound");
  });
});

describe("Delete Container", () => {
  test("takes the blobs with it", async (t) => {
    const container = await aContainer(t);
    await container.uploadBlockBlob("blob", "x", 1);
    assert.equal((await container.delete())._response.status, 202);
    await refused(container.getProperties(), 404, "ContainerNotFound");
    await refused(container.getBlobClient("blob").download(), 404, "ContainerNotFound");
    await refused(container.delete(), 404, "ContainerNotFound");
    assert.equal((await container.deleteIfExists()).succeeded, false);
  });

  // The cloud keeps the name for 30 s: 409 ContainerBeingDeleted.
  test("the name is free at once", { skip: !onEmulator }, async (t) => {
    const container = await aContainer(t);
    await container.uploadBlockBlob("old", "x", 1);
    assert.deepEqual(await names(container.listBlobsFlat()), ["old"]);
    await container.delete();
    await container.create();
    assert.deepEqual(await names(container.listBlobsFlat()), []);
  });

  for (const [condition, days, passes] of [
    ["ifModifiedSince", -1, true], ["ifModifiedSince", 0, false], ["ifModifiedSince", 1, false],
    ["ifUnmodifiedSince", -1, false], ["ifUnmodifiedSince", 0, true], ["ifUnmodifiedSince", 1, true],
  ]) { // prettier-ignore
    test(`${condition} ${days} days ${passes ? "passes" : "is not met"}`, async (t) => {
      const container = await aContainer(t);
      const { lastModified } = await container.getProperties();
      const promise = container.delete({ conditions: { [condition]: new Date(+lastModified + days * DAY) } });
      if (!passes) return refused(promise, 412, "ConditionNotMet");
      await promise;
      assert.equal(await container.exists(), false);
    });
  }
});

describe("List Containers", () => {
  async function five(t) {
    const prefix = unique("l").slice(0, 20);
    const wanted = [..."abcde"].map((letter) => `${prefix}-${letter}`);
    for (const name of wanted.toReversed()) {
      const container = service.getContainerClient(name);
      t.after(() => container.deleteIfExists());
      await container.create({ metadata: name.endsWith("c") ? { Owner: "ada" } : undefined });
    }
    return [prefix, wanted];
  }

  test("prefix, order, pages, markers", async (t) => {
    const [prefix, wanted] = await five(t);
    assert.deepEqual(await names(service.listContainers({ prefix })), wanted);
    assert.deepEqual(await names(service.listContainers({ prefix: unique() })), []);

    const pages = await all(service.listContainers({ prefix }).byPage({ maxPageSize: 2 }));
    assert.deepEqual(
      pages.map((page) => page.containerItems.map((item) => item.name)),
      [wanted.slice(0, 2), wanted.slice(2, 4), wanted.slice(4)],
    );
    assert.equal(pages[2].continuationToken, "");
    const { continuationToken } = pages[0];
    const [rest] = await all(service.listContainers({ prefix }).byPage({ continuationToken }));
    assert.deepEqual(rest.containerItems.map((item) => item.name), wanted.slice(2)); // prettier-ignore
    const [full] = await all(service.listContainers({ prefix }).byPage({ maxPageSize: 5 }));
    assert.equal(full.continuationToken, "");
  });

  test("metadata, with the case of its names", async (t) => {
    const [prefix, wanted] = await five(t);
    const found = await all(service.listContainers({ prefix, includeMetadata: true }));
    assert.deepEqual(found.find((item) => item.name === wanted[2]).metadata, { Owner: "ada" });
    const plain = await all(service.listContainers({ prefix }));
    assert.ok(plain.every((item) => item.metadata === undefined));
  });

  test("properties are those of the container", async (t) => {
    const [prefix, wanted] = await five(t);
    const [item] = await all(service.listContainers({ prefix }));
    const properties = await service.getContainerClient(wanted[0]).getProperties();
    assert.equal(item.properties.etag, properties.etag);
    assert.deepEqual(item.properties.lastModified, properties.lastModified);
    assert.equal(item.properties.leaseStatus, "unlocked");
    assert.equal(item.properties.leaseState, "available");
  });

  test("maxresults", async () => {
    const zero = await request("GET", "/", { query: "comp=list&maxresults=0" });
    expectError(zero, 400, "OutOfRangeQueryParameterValue", { QueryParameterName: "maxresults", QueryParameterValue: "0" });
    const many = await request("GET", "/", { query: "comp=list&maxresults=many" });
    expectError(many, 400, "InvalidQueryParameterValue", { QueryParameterName: "maxresults", QueryParameterValue: "many" });
  });
});
