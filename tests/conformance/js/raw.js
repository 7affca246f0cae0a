// Requests byte by byte, for what the SDK cannot express.
//
// Signing follows the REST reference, "Authorize with Shared Key"; it shares no code with the SDK.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { account, endpoint, key } from "./env.js";

export const VERSION = "2026-04-06";
const SIGNED_HEADERS = [
  "content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
  "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range",
]; // prettier-ignore

function stringToSign(method, path, query, headers, name) {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const lines = [method];
  for (const name of SIGNED_HEADERS) {
    const empty = (name === "content-length" && plain[name] === "0") || (name === "date" && plain["x-ms-date"]);
    lines.push(empty ? "" : (plain[name] ?? ""));
  }
  const own = Object.keys(plain).filter((name) => name.startsWith("x-ms-"));
  for (const name of own.sort()) lines.push(`${name}:${plain[name].trim()}`);
  lines.push(`/${name}${path}`);
  const parameters = new URLSearchParams(query);
  for (const name of [...new Set(parameters.keys())].sort()) {
    lines.push(`${name.toLowerCase()}:${parameters.getAll(name).sort().join(",")}`);
  }
  return lines.join("\n");
}

/** `path` follows the account's endpoint `to` and is already percent-encoded. A header set to undefined is not sent. */
export function request(method, path, details = {}) {
  const { query = "", headers = {}, body, signed = true, name = account, secret = key, to = endpoint } = details;
  const base = new URL(to);
  const root = base.pathname.replace(/\/$/, "");
  const sent = { "x-ms-version": VERSION, "x-ms-date": new Date().toUTCString() };
  if (["PUT", "POST", "PATCH"].includes(method)) sent["Content-Length"] = String(body?.length ?? 0);
  Object.assign(sent, headers);
  for (const name of Object.keys(sent)) if (sent[name] === undefined) delete sent[name];
  if (signed) {
    const text = stringToSign(method, root + path, query, sent, name);
    const signature = createHmac("sha256", Buffer.from(secret, "base64")).update(text).digest("base64");
    sent.Authorization = `SharedKey ${name}:${signature}`;
  }
  const target = { method, host: base.hostname.replace(/[[\]]/g, ""), port: base.port, path: root + path + (query && `?${query}`), headers: sent, agent: false }; // prettier-ignore
  return new Promise((resolve, reject) => {
    const outgoing = (base.protocol === "https:" ? https : http).request(target, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status, headers } = response;
        resolve({ status, headers, error: headers["x-ms-error-code"], body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** An error answer: status, header, and (unless HEAD or 304 left the body out) the XML body with these elements. */
export function expectError(answer, status, code, details = {}) {
  assert.deepEqual([answer.status, answer.error], [status, code], answer.body);
  if (answer.body === "") return assert.deepEqual(details, {});
  assert.equal(answer.headers["content-type"], "application/xml");
  for (const [name, value] of Object.entries({ Code: code, ...details })) {
    assert.equal(new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.body)?.[1], value, name);
  }
}
