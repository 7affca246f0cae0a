// Immutability policies and legal holds of versions.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { all, onEmulator, put, refused, textOf, unique } from "./env.js";
import { change, ownAccount } from "./queue_env.js";
import { expectError, request } from "./raw.js";

const HOUR = 3600 * 1000;
const inAnHour = () => new Date(Math.floor(Date.now() / 1000) * 1000 + HOUR);

/** A container in which blobs can be protected, and its account. */
async function anImmutableContainer(settings = { enabled: true }) {
  const account = await ownAccount();
  const name = account.url.split("/").pop();
  await change("PUT", `accounts/${name}`, JSON.stringify({ immutableStorageWithVersioning: settings }));
  const container = account.blobs.getContainerClient(unique());
  await container.create();
  return { container, ...account };
}

describe("Immutability policies", { skip: !onEmulator && "immutable storage is a setting of the account" }, () => {
  test("are set, shown, extended and deleted", async () => {
    const { container } = await anImmutableContainer();
    const blob = container.getBlockBlobClient("blob");
    await put(blob, "text");
    const until = inAnHour();
    const set = await blob.setImmutabilityPolicy({ expiriesOn: until, policyMode: "Unlocked" });
    assert.deepEqual([set.immutabilityPolicyExpiry, set.immutabilityPolicyMode], [until, "unlocked"]);
    const properties = await blob.getProperties();
    assert.deepEqual([properties.immutabilityPolicyExpiresOn, properties.immutabilityPolicyMode], [until, "unlocked"]);
    const [item] = await all(container.listBlobsFlat({ includeImmutabilityPolicy: true, includeLegalHold: true }));
    assert.deepEqual([item.properties.immutabilityPolicyExpiresOn, item.properties.immutabilityPolicyMode], [until, "unlocked"]);
    assert.equal(item.properties.legalHold, undefined);
    assert.equal((await blob.download()).immutabilityPolicyMode, "unlocked");
    await refused(blob.setMetadata({ n: "1" }), 409, "BlobImmutableDueToPolicy");
    await blob.deleteImmutabilityPolicy();
    assert.equal((await blob.getProperties()).immutabilityPolicyExpiresOn, undefined);
    await blob.setMetadata({ n: "1" });
  });

  test("that are locked can only be extended", async () => {
    const { container, advance } = await anImmutableContainer();
    const blob = container.getBlockBlobClient("blob");
    const until = inAnHour();
    const { versionId } = await blob.upload("text", 4, { immutabilityPolicy: { expiriesOn: until, policyMode: "Locked" } });
    const earlier = { expiriesOn: new Date(until - HOUR / 2), policyMode: "Locked" };
    await refused(blob.setImmutabilityPolicy(earlier), 409, "BlobImmutableDueToPolicy");
    await refused(blob.deleteImmutabilityPolicy(), 409, "ImmutabilityPolicyDeleteOnLockedPolicy");
    await blob.setImmutabilityPolicy({ expiriesOn: new Date(+until + HOUR), policyMode: "Locked" });
    await blob.delete();
    await refused(blob.withVersion(versionId).delete(), 409, "BlobImmutableDueToPolicy");
    assert.equal(await textOf(blob.withVersion(versionId)), "text");
    await advance(7201);
    await blob.withVersion(versionId).delete();
  });

  test("come from the container", async () => {
    const policy = { immutabilityPeriodSinceCreationInDays: 1, state: "Unlocked" };
    const { container } = await anImmutableContainer({ enabled: true, immutabilityPolicy: policy });
    const blob = container.getBlockBlobClient("blob");
    await put(blob, "text");
    const { immutabilityPolicyExpiresOn } = await blob.getProperties();
    assert.ok(Math.abs(immutabilityPolicyExpiresOn - Date.now() - 24 * HOUR) < HOUR);
    const properties = await container.getProperties();
    assert.deepEqual([properties.hasImmutabilityPolicy, properties.isImmutableStorageWithVersioningEnabled], [true, true]);
    await refused(container.delete(), 409, "ContainerImmutableStorageWithVersioningEnabled");
  });

  test("of other containers are refused", async () => {
    const { container } = await anImmutableContainer({ containers: { elsewhere: {} } });
    const blob = container.getBlockBlobClient("blob");
    await put(blob, "text");
    await refused(blob.setImmutabilityPolicy({ expiriesOn: inAnHour() }), 409, "BlobOperationNotSupported");
    await refused(blob.deleteImmutabilityPolicy(), 409, "BlobOperationNotSupported");
    await refused(blob.setLegalHold(true), 409, "BlobOperationNotSupported");
  });

  test("without a date, with one that has passed, and of what is missing", async () => {
    const { container, blobs } = await anImmutableContainer();
    for (const [comp, header] of [["immutabilityPolicies", "x-ms-immutability-policy-until-date"], ["legalhold", "x-ms-legal-hold"]]) {
      expectError(await request("PUT", "/con/b", { query: `comp=${comp}` }), 400, "MissingRequiredHeader", { HeaderName: header });
    }
    expectError(await request("PUT", "/con/b", { query: "comp=legalhold", headers: { "x-ms-legal-hold": "1" } }), 400, "InvalidHeaderValue");
    const blob = container.getBlockBlobClient("blob");
    const until = inAnHour();
    for (const [missing, code] of [[blob, "BlobNotFound"], [blobs.getContainerClient(unique()).getBlobClient("b"), "ContainerNotFound"]]) {
      await refused(missing.setImmutabilityPolicy({ expiriesOn: until }), 404, code);
      await refused(missing.deleteImmutabilityPolicy(), 404, code);
      await refused(missing.setLegalHold(true), 404, code);
    }
    await put(blob, "text");
    await refused(blob.setImmutabilityPolicy({ expiriesOn: new Date(until - 2 * HOUR) }), 400, "InvalidHeaderValue");
  });

  test("legal holds", async () => {
    const { container } = await anImmutableContainer();
    const blob = container.getBlockBlobClient("blob");
    const { versionId } = await blob.upload("text", 4, { legalHold: true });
    await put(blob, "more");
    const version = blob.withVersion(versionId);
    assert.deepEqual([(await version.getProperties()).legalHold, (await blob.getProperties()).legalHold], [true, undefined]);
    await refused(version.delete(), 409, "BlobImmutableDueToLegalHold");
    assert.equal((await blob.setLegalHold(true)).legalHold, true);
    await refused(blob.setMetadata({ n: "1" }), 409, "BlobImmutableDueToLegalHold");
    assert.equal((await blob.setLegalHold(false)).legalHold, false);
    const [item] = await all(container.listBlobsFlat({ includeLegalHold: true }));
    assert.equal(item.properties.legalHold, false);
    await blob.setMetadata({ n: "1" });
  });
});
