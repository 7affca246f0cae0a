// The static website: switched on and filled by the SDK, read as a browser reads it. Each test has an account of its own,
// since an account has one website.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { base64, endpoint, options, put, refused, unique } from "./env.js";
import { change } from "./queue_env.js";
import { request } from "./raw.js";

const WEB = process.env.LAZULITE_WEB ?? "http://127.0.0.1:10005";

async function aSite(website) {
  const name = unique("w").slice(0, 24);
  const key = base64(name);
  await change("PUT", `accounts/${name}`, JSON.stringify({ keys: [key] }));
  const url = `${new URL(endpoint).origin}/${name}`;
  const service = new BlobServiceClient(url, new StorageSharedKeyCredential(name, key), options);
  await service.setProperties({ staticWebsite: { enabled: true, ...website } });
  const pages = service.getContainerClient("$web");
  const upload = (path, text, blobHTTPHeaders) => put(pages.getBlockBlobClient(path), text, { blobHTTPHeaders });
  const asked = { "x-ms-version": undefined, "x-ms-date": undefined };
  const get = (path, headers = {}, method = "GET") =>
    request(method, path, { to: `${WEB}/${name}`, headers: { ...asked, ...headers }, signed: false });
  const getByHost = (path) =>
    request("GET", path, { to: WEB, headers: { ...asked, Host: `${name}.web.localhost:${new URL(WEB).port}` }, signed: false });
  return { service, pages, upload, get, getByHost };
}

test("a website", async () => {
  const { service, pages, upload, get, getByHost } = await aSite({ indexDocument: "index.html", errorDocument404Path: "404.html" });
  await upload("index.html", "home", { blobContentType: "text/html; charset=utf-8", blobCacheControl: "max-age=60" });
  await upload("404.html", "lost", { blobContentType: "text/html" });
  await upload("a/index.html", "folder", { blobContentType: "text/html" });
  await upload("app.js", "script", { blobContentType: "text/javascript", blobContentEncoding: "identity" });

  const home = await get("/");
  assert.deepEqual([home.status, home.body], [200, "home"]);
  assert.equal(home.headers["content-type"], "text/html; charset=utf-8");
  assert.equal(home.headers["cache-control"], "max-age=60");
  assert.equal(home.headers.etag, (await pages.getBlockBlobClient("index.html").getProperties()).etag);
  assert.equal(home.headers["x-ms-version"], "2018-03-28");
  for (const path of ["/a", "/a/", "/a/index.html"]) assert.equal((await get(path)).body, "folder");
  const script = await getByHost("/app.js");
  assert.deepEqual([script.body, script.headers["content-type"], script.headers["content-encoding"]], ["script", "text/javascript", "identity"]); // prettier-ignore

  const lost = await get("/nothing");
  assert.deepEqual([lost.status, lost.error, lost.body], [404, "WebContentNotFound", "lost"]);
  assert.equal((await get("/", { "If-None-Match": home.headers.etag })).status, 304);
  const part = await get("/", { Range: "bytes=1-2" });
  assert.deepEqual([part.status, part.headers["content-range"], part.body], [206, "bytes 1-2/4", "om"]);
  const preflight = await get("/", { Origin: "http://a.example", "Access-Control-Request-Method": "GET" }, "OPTIONS");
  assert.deepEqual([preflight.status, preflight.error], [405, "UnsupportedHttpVerb"]);

  for (let number = 0; number < 20; number++) {
    await upload("index.html", `version ${number}`);
    assert.equal((await get("/")).body, `version ${number}`);
  }
  await pages.getBlockBlobClient("index.html").delete();
  assert.deepEqual([(await get("/")).status, (await get("/")).body], [404, "lost"]);

  await refused(service.setProperties({ staticWebsite: { enabled: false, indexDocument: "index.html" } }), 400, "InvalidXmlDocument");
  await service.setProperties({ staticWebsite: { enabled: false } });
  const off = await get("/app.js");
  assert.deepEqual([off.status, off.error], [404, "WebContentNotFound"]);
  assert.match(off.body, /<h1>The requested content does not exist\.<\/h1>/);
});

test("one page for every route", async () => {
  const { upload, get } = await aSite({ defaultIndexDocumentPath: "app.html" });
  await upload("app.html", "app");
  for (const path of ["/", "/some/route"]) assert.deepEqual([(await get(path)).status, (await get(path)).body], [200, "app"]);
});
