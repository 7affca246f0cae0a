// Soft delete: what is kept of deleted blobs, snapshots, versions and containers, how it is listed, and how it comes back.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { all, DAY, onEmulator, put, refused, textOf, unique } from "./env.js";
import { change, ownAccount } from "./queue_env.js";

/** A container of an account that keeps what is deleted for seven days. */
async function aProtectedContainer(settings = {}) {
  const { url, blobs, advance } = await ownAccount();
  const set = (more) => change("PUT", `accounts/${url.split("/").pop()}`, JSON.stringify(more));
  await set({ containerDeleteRetentionDays: 7, ...settings });
  await blobs.setProperties({ deleteRetentionPolicy: { enabled: true, days: 7 } });
  const container = blobs.getContainerClient(unique());
  await container.create();
  return { blobs, container, advance, set };
}

const everything = { includeDeleted: true, includeSnapshots: true, includeVersions: true, includeDeletedWithVersions: true };
const listed = async (container, listing = everything) =>
  (await all(container.listBlobsFlat(listing))).map(({ name, deleted, snapshot, versionId, hasVersionsOnly }) =>
    [name, deleted && "deleted", snapshot && "snapshot", versionId && "version", hasVersionsOnly && "gone"].filter(Boolean).join(" "));

describe("Soft delete", { skip: !onEmulator && "it needs accounts of its own, whose clock moves" }, () => {
  test("keeps a deleted blob for its days", async () => {
    const { container, advance } = await aProtectedContainer();
    const blob = container.getBlockBlobClient("blob");
    const { etag } = await put(blob, "text", { metadata: { n: "1" } });
    await blob.delete();
    await refused(blob.getProperties(), 404, "BlobNotFound");
    assert.deepEqual(await listed(container, {}), []);
    const [item] = await all(container.listBlobsFlat({ includeDeleted: true }));
    assert.equal(item.deleted, true);
    assert.equal(item.properties.remainingRetentionDays, 6);
    assert.ok(Math.abs(item.properties.deletedOn - Date.now()) < DAY);
    await advance(3 * 24 * 3600);
    await blob.undelete();
    assert.deepEqual([await textOf(blob), (await blob.getProperties()).etag], ["text", etag]);
    await blob.delete();
    await advance(7 * 24 * 3600);
    assert.deepEqual(await listed(container), []);
    await refused(blob.undelete(), 404, "BlobNotFound");
  });

  test("keeps what is overwritten, and snapshots", async () => {
    const { container } = await aProtectedContainer();
    const blob = container.getBlockBlobClient("blob");
    await put(blob, "one");
    await put(blob, "two");
    const { snapshot } = await blob.createSnapshot();
    await blob.delete({ deleteSnapshots: "include" });
    assert.deepEqual(await listed(container), ["blob deleted snapshot", "blob deleted snapshot", "blob deleted"]);
    await blob.undelete();
    assert.deepEqual(await listed(container), ["blob snapshot", "blob snapshot", "blob"]);
    assert.equal(await textOf(blob.withSnapshot(snapshot)), "two");
    await refused(container.getBlobClient("none").undelete(), 404, "BlobNotFound");
  });

  test("keeps versions, and shows blobs that have nothing else", async () => {
    const { container } = await aProtectedContainer({ blobVersioning: true });
    const blob = container.getBlockBlobClient("blob");
    const { versionId } = await put(blob, "one");
    await put(blob, "two");
    await blob.delete();
    assert.deepEqual(await listed(container, { includeDeletedWithVersions: true }), ["blob gone"]);
    await blob.withVersion(versionId).delete();
    assert.deepEqual(await listed(container), ["blob deleted version", "blob version", "blob version gone"]);
    await blob.undelete();
    assert.deepEqual(await listed(container), ["blob version", "blob version", "blob version gone"]);
    await refused(blob.getProperties(), 404, "BlobNotFound");
    assert.equal(await textOf(blob.withVersion(versionId)), "one");
  });

  test("keeps containers", async () => {
    const { blobs, container, advance, set } = await aProtectedContainer();
    const name = container.containerName;
    await container.uploadBlockBlob("blob", "text", 4);
    await container.delete();
    const deleted = async () => (await all(blobs.listContainers({ includeDeleted: true }))).filter((item) => item.deleted);
    const [item] = await deleted();
    assert.equal(item.name, name);
    assert.equal(item.properties.remainingRetentionDays, 6);
    assert.deepEqual(await all(blobs.listContainers()), []);
    await refused(blobs.undeleteContainer(name, "01D0000000000000"), 404, "ContainerNotFound");
    const { containerClient } = await blobs.undeleteContainer(name, item.version);
    assert.equal(await textOf(containerClient.getBlobClient("blob")), "text");

    await container.delete();
    const [again] = await deleted();
    await container.create();
    await refused(blobs.undeleteContainer(name, again.version), 409, "ContainerAlreadyExists");
    await set({ containerDeleteRetentionDays: 0 });
    await container.delete();
    assert.equal((await deleted()).length, 1);
    await advance(7 * 24 * 3600);
    assert.deepEqual(await deleted(), []);
  });
});
