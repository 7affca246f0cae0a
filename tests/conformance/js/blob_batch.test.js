// Blob Batch: many deletes or tiers in one request, on the account and on a container.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BlobBatch, ContainerSASPermissions, StorageSharedKeyCredential } from "@azure/storage-blob";
import { account, aContainer, all, key, service } from "./env.js";

const credential = new StorageSharedKeyCredential(account, key);

async function blobsOf(container, count) {
  const blobs = [];
  for (let i = 0; i < count; i++) {
    blobs.push(container.getBlockBlobClient(`b ${i}/ä`));
    await blobs[i].upload("x", 1);
  }
  return blobs;
}

const left = async (container) => (await all(container.listBlobsFlat())).length;

for (const level of ["account", "container"]) {
  describe(`Batch of the ${level}`, () => {
    const clientOf = (container) => (level === "account" ? service : container).getBlobBatchClient();

    test("deletes 256 blobs", async (t) => {
      const container = await aContainer(t);
      const blobs = await blobsOf(container, 256);
      const answer = await clientOf(container).deleteBlobs(blobs.map((b) => b.url), credential); // prettier-ignore
      assert.equal(answer._response.status, 202);
      assert.deepEqual([answer.subResponsesSucceededCount, answer.subResponsesFailedCount], [256, 0]);
      assert.ok(answer.subResponses.every((r) => r.status === 202 && r.statusMessage === "Accepted"));
      assert.equal(await left(container), 0);
    });

    test("sets tiers", async (t) => {
      const container = await aContainer(t);
      const blobs = await blobsOf(container, 3);
      const answer = await clientOf(container).setBlobsAccessTier(blobs, "Cool");
      assert.deepEqual(answer.subResponses.map((r) => r.status), [200, 200, 200]);
      for (const blob of blobs) assert.equal((await blob.getProperties()).accessTier, "Cool");
    });

    test("says which part failed and why", async (t) => {
      const container = await aContainer(t);
      const [blob] = await blobsOf(container, 1);
      const missing = container.getBlockBlobClient("missing");
      const answer = await clientOf(container).deleteBlobs([missing, blob]);
      assert.deepEqual([answer.subResponsesSucceededCount, answer.subResponsesFailedCount], [1, 1]);
      const [failed, deleted] = answer.subResponses;
      assert.deepEqual([failed.status, failed.errorCode, failed._request.url], [404, "BlobNotFound", missing.url]);
      assert.match(failed.bodyAsText, /<Code>BlobNotFound<\/Code>/);
      assert.equal(failed.statusMessage, "The specified blob does not exist.");
      assert.equal(deleted.status, 202);
      assert.equal(await left(container), 0);
    });
  });
}

test("a batch by SAS: each part by its own", async (t) => {
  const container = await aContainer(t);
  const blobs = await blobsOf(container, 2);
  const url = async (permissions) =>
    container.generateSasUrl({ permissions: ContainerSASPermissions.parse(permissions), expiresOn: new Date(Date.now() + 3600_000) }); // prettier-ignore
  const by = async (permissions) => {
    const { ContainerClient } = await import("@azure/storage-blob");
    return new ContainerClient(await url(permissions));
  };
  const may = await by("d");
  const mayNot = await by("r");
  const batch = new BlobBatch();
  await batch.deleteBlob(may.getBlobClient(blobs[0].name));
  await batch.deleteBlob(mayNot.getBlobClient(blobs[1].name));
  const answer = await mayNot.getBlobBatchClient().submitBatch(batch);
  assert.deepEqual(answer.subResponses.map((r) => [r.status, r.errorCode]), [[202, undefined], [403, "AuthorizationPermissionMismatch"]]); // prettier-ignore
  assert.equal(await left(container), 1);
});
