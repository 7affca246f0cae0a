// The Table service of the account under test, and requests byte by byte for what the SDK cannot express.
//
// Signing follows the REST reference, "Authorize with Shared Key"; it shares no code with the SDK.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { AzureNamedKeyCredential, AzureSASCredential, RestError, TableClient, TableServiceClient } from "@azure/data-tables";
import { account, connectionString, key, unique } from "./env.js";

const DEVELOPMENT = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};TableEndpoint=http://127.0.0.1:10002/${account};`;
const setting = connectionString.replace(/;$/, "") === "UseDevelopmentStorage=true" ? DEVELOPMENT : connectionString;

// One try only: a refusal is what many tests look for, and a retry would hide a server that fails now and then.
export const options = { retryOptions: { maxRetries: 0 }, allowInsecureConnection: true };
export const tables = TableServiceClient.fromConnectionString(setting, options);
export const tableEndpoint = (/TableEndpoint=([^;]+)/.exec(setting)?.[1] ?? tables.url).replace(/\/$/, "");
export const credential = new AzureNamedKeyCredential(account, key);

export const ETAG = /^W\/"datetime'\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\d(\.\d{1,7})?Z'"$/;
export const OTHER_ETAG = "W/\"datetime'2020-01-02T03%3A04%3A05.1234567Z'\"";
export const [NONE, MINIMAL, FULL] = ["nometadata", "minimalmetadata", "fullmetadata"].map((level) => `application/json;odata=${level}`);

export const clientOf = (name) => new TableClient(tableEndpoint, name, credential, options);
export const withSas = (token, name) =>
  name
    ? new TableClient(tableEndpoint, name, new AzureSASCredential(token), options)
    : new TableServiceClient(tableEndpoint, new AzureSASCredential(token), options);

/** A new table of the test's own, deleted afterwards. */
export async function aTable(t) {
  const table = clientOf(unique());
  t.after(() => table.deleteTable());
  await table.createTable();
  return table;
}

/** The promise must fail with exactly this status and, in the body, this error code; gives the error. */
export async function refused(promise, status, code) {
  let error;
  try {
    await promise;
  } catch (caught) {
    error = caught;
  }
  assert.ok(error instanceof RestError, `expected ${status} ${code}, got ${error ?? "success"}`);
  const found = error.details?.odataError?.code ?? error.code;
  assert.deepEqual([error.statusCode, found], [status, code], error.message);
  return error;
}

export const entity = (rowKey, properties = {}, partitionKey = "p") => ({ partitionKey, rowKey, ...properties });

/** What an entity holds besides keys, ETag and time. */
export function content(found) {
  const { partitionKey, rowKey, etag, timestamp, "odata.metadata": _, ...properties } = found;
  return properties;
}

export async function all(listing) {
  const items = [];
  for await (const item of listing) items.push(item);
  return items;
}

export const rows = async (listing) => (await all(listing)).map((item) => item.rowKey);

/** Entities 0000, 0001, ... of one partition, by transactions; each has its `Number`. */
export async function fill(table, count, partitionKey = "p") {
  for (let first = 0; first < count; first += 100) {
    const numbers = Array.from({ length: Math.min(100, count - first) }, (_, place) => first + place);
    await table.submitTransaction(numbers.map((n) => ["create", entity(String(n).padStart(4, "0"), { Number: n }, partitionKey)]));
  }
}

/** `path` follows the account's endpoint and is already percent-encoded. A header set to undefined is not sent. */
export function ask(method, path, { query = "", headers = {}, body, scheme = "SharedKey", secret = key } = {}) {
  const base = new URL(tableEndpoint);
  const target = base.pathname.replace(/\/$/, "") + path;
  const sent = { "x-ms-version": "2019-02-02", "x-ms-date": new Date().toUTCString(), Accept: MINIMAL };
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  if (text !== undefined) sent["Content-Type"] = "application/json";
  if (!["GET", "OPTIONS"].includes(method)) sent["Content-Length"] = String(Buffer.byteLength(text ?? ""));
  Object.assign(sent, headers);
  for (const name of Object.keys(sent)) if (sent[name] === undefined) delete sent[name];
  if (scheme) {
    const comp = new URLSearchParams(query).get("comp");
    const lines = [sent["x-ms-date"] ?? sent.Date ?? "", `/${account}${target}` + (comp ? `?comp=${comp}` : "")];
    if (scheme === "SharedKey") lines.unshift(method, sent["Content-MD5"] ?? "", sent["Content-Type"] ?? "");
    const signature = createHmac("sha256", Buffer.from(secret, "base64")).update(lines.join("\n")).digest("base64");
    sent.Authorization = `${scheme} ${account}:${signature}`;
  }
  const details = { method, host: base.hostname.replace(/[[\]]/g, ""), port: base.port, path: target + (query && `?${query}`), headers: sent, agent: false }; // prettier-ignore
  return new Promise((resolve, reject) => {
    const outgoing = (base.protocol === "https:" ? https : http).request(details, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    outgoing.on("error", reject);
    outgoing.end(text);
  });
}

/** An error answer in JSON. */
export function expectError(answer, status, code) {
  const found = JSON.parse(answer.body)["odata.error"];
  assert.deepEqual([answer.status, found?.code], [status, code], answer.body);
  assert.equal(found.message.lang, "en-US");
  assert.match(found.message.value, /\nRequestId:[0-9a-f-]{36}\nTime:\d{4}-\d\d-\d\dT[0-9:.]+Z$/);
}
