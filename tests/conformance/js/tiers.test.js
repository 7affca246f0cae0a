// Access tiers: at upload, by Set Blob Tier, on reads and in listings, and the archive.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { aBlob, aContainer, all, aTextBlob, base64, put, read, refused, service, textOf, unique } from "./env.js";
import { expectError, request } from "./raw.js";

const ONLINE = ["Hot", "Cool", "Cold"];
const path = (blob) => `/${blob.containerName}/${blob.name}`;
const anArchivedBlob = (t) => aTextBlob(t, "hello", { tier: "Archive" });

describe("Tiers at upload", () => {
  test("without one it is inferred", async (t) => {
    const properties = await (await aTextBlob(t)).getProperties();
    assert.deepEqual([properties.accessTier, properties.accessTierInferred, properties.accessTierChangedOn], ["Hot", true, undefined]); // prettier-ignore
  });

  for (const tier of ONLINE) {
    test(`${tier} of Put Blob and of Put Block List`, async (t) => {
      const blob = await aTextBlob(t, "hello", { tier });
      const properties = await blob.getProperties();
      assert.deepEqual([properties.accessTier, properties.accessTierInferred ?? false], [tier, false]);
      assert.ok(properties.accessTierChangedOn instanceof Date);
      assert.equal(await textOf(blob), "hello");

      const other = await aBlob(t);
      await other.stageBlock(base64("1"), "x", 1);
      await other.commitBlockList([base64("1")], { tier });
      assert.equal((await other.getProperties()).accessTier, tier);
    });
  }

  test("a new blob keeps the tier of the one it replaces", async (t) => {
    const blob = await aTextBlob(t, "hello", { tier: "Cool" });
    await put(blob, "again");
    assert.equal((await blob.getProperties()).accessTier, "Cool");
  });

  test("unknown tiers and those of page blobs", async (t) => {
    const blob = await aBlob(t);
    const headers = { "x-ms-blob-type": "BlockBlob", "x-ms-access-tier": "Lukewarm" };
    expectError(await request("PUT", path(blob), { headers }), 400, "InvalidHeaderValue", { HeaderName: "x-ms-access-tier" });
    await refused(put(blob, "hello", { tier: "P10" }), 400, "AccessTierNotSupportedForBlobType");
  });
});

describe("Set Blob Tier", () => {
  for (const tier of ONLINE) {
    test(`${tier} at once`, async (t) => {
      const blob = await aTextBlob(t);
      const before = await blob.getProperties();
      assert.equal((await blob.setAccessTier(tier))._response.status, 200);
      const after = await blob.getProperties();
      assert.deepEqual([after.accessTier, after.accessTierInferred ?? false, after.etag], [tier, false, before.etag]);
      assert.equal(await textOf(blob), "hello");
    });
  }

  test("of what is missing", async (t) => {
    await refused((await aBlob(t)).setAccessTier("Cool"), 404, "BlobNotFound");
    await refused(service.getContainerClient(unique()).getBlobClient("b").setAccessTier("Cool"), 404, "ContainerNotFound"); // prettier-ignore
  });

  test("unknown tiers", async (t) => {
    const blob = await aTextBlob(t);
    const headers = { "x-ms-access-tier": "Warm" };
    expectError(await request("PUT", path(blob), { query: "comp=tier", headers }), 400, "InvalidHeaderValue");
    await refused(blob.setAccessTier("P4"), 400, "AccessTierNotSupportedForBlobType");
    expectError(await request("PUT", path(blob), { query: "comp=tier" }), 400, "MissingRequiredHeader", { HeaderName: "x-ms-access-tier" }); // prettier-ignore
  });

  test("takes a lease id and no conditional headers", async (t) => {
    const blob = await aTextBlob(t);
    const conditions = { leaseId: "11111111-1111-1111-1111-111111111111" };
    await refused(blob.setAccessTier("Cool", { conditions }), 412, "LeaseNotPresentWithBlobOperation");
    const headers = { "x-ms-access-tier": "Cool", "If-Match": "*" };
    expectError(await request("PUT", path(blob), { query: "comp=tier", headers }), 400, "ConditionHeadersNotSupported");
  });
});

test("listings show tiers", async (t) => {
  const container = await aContainer(t);
  for (const tier of [...ONLINE, "Archive"]) await put(container.getBlockBlobClient(tier), "x", { tier });
  await put(container.getBlockBlobClient("inferred"), "x");
  await container.getBlobClient("Archive").setAccessTier("Cool");
  const listed = (await all(container.listBlobsFlat())).map(({ name, properties }) => [name, properties.accessTier, properties.accessTierInferred ?? false, properties.archiveStatus]); // prettier-ignore
  assert.deepEqual(listed, [
    ["Archive", "Archive", false, "rehydrate-pending-to-cool"],
    ["Cold", "Cold", false, undefined],
    ["Cool", "Cool", false, undefined],
    ["Hot", "Hot", false, undefined],
    ["inferred", "Hot", true, undefined],
  ]);
});

describe("The archive", () => {
  test("refuses reads and writes", async (t) => {
    const blob = await anArchivedBlob(t);
    await refused(read(blob), 409, "BlobArchived");
    await refused(put(blob, "again"), 409, "BlobArchived");
    await refused(blob.stageBlock(base64("1"), "x", 1), 409, "BlobArchived");
    await refused(blob.commitBlockList([]), 409, "BlobArchived");
    await refused(blob.setMetadata({ a: "1" }), 409, "BlobArchived");
    await refused(blob.setHTTPHeaders({ blobContentType: "text/plain" }), 409, "BlobArchived");
    assert.equal((await blob.getProperties()).accessTier, "Archive");
    await blob.delete();
  });

  test("keeps snapshots", async (t) => {
    const blob = await aTextBlob(t);
    const snapshot = blob.withSnapshot((await blob.createSnapshot()).snapshot);
    await snapshot.setAccessTier("Archive");
    await refused(snapshot.setAccessTier("Hot"), 409, "BlobOperationNotSupported");
    assert.equal((await snapshot.getProperties()).accessTier, "Archive");
  });

  test("is left with a priority, in time", async (t) => {
    const blob = await anArchivedBlob(t);
    assert.equal((await blob.setAccessTier("Hot"))._response.status, 202);
    const pending = await blob.getProperties();
    assert.deepEqual([pending.accessTier, pending.archiveStatus, pending.rehydratePriority], ["Archive", "rehydrate-pending-to-hot", "Standard"]); // prettier-ignore
    await refused(read(blob), 409, "BlobBeingRehydrated");
    await refused(blob.setAccessTier("Cool"), 409, "BlobBeingRehydrated");
    await blob.setAccessTier("Hot", { rehydratePriority: "High" });
    assert.equal((await blob.getProperties()).rehydratePriority, "High");
    const headers = { "x-ms-access-tier": "Hot", "x-ms-rehydrate-priority": "Now" };
    expectError(await request("PUT", path(blob), { query: "comp=tier", headers }), 400, "InvalidHeaderValue");
  });
});
