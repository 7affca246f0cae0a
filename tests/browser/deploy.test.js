// The deploy command: what it makes, what it leaves alone, the SAS it hands out, and how the page lives with that.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { AzureNamedKeyCredential, generateTableSas } from "@azure/data-tables";
import { all, browsers, change, daysAgo, deploy, ownAccount, recordOf, runDeploy, sasOf, startDeploy, today } from "./env.js";

const OTHER_RULE = {
  allowedOrigins: "https://other.example",
  allowedMethods: "GET",
  allowedHeaders: "",
  exposedHeaders: "",
  maxAgeInSeconds: 5,
};
let account;
let printed;
const { open, expect } = browsers(() => account);

before(async () => {
  account = await ownAccount();
  await account.tables.setProperties({ cors: [OTHER_RULE] });
  printed = await deploy(account, "--days", "3", "--patients", "7");
});

const site = () => all(account.blobs.getContainerClient("$web").listBlobsFlat());

test("website, table, CORS and records stand", async () => {
  assert.equal(printed[0], "table    patientrecords: 21 records added over 3 days");
  assert.equal(printed.at(-1), account.web);
  const { staticWebsite } = await account.blobs.getProperties();
  assert.deepEqual(
    [staticWebsite.enabled, staticWebsite.indexDocument, staticWebsite.errorDocument404Path],
    [true, "index.html", "404.html"],
  );
  const { cors } = await account.tables.getProperties();
  assert.equal(cors.length, 2);
  assert.equal(cors[0].allowedOrigins, OTHER_RULE.allowedOrigins, "another's rule stays");
  assert.ok(cors[1].allowedOrigins.split(",").includes(new URL(account.web).origin));
  const days = (await all(account.records.listEntities())).map((one) => one.partitionKey);
  assert.deepEqual(
    days,
    [2, 1, 0].flatMap((ago) => Array(7).fill(daysAgo(ago))),
  );

  const types = Object.fromEntries((await site()).map(({ name, properties }) => [name, properties.contentType]));
  assert.equal(types["index.html"], "text/html; charset=utf-8");
  assert.equal(types["js/entry.js"], "text/javascript; charset=utf-8");
  assert.equal(types["vendor/inter.woff2"], "font/woff2");
  const missing = await fetch(`${account.web}no/such/page`);
  assert.equal(missing.status, 404);
  assert.ok((await missing.text()).includes(`href="${account.web}dashboard.html"`));
});

test("again: nothing is added twice, nothing that was edited is lost, rules do not pile up", async () => {
  await change(account, "EMP-10001", { Notes: "edited" });
  await account.records.deleteEntity(today(), "EMP-10002");
  const again = await deploy(account, "--days", "3", "--patients", "7");
  assert.equal(again[0], "table    patientrecords: 1 records added over 3 days");
  assert.equal((await recordOf(account, "EMP-10001")).Notes, "edited");
  assert.equal((await account.tables.getProperties()).cors.length, 2);
});

test("the key is nowhere in $web", async () => {
  const container = account.blobs.getContainerClient("$web");
  const files = await site();
  assert.ok(files.length > 10);
  for (const { name } of files) {
    const text = (await container.getBlobClient(name).downloadToBuffer()).toString("latin1");
    for (const form of [account.key, encodeURIComponent(account.key), Buffer.from(account.key).toString("base64")]) {
      assert.ok(!text.includes(form.slice(0, 40)), `${name} has the key`);
    }
    assert.ok(!/AccountKey/i.test(text), name);
  }
});

test("the SAS is for an hour, one table, and not for deleting", async () => {
  const { table, sas, issued, expires } = await sasOf(account);
  const fields = new URLSearchParams(sas);
  assert.deepEqual([fields.get("tn"), fields.get("sp")], ["patientrecords", "rau"]);
  assert.equal(Date.parse(expires) - Date.parse(issued), 3_600_000);
  assert.equal(Date.parse(fields.get("se")), Math.floor(Date.parse(expires) / 1000) * 1000);
  await account.tables.createTable("other");
  const base = table.slice(0, -"/patientrecords".length);
  const ask = async (url, options = {}) =>
    (await fetch(`${url}?${sas}`, { headers: { Accept: "application/json" }, ...options })).status;
  const record = `${table}(PartitionKey='${today()}',RowKey='EMP-10001')`;
  assert.equal(await ask(record), 200);
  assert.equal(await ask(record, { method: "DELETE", headers: { "If-Match": "*", Accept: "application/json" } }), 403);
  assert.equal(await ask(`${base}/other()`), 403);
  assert.equal(await ask(`${base}/Tables`), 403);
});

test("--renew writes a new one, again and again", async () => {
  const renewing = startDeploy(account, "--days", "0", "--sas-minutes", "0.1", "--renew");
  try {
    for (let line = ""; !line.startsWith("http");) line = await renewing.next();
    const seen = [await sasOf(account)];
    for (let one = 0; one < 2; one++) {
      assert.match(await renewing.next(), /^access   sas\.json until /);
      seen.push(await sasOf(account));
    }
    for (const [place, { issued, expires }] of seen.slice(1).entries()) {
      assert.ok(issued < seen[place].expires, "the next stands before the last one ends");
      assert.ok(expires > seen[place].expires);
    }
  } finally {
    await renewing.stop();
  }
  await deploy(account, "--days", "0");
});

test("the page reads the SAS again before it ends, and says when there is none", async () => {
  const hour = 3_600_000;
  const page = await open();
  const old = (await sasOf(account)).sas;
  const asked = [];
  const requested = [];
  page.on("request", (request) => (request.url().endsWith("sas.json") ? asked : requested).push(request.url()));
  await page.clock.install();
  await page.reload();
  await page.locator("#statistics dd").first().waitFor();
  assert.equal(asked.length, 1);
  const half = page.waitForResponse(/patientrecords/);
  await page.clock.fastForward(0.5 * hour);
  await half;
  assert.equal(asked.length, 1, "half of it is left");

  await change(account, "EMP-10001", { Notes: "newer" });
  const sooner = {
    ...(await sasOf(account)),
    expires: new Date(Date.now() + 1.7 * hour),
    issued: new Date(Date.now() + 0.7 * hour),
  };
  const renewed = await renewedSas(account, sooner);
  requested.length = 0;
  const withTheNewOne = page.waitForResponse((response) =>
    response.url().includes(new URLSearchParams(renewed).get("se").replaceAll(":", "%3A")),
  );
  await page.clock.fastForward(0.3 * hour);
  await withTheNewOne;
  assert.equal(asked.length, 2, "it was read when less than a quarter was left");
  assert.ok(!requested.at(-1).includes(old));

  expect(/access|AccessExpired|expired/i);
  await page.clock.fastForward(3 * hour);
  await page.locator("#problem", { hasText: "Access to the records has expired" }).waitFor();
  assert.equal(await page.locator("#problem").getAttribute("role"), "alert");
  await deploy(account, "--days", "0", "--sas-minutes", "600");
  await page.clock.fastForward(20_000);
  await page.locator("#problem").waitFor({ state: "hidden" });
});

/** Writes a sas.json of this span, with a SAS that ends at a second of its own. Gives that. */
async function renewedSas({ blobs, name, key }, content) {
  const credential = new AzureNamedKeyCredential(name, key);
  const sas = generateTableSas("patientrecords", credential, { permissions: { query: true }, expiresOn: content.expires });
  const text = JSON.stringify({ ...content, sas });
  await blobs
    .getContainerClient("$web")
    .getBlockBlobClient("sas.json")
    .upload(text, Buffer.byteLength(text), { blobHTTPHeaders: { blobCacheControl: "no-store" } });
  return sas;
}

test("a SAS that was refused is read anew", async () => {
  await deploy(account, "--days", "0");
  const page = await open();
  expect(/status of 403/);
  await page.route(
    "**/patientrecords()**",
    (route) => route.fulfill({ status: 403, headers: { "Access-Control-Allow-Origin": "*" }, body: "" }),
    { times: 1 },
  );
  await page.fill("#searchId", "EMP-10001");
  await page.selectOption("#searchDays", "7");
  const again = page.waitForRequest(/sas\.json/);
  await page.press("#searchId", "Enter");
  await again;
  await page.locator("#searchResult", { hasText: "3 records of EMP-10001" }).waitFor();
});

test("what goes wrong is said in a line", async () => {
  const gone = { ...account, connectionString: account.connectionString.replace(/:\d+\//g, ":1/") };
  await assert.rejects(
    deploy(gone),
    (error) => error.code === 1 && error.stderr === "Nothing answers at that address: is the server running?\n",
  );
  const { stdout, stderr } = await runDeploy({ ...account, web: "http://127.0.0.1:1/nowhere/" }, "--days", "0");
  assert.match(stdout, /\nhttp:\/\/127\.0\.0\.1:1\/nowhere\/\n$/);
  assert.match(stderr, /^The website does not answer there yet \(.+\); --web says where it is\.\n$/);
  await assert.rejects(
    deploy(account, "--days", "many"),
    (error) => error.code === 1 && error.stderr === "--days is a number, at least 0\n",
  );
});
