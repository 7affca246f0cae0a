// Blob versions: which writes make them, reading, listing and deleting.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BlobServiceClient } from "@azure/storage-blob";
import { all, base64, endpoint, onEmulator, options, put, refused, textOf, unique } from "./env.js";
import { change, ownAccount } from "./queue_env.js";

/** A container of an account that makes versions. */
async function aVersionedContainer() {
  const { url, credential } = await ownAccount();
  const name = url.split("/").pop();
  await change("PUT", `accounts/${name}`, JSON.stringify({ blobVersioning: true }));
  const service = new BlobServiceClient(`${new URL(endpoint).origin}/${name}`, credential, options);
  const container = service.getContainerClient(unique());
  await container.create();
  return container;
}

const listed = async (container, listing = { includeVersions: true }) =>
  (await all(container.listBlobsFlat(listing))).map(({ name, versionId, isCurrentVersion }) => [name, versionId, isCurrentVersion]); // prettier-ignore

describe("Versions", { skip: !onEmulator && "versioning is a setting of the account" }, () => {
  test("are made by writes of content and metadata", async () => {
    const container = await aVersionedContainer();
    const blob = container.getBlockBlobClient("blob");
    const first = (await put(blob, "one")).versionId;
    const second = (await put(blob, "two")).versionId;
    const third = (await blob.setMetadata({ n: "3" })).versionId;
    await blob.setHTTPHeaders({ blobContentType: "text/plain" });
    await blob.stageBlock(base64("1"), "four", 4);
    const fourth = (await blob.commitBlockList([base64("1")])).versionId;
    assert.deepEqual(await listed(container), [["blob", first, undefined], ["blob", second, undefined], ["blob", third, undefined], ["blob", fourth, true]]); // prettier-ignore
    assert.equal(await textOf(blob.withVersion(first)), "one");
    assert.deepEqual((await blob.withVersion(third).getProperties()).metadata, { n: "3" });
    const { versionId, isCurrentVersion } = await blob.getProperties();
    assert.deepEqual([versionId, isCurrentVersion], [fourth, true]);
  });

  test("stay when their blob is deleted, and are deleted by their ids", async () => {
    const container = await aVersionedContainer();
    const blob = container.getBlockBlobClient("blob");
    const first = (await put(blob, "one")).versionId;
    const second = (await put(blob, "two")).versionId;
    await refused(blob.withVersion(second).delete(), 403, "OperationNotAllowedOnRootBlob");
    await blob.delete();
    await refused(blob.getProperties(), 404, "BlobNotFound");
    assert.deepEqual(await listed(container, {}), []);
    assert.deepEqual(await listed(container), [["blob", first, undefined], ["blob", second, undefined]]); // prettier-ignore
    await blob.withVersion(second).delete();
    await refused(blob.withVersion(second).getProperties(), 404, "BlobNotFound");
    assert.equal(await textOf(blob.withVersion(first)), "one");
  });

  test("are made by snapshots too", async () => {
    const blob = (await aVersionedContainer()).getBlockBlobClient("blob");
    const { versionId: first, etag } = await put(blob, "text");
    const { versionId: second, snapshot } = await blob.createSnapshot();
    assert.ok(second > first);
    const current = await blob.getProperties();
    assert.deepEqual([current.versionId, current.etag], [second, etag]);
    assert.equal(await textOf(blob.withSnapshot(snapshot)), "text");
    assert.equal(await textOf(blob.withVersion(first)), "text");
  });
});
