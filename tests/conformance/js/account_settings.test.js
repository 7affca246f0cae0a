// What settings of an account do to its blobs: last access times, the default tier, tiers of page blobs.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { all, onEmulator, put, refused, textOf, unique } from "./env.js";
import { change, ownAccount } from "./queue_env.js";

async function aContainerWith(settings) {
  const account = await ownAccount();
  await change("PUT", `accounts/${account.url.split("/").pop()}`, JSON.stringify(settings));
  const container = account.blobs.getContainerClient(unique());
  await container.create();
  return { container, ...account };
}

describe("Account settings", { skip: !onEmulator && "they are the emulator's own" }, () => {
  test("last access times", async () => {
    const { container, advance } = await aContainerWith({ lastAccessTimeTracking: true });
    const blob = container.getBlockBlobClient("blob");
    await put(blob, "text");
    const written = await blob.getProperties();
    assert.deepEqual(written.lastAccessed, written.lastModified);
    await advance(3600);
    assert.equal(await textOf(blob), "text");
    const read = await blob.getProperties();
    assert.ok(read.lastAccessed >= +written.lastModified + 3600_000);
    assert.deepEqual([read.etag, read.lastModified], [written.etag, written.lastModified]);
    const [item] = await all(container.listBlobsFlat());
    assert.deepEqual(item.properties.lastAccessedOn, read.lastAccessed);
  });

  test("the default tier", async () => {
    const { container } = await aContainerWith({ accessTier: "Cold" });
    const blob = container.getBlockBlobClient("blob");
    await put(blob, "text");
    const { accessTier, accessTierInferred } = await blob.getProperties();
    assert.deepEqual([accessTier, accessTierInferred], ["Cold", true]);
  });

  test("tiers of page blobs", async () => {
    const { container } = await aContainerWith({ sku: "Premium_LRS" });
    const disk = container.getPageBlobClient("disk");
    await disk.create(512);
    const { accessTier, accessTierInferred } = await disk.getProperties();
    assert.deepEqual([accessTier, accessTierInferred], ["P4", true]);
    await disk.setAccessTier("P20");
    assert.equal((await disk.getProperties()).accessTier, "P20");
    await refused(disk.setAccessTier("P10"), 409, "CannotChangeToLowerTier");
    const large = container.getPageBlobClient("large");
    await refused(large.create(64 * 2 ** 30, { tier: "P4" }), 409, "BlobTierInadequateForContentLength");
    await large.create(64 * 2 ** 30, { tier: "P10" });
    await refused(large.resize(256 * 2 ** 30), 409, "ContentLengthLargerThanTierLimit");
  });
});
