// Snapshots: taken, read, listed, deleted, and what they refuse.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aBlob, aContainer, all, aTextBlob, OTHER_ETAG, put, refused, service, textOf, unique } from "./env.js";

const snapshotOf = async (blob, options) => blob.withSnapshot((await blob.createSnapshot(options)).snapshot);

describe("Snapshot Blob", () => {
  test("answers with an id and the blob's ETag", async (t) => {
    const blob = await aTextBlob(t);
    const { etag, lastModified } = await blob.getProperties();
    const first = await blob.createSnapshot();
    assert.equal(first._response.status, 201);
    assert.deepEqual([first.etag, first.lastModified], [etag, lastModified]);
    assert.ok((await blob.createSnapshot()).snapshot > first.snapshot);
  });

  test("keeps what the blob was", async (t) => {
    const blob = await aTextBlob(t, "hello", { metadata: { kind: "greeting" } });
    const snapshot = await snapshotOf(blob);
    await put(blob, "another");
    assert.deepEqual([await textOf(snapshot), await textOf(blob)], ["hello", "another"]);
    assert.deepEqual((await snapshot.getProperties()).metadata, { kind: "greeting" });
  });

  test("takes metadata of its own", async (t) => {
    const blob = await aTextBlob(t, "hello", { metadata: { kind: "greeting" } });
    const { etag } = await blob.getProperties();
    const snapshot = await snapshotOf(blob, { metadata: { of: "snapshot" } });
    const properties = await snapshot.getProperties();
    assert.deepEqual(properties.metadata, { of: "snapshot" });
    assert.notEqual(properties.etag, etag);
    assert.equal((await blob.getProperties()).etag, etag);
  });

  test("honours conditions", async (t) => {
    const blob = await aTextBlob(t);
    const { etag } = await blob.getProperties();
    await blob.createSnapshot({ conditions: { ifMatch: etag } });
    await refused(blob.createSnapshot({ conditions: { ifMatch: OTHER_ETAG } }), 412, "ConditionNotMet");
    await refused(blob.createSnapshot({ conditions: { ifNoneMatch: etag } }), 412, "ConditionNotMet");
    await refused(blob.createSnapshot({ conditions: { leaseId: "6f0c0b5e-8d0f-4c3b-9d7a-3a1b2c3d4e5f" } }), 412, "LeaseNotPresentWithBlobOperation"); // prettier-ignore
  });

  test("of what is not there", async (t) => {
    await refused((await aBlob(t)).createSnapshot(), 404, "BlobNotFound");
    await refused(service.getContainerClient(unique()).getBlobClient("blob").createSnapshot(), 404, "ContainerNotFound");
  });
});

describe("A snapshot", () => {
  test("has a tier of its own", async (t) => {
    const blob = await aTextBlob(t);
    const snapshot = await snapshotOf(blob);
    await snapshot.setAccessTier("Cool");
    assert.equal((await snapshot.getProperties()).accessTier, "Cool");
    assert.equal((await blob.getProperties()).accessTier, "Hot");
  });

  test("is not deleted unless that is said", async (t) => {
    const blob = await aTextBlob(t);
    const [first, second] = [await snapshotOf(blob), await snapshotOf(blob)];
    await refused(blob.delete(), 409, "SnapshotsPresent");
    await first.delete();
    await refused(first.getProperties(), 404, "BlobNotFound");
    await blob.delete({ deleteSnapshots: "only" });
    await refused(second.getProperties(), 404, "BlobNotFound");
    const third = await snapshotOf(blob);
    await blob.delete({ deleteSnapshots: "include" });
    await refused(third.getProperties(), 404, "BlobNotFound");
    await refused(blob.getProperties(), 404, "BlobNotFound");
  });

  test("is listed before its blob, once on pages of every size", async (t) => {
    const container = await aContainer(t);
    const expected = [];
    for (const name of ["a", "a/b", "b"]) {
      const blob = container.getBlockBlobClient(name);
      await put(blob, "x");
      for (let i = 0; i < 2; i++) expected.push([name, (await blob.createSnapshot()).snapshot]);
      expected.push([name, ""]);
    }
    const shown = ({ name, snapshot }) => [name, snapshot ?? ""];
    for (const maxPageSize of [1, 2, 4, 9]) {
      const listed = [];
      for await (const page of container.listBlobsFlat({ includeSnapshots: true }).byPage({ maxPageSize })) listed.push(...page.segment.blobItems.map(shown)); // prettier-ignore
      assert.deepEqual(listed, expected);
    }
    assert.deepEqual((await all(container.listBlobsFlat())).map(shown), [["a", ""], ["a/b", ""], ["b", ""]]); // prettier-ignore
  });
});
