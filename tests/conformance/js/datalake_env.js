// The Data Lake endpoint: accounts with a hierarchical namespace, made for these tests alone.

import assert from "node:assert/strict";
import { BlobServiceClient, StorageSharedKeyCredential as BlobCredential } from "@azure/storage-blob";
import { DataLakeServiceClient, StorageSharedKeyCredential } from "@azure/storage-file-datalake";
import { all, base64, endpoint, onEmulator, options, unique } from "./env.js";
import "./file_env.js"; // which finds the names below localhost
import { change } from "./queue_env.js";
import { request } from "./raw.js";

export const dfsEndpoint = (process.env.LAZULITE_DFS ?? "http://127.0.0.1:10004").replace(/\/$/, "");
export const LAKE_VERSION = "2026-06-06";
export const LEASE = "11111111-2222-4333-8444-555555555555";
export const OTHER_LEASE = "99999999-2222-4333-8444-555555555555";
export const ALICE = "aaaaaaaa-1111-4111-8111-111111111111";
export const BOB = "bbbbbbbb-2222-4222-8222-222222222222";
export const skip = !onEmulator && "it needs hierarchical accounts of its own";

const { protocol, port } = new URL(dfsEndpoint);

/** A new account and its clients; hierarchical unless it is told otherwise. */
export async function ownLake(settings = {}) {
  const name = unique("a").slice(0, 24);
  const key = base64(name);
  const set = (changed) => change("PUT", `accounts/${name}`, JSON.stringify(changed));
  await set({ keys: [key], hierarchicalNamespace: true, ...settings });
  const credential = new StorageSharedKeyCredential(name, key);
  const blobCredential = new BlobCredential(name, key);
  const url = `${dfsEndpoint}/${name}`;
  return {
    name,
    key,
    url,
    credential,
    set,
    service: new DataLakeServiceClient(url, credential, options),
    // Rename takes the first part of a URL's path for the filesystem, so it needs the account in the host.
    byHost: new DataLakeServiceClient(`${protocol}//${name}.dfs.localhost:${port}`, credential, options),
    blobs: new BlobServiceClient(`${new URL(endpoint).origin}/${name}`, blobCredential, options),
    advance: (seconds) => change("POST", `clock?account=${name}&advance=${seconds}`),
    ask: (method, path, { headers, ...details } = {}) =>
      request(method, path, { to: url, name, secret: key, headers: { "x-ms-version": LAKE_VERSION, ...headers }, ...details }),
  };
}

/** The hierarchical account of this file's tests. */
export const lake = onEmulator ? await ownLake() : undefined;

/** A new filesystem of the test's own, deleted afterwards. */
export async function aFileSystem(t, service = lake.service) {
  const fileSystem = service.getFileSystemClient(unique());
  t.after(() => fileSystem.deleteIfExists());
  await fileSystem.create();
  return fileSystem;
}

/** One whose clients can rename. */
export const aFileSystemByHost = (t, { byHost } = lake) => aFileSystem(t, byHost);

/** Appends and flushes, at the end of what is there. */
export async function write(file, text, offset = 0, flushOptions = {}) {
  await file.append(text, offset, Buffer.byteLength(text));
  return file.flush(offset + Buffer.byteLength(text), flushOptions);
}

export async function aFile(fileSystem, name = "file", text = "hello", createOptions = {}) {
  const file = fileSystem.getFileClient(name);
  await file.create(createOptions);
  if (text.length > 0) await write(file, text);
  return file;
}

export async function aDirectory(fileSystem, name = "directory", createOptions = {}) {
  const directory = fileSystem.getDirectoryClient(name);
  await directory.create(createOptions);
  return directory;
}

export const read = async (file, ...range) => (await file.readToBuffer(...range)).toString();
export const listing = (fileSystem, listOptions) => all(fileSystem.listPaths(listOptions));
export const namesIn = async (fileSystem, listOptions) => (await listing(fileSystem, listOptions)).map((item) => item.name);
export const everyName = (fileSystem, path) => namesIn(fileSystem, { recursive: true, path });
export const leased = (id) => ({ conditions: { leaseId: id } });

export const statusOf = (answer) => answer._response.status;
export const headerOf = (answer, name) => answer._response.headers.get(name);

/** Owner, group, permissions and ACL, as they are sent. */
export async function accessOf(path, options) {
  const answer = await path.getAccessControl(options);
  return ["owner", "group", "permissions", "acl"].map((name) => headerOf(answer, `x-ms-${name}`));
}
export const permissionsOf = async (path) => (await accessOf(path))[2];
export const aclOf = async (path) => (await accessOf(path))[3];

/** `user::rwx,default:group:ID:r-x` as the SDK wants it; without permissions for what is to be removed. */
export const acl = (text) =>
  text.split(",").map((entry) => {
    const parts = entry.split(":");
    const defaultScope = parts[0] === "default";
    const [accessControlType, entityId = "", letters] = defaultScope ? parts.slice(1) : parts;
    const permissions = letters && { read: letters[0] === "r", write: letters[1] === "w", execute: letters[2] === "x" };
    return { defaultScope, accessControlType, entityId, ...(permissions ? { permissions } : {}) };
  });

/** An error of the Data Lake endpoint: status, header and the JSON with code and message. */
export function expectJson(answer, status, code, message) {
  assert.deepEqual([answer.status, answer.error], [status, code], answer.body);
  assert.equal(answer.headers["content-type"], "application/json;charset=utf-8");
  const { error } = JSON.parse(answer.body);
  assert.equal(error.code, code);
  const [text, requestId, time] = error.message.split("\n");
  if (message) assert.equal(text, message);
  assert.equal(requestId, `RequestId:${answer.headers["x-ms-request-id"]}`);
  assert.match(time, /^Time:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
}

/** What a plain GET or HEAD of a path says that is not there: the SDK means the Blob endpoint, and its Accept header says so. */
export const READ_MISSING = "BlobNotFound";
/** Of a filesystem that is not there. */
export const READ_NO_FILESYSTEM = "ContainerNotFound";
