// Leases of files, which have no end, and of shares and their snapshots.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GUID, onEmulator, refused, unique } from "./env.js";
import { aFile, aRoot, aShare, ask, files, LEASE, leased, OTHER_LEASE, ownFiles, put, read, statusOf } from "./file_env.js";
import { expectError } from "./raw.js";

const stateOf = async (client) => {
  const { leaseStatus, leaseState, leaseDuration } = await client.getProperties();
  return [leaseStatus, leaseState, leaseDuration];
};
const FREE = ["unlocked", "available", undefined];

describe("Lease File", () => {
  test("life", async (t) => {
    const file = await aFile(await aRoot(t));
    const before = await file.getProperties();
    const lease = file.getShareLeaseClient();
    const acquired = await lease.acquireLease();
    assert.equal(statusOf(acquired), 201);
    assert.match(acquired.leaseId, GUID);
    assert.deepEqual(await stateOf(file), ["locked", "leased", "infinite"]);
    assert.equal(statusOf(await lease.changeLease(LEASE)), 200);
    assert.equal(statusOf(await lease.releaseLease()), 200);
    assert.deepEqual(await stateOf(file), FREE);
    assert.equal((await file.getProperties()).etag, before.etag);
    await lease.acquireLease();
    const broken = await lease.breakLease();
    assert.deepEqual([statusOf(broken), broken.leaseTimeInSeconds ?? broken.leaseTime], [202, 0]);
    assert.deepEqual(await stateOf(file), ["unlocked", "broken", undefined]);
  });

  test("refusals", async (t) => {
    const root = await aRoot(t);
    const file = await aFile(root);
    const [mine, theirs] = [file.getShareLeaseClient(LEASE), file.getShareLeaseClient(OTHER_LEASE)];
    await refused(mine.acquireLease(15), 400, "InvalidHeaderValue");
    await mine.acquireLease();
    await refused(theirs.acquireLease(), 409, "LeaseAlreadyPresent");
    await refused(theirs.releaseLease(), 409, "LeaseIdMismatchWithLeaseOperation");
    await refused(theirs.changeLease("22222222-2222-4333-8444-555555555555"), 409, "LeaseIdMismatchWithLeaseOperation");
    await mine.releaseLease();
    await refused(mine.breakLease(), 409, "LeaseNotPresentWithLeaseOperation");
    await refused(mine.changeLease(OTHER_LEASE), 409, "LeaseNotPresentWithLeaseOperation");
    const missing = root.getFileClient("missing").getShareLeaseClient(LEASE);
    for (const call of [
      () => missing.acquireLease(),
      () => missing.releaseLease(),
      () => missing.changeLease(OTHER_LEASE),
      () => missing.breakLease(),
    ]) {
      await refused(call(), 404, "ResourceNotFound");
    }
    expectError(
      await ask("PUT", `/${root.shareName}/file`, { query: "comp=lease", headers: { "x-ms-lease-action": "acquire" } }),
      400,
      "MissingRequiredHeader",
      { HeaderName: "x-ms-lease-duration" },
    );
  });

  const WRITES = {
    create: (file, lease) => file.create(5, lease),
    range: (file, lease) => put(file, "x", 0, lease),
    clear: (file, lease) => file.clearRange(0, 512, lease),
    resize: (file, lease) => file.resize(600, lease),
    properties: (file, lease) => file.setProperties(lease),
    headers: (file, lease) => file.setHttpHeaders({}, lease),
    metadata: (file, lease) => file.setMetadata({}, lease),
    delete: (file, lease) => file.delete(lease),
  };
  for (const [name, write] of Object.entries(WRITES)) {
    test(`${name} needs the id`, async (t) => {
      const file = await aFile(await aRoot(t), 1024);
      await refused(write(file, leased(LEASE)), 412, "LeaseNotPresentWithFileOperation");
      await file.getShareLeaseClient(LEASE).acquireLease();
      await refused(write(file), 412, "LeaseIdMissing");
      await refused(write(file, leased(OTHER_LEASE)), 412, "LeaseIdMismatchWithFileOperation");
      await write(file, leased(LEASE));
    });
  }

  const READS = {
    download: (file, lease) => read(file, 0, undefined, lease),
    properties: (file, lease) => file.getProperties(lease),
    ranges: (file, lease) => file.getRangeList(lease),
  };
  for (const [name, readIt] of Object.entries(READS)) {
    test(`${name} needs none, but no other`, async (t) => {
      const file = await aFile(await aRoot(t));
      await refused(readIt(file, leased(LEASE)), 412, "LeaseNotPresentWithFileOperation");
      await file.getShareLeaseClient(LEASE).acquireLease();
      await readIt(file);
      await readIt(file, leased(LEASE));
      await refused(readIt(file, leased(OTHER_LEASE)), 412, "LeaseIdMismatchWithFileOperation");
    });
  }
});

describe("Lease Share", () => {
  test("life", async (t) => {
    const share = await aShare(t);
    const lease = share.getShareLeaseClient();
    assert.equal(statusOf(await lease.acquireLease(15)), 201);
    assert.deepEqual(await stateOf(share), ["locked", "leased", "fixed"]);
    // This SDK takes a share for a file when it is to renew the lease.
    assert.equal(
      (
        await ask("PUT", `/${share.name}`, {
          query: "restype=share&comp=lease",
          headers: { "x-ms-lease-action": "renew", "x-ms-lease-id": lease.leaseId },
        })
      ).status,
      200,
    );
    await lease.changeLease(LEASE);
    await refused(share.delete(), 412, "LeaseIdMissing");
    await refused(share.delete(leased(OTHER_LEASE)), 412, "LeaseIdMismatchWithContainerOperation");
    assert.equal(statusOf(await lease.breakLease()), 202);
    assert.equal((await stateOf(share))[1], "breaking");
    await lease.releaseLease();
    assert.deepEqual(await stateOf(share), FREE);
    await refused(share.delete(leased(LEASE)), 412, "LeaseNotPresentWithContainerOperation");
    await lease.acquireLease();
    await share.delete(leased(LEASE));
  });

  test("refusals", async (t) => {
    const share = await aShare(t);
    const [mine, theirs] = [share.getShareLeaseClient(LEASE), share.getShareLeaseClient(OTHER_LEASE)];
    for (const duration of [0, 14, 61]) await refused(mine.acquireLease(duration), 400, "InvalidHeaderValue");
    await mine.acquireLease();
    await refused(theirs.acquireLease(), 409, "LeaseAlreadyPresent");
    await refused(theirs.releaseLease(), 409, "LeaseIdMismatchWithLeaseOperation");
    await mine.breakLease(); // one without an end breaks at once
    await mine.releaseLease();
    const missing = files.getShareClient(unique()).getShareLeaseClient(LEASE);
    for (const call of [
      () => missing.acquireLease(),
      () => missing.releaseLease(),
      () => missing.changeLease(OTHER_LEASE),
      () => missing.breakLease(),
    ]) {
      await refused(call(), 404, "ShareNotFound");
    }
  });

  test("an id is checked where it is given", async (t) => {
    const share = await aShare(t);
    for (const call of [
      () => share.getProperties(leased(LEASE)),
      () => share.setMetadata({}, leased(LEASE)),
      () => share.setQuota(5, leased(LEASE)),
      () => share.getStatistics(leased(LEASE)),
      () => share.getAccessPolicy(leased(LEASE)),
      () => share.setAccessPolicy([], leased(LEASE)),
    ])
      await refused(call(), 412, "LeaseNotPresentWithContainerOperation");
  });

  test("of a snapshot", async (t) => {
    const share = await aShare(t);
    const snapshot = share.withSnapshot((await share.createSnapshot()).snapshot);
    const lease = snapshot.getShareLeaseClient(LEASE);
    await lease.acquireLease();
    assert.deepEqual([await stateOf(snapshot), await stateOf(share)], [["locked", "leased", "infinite"], FREE]);
    await refused(snapshot.delete(), 412, "LeaseIdMissing");
    await lease.releaseLease();
  });

  test("expires by the account's clock", { skip: !onEmulator }, async () => {
    const account = await ownFiles();
    const share = await account.aShare();
    await share.getShareLeaseClient(LEASE).acquireLease(30);
    await account.advance(30);
    assert.deepEqual(await stateOf(share), ["unlocked", "expired", undefined]);
    await share.delete();
  });
});
