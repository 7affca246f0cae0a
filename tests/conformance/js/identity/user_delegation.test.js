// User delegation keys and the SAS they sign, in every service that has them.

import assert from "node:assert/strict";
import test from "node:test";
import { ManagedIdentityCredential } from "@azure/identity";
import * as blob from "@azure/storage-blob";
import * as file from "@azure/storage-file-share";
import * as queue from "@azure/storage-queue";
import { account, names, options, refused, textOf, unique } from "../env.js";

const { STORAGE_BLOB, STORAGE_QUEUE, STORAGE_FILE, LAZULITE_CONNECTION_STRING, LAZULITE_CONTROL } = process.env;
const MINUTE = 60_000;
const minutes = (number) => new Date(Math.floor(Date.now() / 1000) * 1000 + number * MINUTE);
const as = (name) => new ManagedIdentityCredential({ clientId: process.env[`${name}_CLIENT`] });
const blobs = (name = "APP", url = STORAGE_BLOB) => new blob.BlobServiceClient(url, as(name), options);
const aKey = (service) => service.getUserDelegationKey(minutes(-60), minutes(60));
const inAnHour = () => ({ startsOn: minutes(-5), expiresOn: minutes(60) });

/** A container with a blob, which nobody reads without credentials. */
async function aPrivateBlob(t, service = blobs()) {
  const container = service.getContainerClient(unique());
  await container.create();
  t.after(() => container.deleteIfExists());
  const client = container.getBlockBlobClient("blob");
  await client.upload("hello", 5);
  return client;
}

function sasOf(client, key, permissions, values = {}) {
  const all = { containerName: client.containerName, blobName: client.name, ...inAnHour(), ...values };
  all.permissions = client.name ? blob.BlobSASPermissions.parse(permissions) : blob.ContainerSASPermissions.parse(permissions);
  return blob.generateBlobSASQueryParameters(all, key, client.accountName).toString();
}
const bySas = (client, sas, credential) =>
  new blob.BlockBlobClient(`${client.url}${client.url.includes("?") ? "&" : "?"}${sas}`, credential ?? new blob.AnonymousCredential(), options);

test("The key says whose it is", async () => {
  const key = await aKey(blobs());
  assert.equal(key.signedObjectId, process.env.APP_OBJECT);
  assert.equal(key.signedService, "b");
  assert.equal(key._response.status, 200);
});

test("SAS of a container", async (t) => {
  const { containerName } = await aPrivateBlob(t);
  const container = blobs().getContainerClient(containerName);
  const sas = sasOf(container, await aKey(blobs()), "rwl");
  const there = new blob.ContainerClient(`${container.url}?${sas}`, new blob.AnonymousCredential(), options);
  await there.getBlockBlobClient("another").upload("by SAS", 6);
  assert.deepEqual(await names(there.listBlobsFlat()), ["another", "blob"]);
  assert.equal(await textOf(there.getBlobClient("another")), "by SAS");
  await refused(there.deleteBlob("another"), 403, "AuthorizationPermissionMismatch");
});

test("SAS of a blob", async (t) => {
  const client = await aPrivateBlob(t);
  const there = bySas(client, sasOf(client, await aKey(blobs()), "r"));
  assert.equal(await textOf(there), "hello");
  await refused(there.upload("changed", 7), 403, "AuthorizationPermissionMismatch");
});

test("SAS of a snapshot", async (t) => {
  const client = await aPrivateBlob(t);
  const { snapshot } = await client.createSnapshot();
  await client.upload("changed", 7);
  const sas = sasOf(client, await aKey(blobs()), "r", { snapshotTime: snapshot });
  assert.equal(await textOf(bySas(client.withSnapshot(snapshot), sas)), "hello");
  await refused(bySas(client, sas).downloadToBuffer(), 403, "AuthenticationFailed");
  await client.delete({ deleteSnapshots: "include" });
});

const change = async (method, path, body) => {
  const answer = await fetch(`${LAZULITE_CONTROL}/${path}`, { method, body, headers: { "x-lazulite-control": "1" } });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
};

test("SAS of a version, expired and revoked", async (t) => {
  const name = unique("a").slice(0, 24);
  await change("PUT", `accounts/${name}`, JSON.stringify({ keys: ["a2V5"], blobVersioning: true }));
  const service = blobs("APP", STORAGE_BLOB.replace(account, name));
  const client = await aPrivateBlob(t, service);
  const { versionId } = await client.getProperties();
  await client.upload("changed", 7);
  const there = async () => bySas(client.withVersion(versionId), sasOf(client, await aKey(service), "r", { versionId }));
  const first = await there();
  assert.equal(await textOf(first), "hello");
  await change("POST", `accounts/${name}/revokeUserDelegationKeys`);
  await refused(first.downloadToBuffer(), 403, "AuthenticationFailed");
  const second = await there();
  assert.equal(await textOf(second), "hello");
  await change("POST", `clock?account=${name}&advance=4000`);
  await refused(second.downloadToBuffer(), 403, "AuthenticationFailed");
});

test("The key of a reader writes nothing, and nobody has none", async (t) => {
  const client = await aPrivateBlob(t);
  const there = bySas(client, sasOf(client, await aKey(blobs("READER")), "rw"));
  assert.equal(await textOf(there), "hello");
  await refused(there.upload("changed", 7), 403, "AuthorizationPermissionMismatch");
  await refused(aKey(blobs("NOBODY")), 403, "AuthorizationPermissionMismatch");
});

test("SAS for one user", async (t) => {
  const client = await aPrivateBlob(t);
  const sas = sasOf(client, await aKey(blobs()), "r", { delegatedUserObjectId: process.env.NOBODY_OBJECT });
  assert.equal(await textOf(bySas(client, sas, as("NOBODY"))), "hello");
  await refused(bySas(client, sas).downloadToBuffer(), 403, "AuthenticationFailed");
  await refused(bySas(client, sas, as("READER")).downloadToBuffer(), 403, "AuthenticationFailed");
});

test("SAS of a queue", async (t) => {
  const service = new queue.QueueServiceClient(STORAGE_QUEUE, as("APP"), options);
  const client = service.getQueueClient(unique());
  await client.create();
  t.after(() => client.delete());
  const key = await aKey(service);
  assert.equal(key.signedService, "q");
  const values = { queueName: client.name, permissions: queue.QueueSASPermissions.parse("ra"), ...inAnHour() };
  const sas = queue.generateQueueSASQueryParameters(values, key, account);
  const there = new queue.QueueClient(`${client.url}?${sas}`, new queue.AnonymousCredential(), options);
  await there.sendMessage("hello");
  assert.equal((await there.peekMessages()).peekedMessageItems[0].messageText, "hello");
  await refused(there.receiveMessages(), 403, "AuthorizationPermissionMismatch");
});

test("SAS of a share and a file", async (t) => {
  const share = file.ShareServiceClient.fromConnectionString(LAZULITE_CONNECTION_STRING, options).getShareClient(unique());
  await share.create();
  t.after(() => share.delete());
  const key = await aKey(new file.ShareServiceClient(STORAGE_FILE, as("APP"), { ...options, fileRequestIntent: "backup" }));
  assert.equal(key.signedService, "f");
  const ofShare = { shareName: share.name, permissions: file.ShareSASPermissions.parse("rcw"), ...inAnHour() };
  const shareSas = file.generateFileSASQueryParameters(ofShare, key, account);
  const there = new file.ShareClient(`${share.url}?${shareSas}`, new file.AnonymousCredential(), options);
  await there.rootDirectoryClient.getFileClient("file").uploadData(Buffer.from("hello"));
  const ofFile = { shareName: share.name, filePath: "file", permissions: file.FileSASPermissions.parse("r"), ...inAnHour() };
  const url = `${share.url}/file?${file.generateFileSASQueryParameters(ofFile, key, account)}`;
  const client = new file.ShareFileClient(url, new file.AnonymousCredential(), options);
  assert.equal((await client.downloadToBuffer()).toString(), "hello");
  await refused(client.delete(), 403, "AuthorizationPermissionMismatch");
});
