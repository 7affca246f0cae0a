// The File service of the account under test, and accounts of a test's own.

import assert from "node:assert/strict";
import dns from "node:dns";
import {
  AnonymousCredential,
  ShareClient,
  ShareFileClient,
  ShareServiceClient,
  StorageSharedKeyCredential,
} from "@azure/storage-file-share";
import { account, base64, connectionString, key, onEmulator, options, unique } from "./env.js";
import { change } from "./queue_env.js";
import { request } from "./raw.js";

// This SDK does not know what UseDevelopmentStorage=true stands for.
const DEVELOPMENT = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};FileEndpoint=http://127.0.0.1:10003/${account};`;
export const fileConnectionString =
  connectionString.replace(/;$/, "") === "UseDevelopmentStorage=true" ? DEVELOPMENT : connectionString;

// Names below localhost are this machine (RFC 6761), which not every resolver knows.
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, ...rest);

export const files = ShareServiceClient.fromConnectionString(fileConnectionString, options);
export const fileEndpoint = files.url.replace(/\/$/, "");
export const credential = new StorageSharedKeyCredential(account, key);

const { protocol, port } = new URL(fileEndpoint);
/** The same service with the account in the host: Rename takes the first part of a URL's path for the share. */
export const filesByHost = onEmulator
  ? new ShareServiceClient(`${protocol}//${account}.file.localhost:${port}`, credential, options)
  : files;

export const FILE_VERSION = "2026-10-06";
export const LEASE = "11111111-2222-4333-8444-555555555555";
export const OTHER_LEASE = "99999999-2222-4333-8444-555555555555";
export const SYSTEM = "O:SYG:SYD:(A;;FA;;;SY)S:NO_ACCESS_CONTROL";
export const PASSED_ON = "O:SYG:SYD:(A;OICI;FA;;;SY)"; // to directories as it is
export const ADMINISTRATORS = "O:BAG:BAD:(A;;FA;;;BA)S:NO_ACCESS_CONTROL";
export const SOME_TIME = new Date("2020-01-02T03:04:05.678Z");

export const ask = (method, path, { headers, ...details } = {}) =>
  request(method, path, { to: fileEndpoint, headers: { "x-ms-version": FILE_VERSION, ...headers }, ...details });
export const minutes = (number) => new Date(Date.now() + number * 60_000);

/** A new share of the test's own, deleted afterwards with all its snapshots. */
export async function aShare(t, createOptions, service = files) {
  const share = service.getShareClient(unique());
  t.after(() => share.deleteIfExists({ deleteSnapshots: "include-leased" }));
  await share.create(createOptions);
  return share;
}

export const anNfsShare = (t, createOptions) => aShare(t, { protocols: { nfsEnabled: true }, ...createOptions });

/** The root directory of a new share. */
export const aRoot = async (t, service) => (await aShare(t, {}, service)).rootDirectoryClient;

/** A file with this content, or of that many zeros. */
export async function aFile(directory, content = "hello", { name = "file", ...createOptions } = {}) {
  const file = directory.getFileClient(name);
  if (typeof content === "number") {
    await file.create(content, createOptions);
  } else {
    await file.create(Buffer.byteLength(content), createOptions);
    if (content.length > 0) await put(file, content);
  }
  return file;
}

export async function aDirectory(parent, name = "directory", createOptions) {
  const directory = parent.getDirectoryClient(name);
  await directory.create(createOptions);
  return directory;
}

export const put = (file, content, offset = 0, uploadOptions) =>
  file.uploadRange(Buffer.from(content), offset, Buffer.byteLength(content), uploadOptions);
/** The bytes, or a part of them. Not `download`, which leaves the body of a refusal unread and its connection open for ever. */
export const bytesOf = (file, offset, count, readOptions) => file.downloadToBuffer(offset, count, readOptions);
export const read = async (file, ...range) => (await bytesOf(file, ...range)).toString();
export const listing = async (directory, listOptions) => {
  const found = [];
  for await (const item of directory.listFilesAndDirectories(listOptions)) found.push(item);
  return found;
};
export const namesIn = async (directory, listOptions) => (await listing(directory, listOptions)).map((item) => item.name);
export const ranges = (list) => (list ?? []).map(({ start, end }) => [start, end]);
export const rangesOf = async (file, listOptions) => ranges((await file.getRangeList(listOptions)).rangeList);
export const leased = (id) => ({ leaseAccessConditions: { leaseId: id } });

/** The same file or share through a client that holds nothing but a SAS. */
export const withSas = (client, token) =>
  client instanceof ShareClient
    ? new ShareClient(`${client.url}?${token}`, new AnonymousCredential(), options)
    : new ShareFileClient(`${client.url}?${token}`, new AnonymousCredential(), options);

/** The File service of a new account, whose clock a test may advance. */
export async function ownFiles(settings = {}) {
  const name = unique("a").slice(0, 24);
  const key = base64(name);
  const set = (changed) => change("PUT", `accounts/${name}`, JSON.stringify(changed));
  await set({ keys: [key], ...settings });
  const credential = new StorageSharedKeyCredential(name, key);
  const url = `${new URL(fileEndpoint).origin}/${name}`;
  const service = new ShareServiceClient(url, credential, options);
  const advance = (seconds) => change("POST", `clock?account=${name}&advance=${seconds}`);
  const aShare = async (createOptions) => {
    const share = service.getShareClient(unique());
    await share.create(createOptions);
    return share;
  };
  return { name, key, credential, url, service, set, advance, aShare };
}

/** Of the answer of an operation of the SDK. */
export const statusOf = (answer) => answer._response.status;
export const headerOf = (answer, name) => answer._response.headers.get(name);

export const sameTime = (actual, wanted) => assert.equal(actual?.toISOString(), wanted.toISOString());
