// A page of $web over HTTPS, in a Chromium that was told nothing but `lazulite trust --nss`.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { BlobServiceClient } from "@azure/storage-blob";
import { chromium } from "playwright-core";

const BINARY = process.env.LAZULITE_BINARY ?? join(process.env.LAZULITE_ROOT, "build/release/lazulite");
const ACCOUNT = "devstoreaccount1";
const PAGE = `<!doctype html><html lang="en"><title>Here</title><h1>Here</h1><script type="module">
  const answer = await fetch("data.json");
  document.querySelector("h1").textContent = (await answer.json()).text;
</script></html>`;

const folder = mkdtempSync(join(tmpdir(), "lazulite-https-"));
const data = join(folder, "data");
const running = [];
let connectionString;

/** A server of these flags on free ports; gives the port of its website. */
async function serve(...flags) {
  const ports = ["blob", "queue", "table", "file", "dfs", "web"].map((surface) => `--${surface}Port=0`);
  const child = spawn(BINARY, [...flags, ...ports, "--silent"], { stdio: ["ignore", "pipe", "inherit"] });
  running.push(child);
  let web;
  for await (const line of createInterface({ input: child.stdout })) {
    web = /^Web service is listening at https?:\/\/.*:(\d+)$/.exec(line)?.[1] ?? web;
    connectionString = /^Connection string: (.*)$/.exec(line)?.[1];
    if (connectionString) break;
  }
  child.stdout.resume();
  return web;
}

/** A Chromium of a person's own, whose home is there; no flag makes it trust anything. */
async function browse(home, url, ...args) {
  mkdirSync(home, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.LAZULITE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", ...args],
    env: { ...process.env, HOME: home },
  });
  try {
    const page = await browser.newPage();
    const answer = await page.goto(url);
    await page.getByRole("heading", { name: "from the website" }).waitFor();
    return { status: answer.status(), security: await answer.securityDetails(), secure: await page.evaluate(() => isSecureContext) };
  } finally {
    await browser.close();
  }
}

const trusting = join(folder, "trusting");
let web;

before(async () => {
  web = await serve("--https", "--location", data);
  execFileSync(BINARY, ["trust", "--location", data, "--nss", join(trusting, ".pki/nssdb")]);
  const service = BlobServiceClient.fromConnectionString(connectionString);
  await service.setProperties({ staticWebsite: { enabled: true, indexDocument: "index.html" } });
  for (const [name, text, type] of [["index.html", PAGE, "text/html"], ["data.json", '{"text":"from the website"}', "application/json"]]) {
    const blob = service.getContainerClient("$web").getBlockBlobClient(name);
    await blob.upload(text, text.length, { blobHTTPHeaders: { blobContentType: type } });
  }
});

after(() => {
  for (const child of running) child.kill();
  rmSync(folder, { recursive: true });
});

for (const [host, path] of [[`${ACCOUNT}.web.localhost`, "/"], ["127.0.0.1", `/${ACCOUNT}/`], ["localhost", `/${ACCOUNT}/`]]) {
  test(`a page of ${host} over HTTPS`, async () => {
    const seen = await browse(trusting, `https://${host}:${web}${path}`);
    assert.equal(seen.status, 200);
    assert.equal(seen.secure, true);
    assert.equal(seen.security.protocol, "TLS 1.3");
    assert.match(seen.security.issuer, /^lazulite local issuer [0-9a-f]{8}$/);
  });
}

test("the same port still speaks HTTP", async () => {
  const seen = await browse(trusting, `http://${ACCOUNT}.web.localhost:${web}/`);
  assert.equal(seen.status, 200);
  assert.equal(seen.security?.protocol, undefined);
});

test("who was not told does not trust it", async () => {
  await assert.rejects(browse(join(folder, "other"), `https://localhost:${web}/${ACCOUNT}/`), /ERR_CERT_AUTHORITY_INVALID/);
});

test("the authority's key is of no use for another site", async () => {
  const file = (name) => join(folder, name);
  const openssl = (...words) => execFileSync("openssl", words, { stdio: "pipe" });
  writeFileSync(file("more.cnf"), "subjectAltName=DNS:example.com\n");
  openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=example.com", "-keyout",
    file("key.pem"), "-out", file("request.pem"));
  const authority = join(data, "lazulite/tls/ca.key");
  openssl("x509", "-req", "-in", file("request.pem"), "-CA", authority, "-CAkey", authority, "-days", "2", "-extfile",
    file("more.cnf"), "-out", file("cert.pem"));
  appendFileSync(file("cert.pem"), /-----BEGIN CERTIFICATE[^]*?-----END CERTIFICATE-----\n/.exec(readFileSync(authority, "utf8"))[0]);
  const port = await serve("--inMemoryPersistence", "--cert", file("cert.pem"), "--key", file("key.pem"));
  const there = browse(trusting, `https://example.com:${port}/`, "--host-resolver-rules=MAP example.com 127.0.0.1");
  await assert.rejects(there, /ERR_CERT_INVALID/);
});
