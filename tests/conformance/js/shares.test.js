// Create, Get and Set Share Properties, metadata, stats, quota, List Shares, Delete and Restore Share, permissions.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { all, ETAG, names, onEmulator, refused, unique } from "./env.js";
import {
  aDirectory,
  ADMINISTRATORS,
  aFile,
  aRoot,
  aShare,
  ask,
  files,
  headerOf,
  namesIn,
  ownFiles,
  PASSED_ON,
  read,
  statusOf,
  SYSTEM,
} from "./file_env.js";
import { expectError } from "./raw.js";

const GIB = 1024 ** 3;
const DAY = 24 * 3600;
const missing = () => files.getShareClient(unique());

describe("Create Share", () => {
  test("what is not given", async (t) => {
    const share = files.getShareClient(unique());
    t.after(() => share.delete());
    const answer = await share.create();
    assert.equal(statusOf(answer), 201);
    assert.match(answer.etag, ETAG);
    const found = await share.getProperties();
    assert.deepEqual(
      [found.quota, found.accessTier, found.protocols, found.metadata],
      [102400, "TransactionOptimized", { smbEnabled: true }, {}],
    );
    assert.deepEqual([found.leaseStatus, found.leaseState, found.leaseDuration], ["unlocked", "available", undefined]);
    assert.deepEqual([found.etag, found.lastModified], [answer.etag, answer.lastModified]);
    assert.equal(await share.exists(), true);
  });

  test("what is given", async (t) => {
    const share = await aShare(t, { metadata: { Owner: "ada" }, quota: 7, accessTier: "Cool" });
    const found = await share.getProperties();
    // This SDK reads the names of metadata in small letters.
    assert.deepEqual([found.metadata, found.quota, found.accessTier], [{ owner: "ada" }, 7, "Cool"]);
    const nfs = await aShare(t, { protocols: { nfsEnabled: true }, rootSquash: "RootSquash" });
    const shown = await nfs.getProperties();
    assert.deepEqual([shown.protocols, shown.rootSquash], [{ nfsEnabled: true }, "RootSquash"]);
  });

  test("the directory of snapshots of NFS shares", async (t) => {
    const share = await aShare(t, { protocols: { nfsEnabled: true }, enableSnapshotVirtualDirectoryAccess: true });
    assert.equal((await share.getProperties()).enableSnapshotVirtualDirectoryAccess, true);
    await share.setProperties({ enableSnapshotVirtualDirectoryAccess: false });
    assert.equal((await share.getProperties()).enableSnapshotVirtualDirectoryAccess, false);
  });

  test("there already", async (t) => {
    const share = await aShare(t);
    await refused(share.create(), 409, "ShareAlreadyExists");
    assert.equal((await share.createIfNotExists()).succeeded, false);
  });

  test("refusals", async () => {
    await refused(files.getShareClient("ab").create(), 400, "OutOfRangeInput");
    await refused(files.getShareClient("Upper").create(), 400, "InvalidResourceName");
    for (const createOptions of [{ quota: 0 }, { quota: 102401 }, { accessTier: "Lukewarm" }, { rootSquash: "AllSquash" }]) {
      await refused(missing().create(createOptions), 400, "InvalidHeaderValue");
    }
    await refused(missing().create({ metadata: { "a-b": "1" } }), 400, "InvalidMetadata");
    await refused(missing().create({ metadata: { a: "x".repeat(8192) } }), 400, "MetadataTooLarge");
  });
});

describe("What is billed beforehand", () => {
  test("is kept and shown", async (t) => {
    const share = await aShare(t, { quota: 1024, shareProvisionedIops: 3000 });
    const found = await share.getProperties();
    assert.deepEqual([found.quota, found.provisionedIops, found.provisionedBandwidthMibps], [1024, 3000, 81]);
    await share.setProperties({ shareProvisionedBandwidthMibps: 200 });
    assert.equal((await share.getProperties()).provisionedBandwidthMibps, 200);
    const bursting = await aShare(t, { paidBurstingEnabled: true, paidBurstingMaxIops: 5000 });
    const burst = await bursting.getProperties();
    assert.deepEqual([burst.paidBurstingEnabled, burst.paidBurstingMaxIops], [true, 5000]);
    await refused(share.setProperties({ shareProvisionedIops: 499 }), 400, "InvalidHeaderValue");
  });
});

describe("Share properties", () => {
  test("set", async (t) => {
    const share = await aShare(t);
    const before = await share.getProperties();
    await share.setProperties({ quotaInGB: 3, accessTier: "Hot" });
    await share.setQuota(4);
    const after = await share.getProperties();
    assert.deepEqual([after.quota, after.accessTier], [4, "Hot"]);
    assert.notEqual(after.etag, before.etag);
    assert.ok(after.accessTierChangeTime instanceof Date);
    await refused(share.setQuota(0), 400, "InvalidHeaderValue");
    await refused(share.setProperties({ rootSquash: "AllSquash" }), 400, "InvalidHeaderValue");
    await refused(missing().setQuota(1), 404, "ShareNotFound");
    await refused(missing().getProperties(), 404, "ShareNotFound");
    assert.equal(await missing().exists(), false);
  });

  test("metadata", async (t) => {
    const share = await aShare(t);
    await share.setMetadata({ team: "x y" });
    assert.deepEqual((await share.getProperties()).metadata, { team: "x y" });
    await share.setMetadata();
    assert.deepEqual((await share.getProperties()).metadata, {});
    await refused(share.setMetadata({ "1st": "x" }), 400, "InvalidMetadata");
    await refused(share.setMetadata({ a: "x".repeat(8192) }), 400, "MetadataTooLarge");
    await refused(missing().setMetadata({}), 404, "ShareNotFound");
  });

  test("stats and quota", async (t) => {
    const share = await aShare(t, { quota: 1 });
    const file = await aFile(share.rootDirectoryClient, GIB);
    assert.equal((await share.getStatistics()).shareUsageBytes, GIB);
    await refused(file.resize(GIB + 1), 403, "ShareSizeLimitReached");
    await refused(share.createFile("other", 1), 403, "ShareSizeLimitReached");
    await file.resize(5);
    assert.equal((await share.getStatistics()).shareUsageBytes, 5);
    await refused(missing().getStatistics(), 404, "ShareNotFound");
  });
});

describe("List Shares", () => {
  test("prefix, pages, metadata, snapshots", async (t) => {
    const prefix = unique();
    for (const letter of "abc") {
      const share = files.getShareClient(prefix + letter);
      await share.create({ metadata: { letter } });
      t.after(() => share.delete({ deleteSnapshots: "include" }));
    }
    await files.getShareClient(`${prefix}b`).createSnapshot();
    const letters = async (listOptions) => (await names(files.listShares({ prefix, ...listOptions }))).map((name) => name.at(-1));
    assert.deepEqual(await letters(), ["a", "b", "c"]);
    assert.deepEqual(await letters({ includeSnapshots: true }), ["a", "b", "b", "c"]);
    assert.deepEqual(await letters({ prefix: `${prefix}c` }), ["c"]);
    const pages = await all(files.listShares({ prefix }).byPage({ maxPageSize: 2 }));
    assert.deepEqual(
      pages.map((page) => page.shareItems.length),
      [2, 1],
    );
    const { value: second } = await files.listShares({ prefix }).byPage({ continuationToken: pages[0].continuationToken }).next();
    assert.equal(second.shareItems[0].name, `${prefix}c`);
    const [snapshot, share] = await all(files.listShares({ prefix: `${prefix}b`, includeSnapshots: true, includeMetadata: true }));
    assert.match(snapshot.snapshot, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
    assert.deepEqual(
      [share.snapshot, share.metadata, share.properties.quota, share.properties.protocols],
      [undefined, { letter: "b" }, 102400, { smbEnabled: true }],
    );
  });

  test("refusals", async () => {
    await refused(all(files.listShares().byPage({ maxPageSize: 0 })), 400, "OutOfRangeQueryParameterValue");
    await refused(all(files.listShares().byPage({ continuationToken: "none" })), 400, "OutOfRangeInput");
    expectError(await ask("GET", "/", { query: "comp=list&include=all" }), 400, "InvalidQueryParameterValue");
  });
});

describe("Delete and Restore Share", () => {
  test("gone", async (t) => {
    const share = await aShare(t);
    await aFile(share.rootDirectoryClient, "twelve bytes");
    const answer = await share.delete();
    assert.deepEqual(
      [statusOf(answer), answer.shareUsageBytes ?? Number(headerOf(answer, "x-ms-file-share-usage-bytes"))],
      [202, 12],
    );
    await refused(share.delete(), 404, "ShareNotFound");
    assert.equal((await share.deleteIfExists()).succeeded, false);
    await share.create();
    assert.deepEqual(await namesIn(share.rootDirectoryClient), []);
  });

  test("soft delete", { skip: !onEmulator }, async () => {
    const account = await ownFiles({ shareDeleteRetentionDays: 7 });
    const share = await account.aShare({ metadata: { a: "1" } });
    await aFile(share.rootDirectoryClient, "kept");
    await share.delete();
    assert.deepEqual(await names(account.service.listShares()), []);
    const [item] = await all(account.service.listShares({ includeDeleted: true }));
    assert.deepEqual([item.name, item.deleted, item.properties.remainingRetentionDays], [share.name, true, 6]);
    assert.ok(item.properties.deletedTime instanceof Date);
    await refused(account.service.undeleteShare(item.name, "0000000000000000"), 404, "ShareNotFound");
    const back = await account.service.undeleteShare(item.name, item.version);
    assert.equal(await read(back.rootDirectoryClient.getFileClient("file")), "kept");
    await back.delete();
    const [again] = await all(account.service.listShares({ includeDeleted: true }));
    await share.create();
    await refused(account.service.undeleteShare(again.name, again.version), 409, "ShareAlreadyExists");
    await account.advance(7 * DAY);
    assert.deepEqual(
      (await all(account.service.listShares({ includeDeleted: true }))).map(({ deleted }) => deleted),
      [undefined],
    );
  });

  test("what a restoration needs", async () => {
    const restore = (headers) => ask("PUT", `/${unique()}`, { query: "restype=share&comp=undelete", headers });
    expectError(await restore({ "x-ms-deleted-share-name": "sha" }), 400, "MissingRequiredHeader", {
      HeaderName: "x-ms-deleted-share-version",
    });
    expectError(await restore({ "x-ms-deleted-share-version": "1" }), 400, "MissingRequiredHeader", {
      HeaderName: "x-ms-deleted-share-name",
    });
  });
});

const BINARY =
  "AQAUhGwAAACIAAAAAAAAABQAAAACAFgAAwAAAAAAFAD/AR8AAQEAAAAAAAUSAAAAAAAYAP8BHwABAgAAAAAABSAAAAAgAgAAAAAkAKkAEgABBQAA" +
  "AAAABRUAAABZUbgXZnJdJWRjOwuMmS4AAQUAAAAAAAUVAAAAoGXPfnhLm1/nfIdwr/1IAQEFAAAAAAAFFQAAAKBlz354S5tf53yHcAECAAA=";

describe("Permissions", () => {
  test("in their binary form", async (t) => {
    const share = await aShare(t);
    const { filePermissionKey } = await share.createPermission({ permission: BINARY, format: "Binary" });
    const found = await share.getPermission(filePermissionKey, { filePermissionFormat: "Binary" });
    assert.deepEqual([found.permission, found.format], [BINARY, "Binary"]);
    const { permission: text } = await share.getPermission(filePermissionKey);
    assert.match(text, /^O:S-1-5-21-.*S:NO_ACCESS_CONTROL$/);
    assert.equal((await share.createPermission(text)).filePermissionKey, filePermissionKey);
    await refused(share.createPermission({ permission: "AQAEgA==", format: "Binary" }), 400, "FileInvalidPermission");
    const file = await aFile(share.rootDirectoryClient);
    await file.setProperties({ filePermission: BINARY, filePermissionFormat: "Binary" });
    assert.equal((await file.getProperties()).filePermissionKey, filePermissionKey);
  });

  test("the same text has the same key", async (t) => {
    const share = await aShare(t);
    const { filePermissionKey } = await share.createPermission(SYSTEM);
    assert.equal((await share.createPermission({ permission: SYSTEM, format: "Sddl" })).filePermissionKey, filePermissionKey);
    assert.notEqual((await share.createPermission(ADMINISTRATORS)).filePermissionKey, filePermissionKey);
    assert.equal((await share.getPermission(filePermissionKey)).permission, SYSTEM);
  });

  test("refusals", async (t) => {
    const share = await aShare(t);
    await refused(share.createPermission("everybody"), 400, "FileInvalidPermission");
    await refused(share.getPermission("1*2"), 400, "FileInvalidPermissionKey");
    await refused(missing().createPermission(SYSTEM), 404, "ShareNotFound");
  });

  test("of directories and files", async (t) => {
    const root = await aRoot(t);
    const directory = root.getDirectoryClient("d");
    const { filePermissionKey } = await directory.create({ filePermission: PASSED_ON });
    const inner = await aDirectory(directory);
    assert.equal((await inner.getProperties()).filePermissionKey, filePermissionKey);
    const file = await aFile(directory);
    await file.setProperties({ filePermission: ADMINISTRATORS });
    assert.notEqual((await file.getProperties()).filePermissionKey, filePermissionKey);
    await file.setProperties({ filePermissionKey });
    assert.equal((await file.getProperties()).filePermissionKey, filePermissionKey);
    await refused(file.setProperties({ filePermissionKey: "1*2" }), 400, "FileInvalidPermissionKey");
  });
});
