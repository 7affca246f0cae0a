// Where the suite runs, and small helpers every test file uses.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { BlobServiceClient, RestError } from "@azure/storage-blob";

export const connectionString = process.env.LAZULITE_CONNECTION_STRING ?? "UseDevelopmentStorage=true";

// One try only: a refusal is what many tests look for, and a retry would hide a server that fails now and then.
export const options = { retryOptions: { maxTries: 1 } };
export const service = BlobServiceClient.fromConnectionString(connectionString, options);
export const endpoint = service.url.replace(/\/$/, "");
export const account = service.accountName;
export const key =
  /AccountKey=([^;]+)/.exec(connectionString)?.[1] ??
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
export const onEmulator = ["127.0.0.1", "localhost", "[::1]"].includes(new URL(endpoint).hostname);

export const ETAG = /^"0x[0-9A-F]+"$/;
export const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const OTHER_ETAG = '"0x8D4BCC2E4835CD0"';
export const MIB = 1024 * 1024;
export const DAY = 24 * 3600 * 1000;

export const unique = (prefix = "t") => prefix + randomUUID().replaceAll("-", "");
export const base64 = (text) => Buffer.from(text).toString("base64");
export const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
export const encoded = (array) => array && Buffer.from(array).toString("base64");

/** A new container of the test's own, deleted afterwards. */
export async function aContainer(t, createOptions) {
  const container = service.getContainerClient(unique());
  t.after(() => container.deleteIfExists());
  await container.create(createOptions);
  return container;
}

/** A client for a blob that is not there yet, in a container of its own. */
export async function aBlob(t, name = "blob") {
  return (await aContainer(t)).getBlockBlobClient(name);
}

/** A blob with this content. */
export async function aTextBlob(t, text = "hello", uploadOptions = {}) {
  const blob = await aBlob(t);
  await blob.upload(text, Buffer.byteLength(text), uploadOptions);
  return blob;
}

export const put = (blob, text, uploadOptions) => blob.upload(text, Buffer.byteLength(text), uploadOptions);
export const read = (blob, ...range) => blob.downloadToBuffer(...range);
export const textOf = async (blob) => (await read(blob)).toString();

/** The promise must fail with exactly this status and this x-ms-error-code; gives the error. */
export async function refused(promise, status, code) {
  let error;
  try {
    await promise;
  } catch (caught) {
    error = caught;
  }
  assert.ok(error instanceof RestError, `expected ${status} ${code}, got ${error ?? "success"}`);
  assert.deepEqual([error.statusCode, error.response.headers.get("x-ms-error-code")], [status, code]);
  return error;
}

/** All items of an asynchronous listing. */
export async function all(listing) {
  const items = [];
  for await (const item of listing) items.push(item);
  return items;
}

export const names = async (listing) => (await all(listing)).map((item) => item.name);

/** Bytes of which no two aligned KiB are alike, so that a block or range out of place shows. */
export function pattern(size) {
  const body = Buffer.alloc(Math.ceil(size / 1024) * 1024);
  for (let kib = 0; kib * 1024 < body.length; kib++) body.fill(Buffer.from(String(kib).padStart(8)), kib * 1024, (kib + 1) * 1024);
  return body.subarray(0, size);
}
