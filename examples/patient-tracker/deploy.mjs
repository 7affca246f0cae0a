// Puts the patient tracker into a storage account: website, table, CORS rule, records, and a SAS for the page.
//
//     node deploy.mjs            everything, once; prints the URL
//     node deploy.mjs --renew    the same, then keeps sas.json fresh until Ctrl-C
//
// Only what the official SDKs offer, so it runs unchanged on the real service. The account's key stays here: the page
// gets a SAS for one table, without delete, for an hour.

import { readFile, readdir } from "node:fs/promises";
import { extname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { AzureNamedKeyCredential, TableClient, TableServiceClient, generateTableSas } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { dayOf, recordsOf } from "./records.mjs";

const TABLE = "patientrecords"; // a table's name has letters and digits only
const BATCH = 100; // changes in one transaction, at most
const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json",
}; // prettier-ignore
const VENDORED = {
  "vendor/chart.js": "chart.js/dist/chart.umd.min.js",
  "vendor/inter.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "vendor/inter-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
};
const HELP = `node deploy.mjs [options]
  --connection-string TEXT  the account; else AZURE_STORAGE_CONNECTION_STRING, else UseDevelopmentStorage=true
  --web URL                 the account's web endpoint, if it is not port 10005 of this machine
  --days N, --patients N    how many days of records, of how many patients (30, 500); 0 days add none
  --sas-minutes N           how long sas.json is good for (60)
  --renew                   keep running, and write a new sas.json at half of that time`;

const { values: options } = parseArgs({
  options: {
    "connection-string": {
      type: "string",
      default: process.env.AZURE_STORAGE_CONNECTION_STRING ?? "UseDevelopmentStorage=true",
    },
    web: { type: "string" },
    days: { type: "string", default: "30" },
    patients: { type: "string", default: "500" },
    "sas-minutes": { type: "string", default: "60" },
    renew: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function number(name, least) {
  const value = Number(options[name]);
  if (!(value >= least)) throw new Error(`--${name} is a number, at least ${least}`);
  return value;
}

const here = (path) => new URL(path, import.meta.url);
const isLocal = (url) => /^(127\.0\.0\.1|\[::1\]|(.*\.)?localhost)$/.test(new URL(url).hostname);

/** Where the world finds `$web`. The real service has a zone in that name, which no connection string tells. */
function webEndpoint(blobs) {
  if (options.web) return options.web.replace(/\/*$/, "/");
  if (isLocal(blobs.url)) return `${new URL(blobs.url).protocol}//127.0.0.1:10005/${blobs.accountName}/`;
  throw new Error(`--web is missing: az storage account show --name ${blobs.accountName} --query primaryEndpoints.web`);
}

/** The origins that the page may have: on this machine all names of it, with and without the account's. */
function originsOf(web, account) {
  const { origin, protocol, port } = new URL(web);
  if (!isLocal(web)) return origin;
  return ["127.0.0.1", "localhost", `${account}.web.localhost`].map((host) => `${protocol}//${host}:${port}`).join(",");
}

/** One rule for the page beside those that are there; at most five fit, and each deployment replaces its own. */
async function allowPage(tables, allowedOrigins) {
  const rule = {
    allowedOrigins,
    allowedMethods: "GET,POST,PUT",
    allowedHeaders: "accept,content-type,if-match,prefer,x-ms-*",
    exposedHeaders: "etag,x-ms-*",
    maxAgeInSeconds: 3600,
  };
  const { cors = [] } = await tables.getProperties();
  await tables.setProperties({ cors: [...cors.filter((other) => other.allowedOrigins !== allowedOrigins), rule] });
}

/** Adds the records that are missing and touches none that is there. Gives how many it added. */
async function addRecords(table, days, patients) {
  const now = new Date();
  let added = 0;
  for (let ago = days - 1; ago >= 0; ago--) {
    const day = dayOf(new Date(now - ago * 86_400_000));
    const there = new Set();
    const known = table.listEntities({ queryOptions: { filter: `PartitionKey eq '${day}'`, select: ["RowKey"] } });
    for await (const { rowKey } of known) there.add(rowKey);
    const missing = recordsOf(day, patients, now).filter((record) => !there.has(record.rowKey));
    for (let first = 0; first < missing.length; first += BATCH) {
      await table.submitTransaction(missing.slice(first, first + BATCH).map((record) => ["create", record]));
    }
    added += missing.length;
  }
  return added;
}

async function upload(container, name, content, cacheControl = "no-cache") {
  await container.getBlockBlobClient(name).uploadData(content, {
    blobHTTPHeaders: { blobContentType: TYPES[extname(name)], blobCacheControl: cacheControl },
  });
}

async function uploadSite(container, web) {
  const own = (await readdir(here("web/"), { recursive: true })).filter((path) => extname(path) in TYPES);
  const site = Object.fromEntries(own.map((path) => [path, here(`web/${path}`)]));
  for (const [name, path] of Object.entries(VENDORED)) site[name] = here(`node_modules/${path}`);
  await Promise.all(
    Object.entries(site).map(async ([name, path]) => {
      const content = await readFile(path);
      await upload(container, name, name === "404.html" ? Buffer.from(content.toString().replaceAll("%HOME%", web)) : content);
    }),
  );
  return Object.keys(site).length;
}

/** What the page may do, and until when: read, add and update in one table. Gives the end. */
async function writeSas(container, table, credential, minutes) {
  const issued = new Date();
  const expires = new Date(issued.getTime() + minutes * 60_000);
  const sas = generateTableSas(TABLE, credential, {
    permissions: { query: true, add: true, update: true },
    expiresOn: expires,
  });
  const content = { table: `${table.url.replace(/\/$/, "")}/${TABLE}`, sas, issued, expires };
  await upload(container, "sas.json", Buffer.from(JSON.stringify(content, null, 2)), "no-store");
  return expires;
}

/** A web listener that had to move answers elsewhere, and a real account's takes half a minute after it was switched on. */
async function lookAt(web) {
  const answer = await fetch(web, { method: "HEAD" }).catch(({ cause }) => ({ statusText: cause.message }));
  if (!answer.ok) console.error(`The website does not answer there yet (${answer.statusText}); --web says where it is.`);
}

async function main() {
  if (options.help) return console.log(HELP);
  const [days, patients, minutes] = [number("days", 0), number("patients", 0), number("sas-minutes", 0.01)];
  const text = options["connection-string"];
  const insecure = { allowInsecureConnection: true }; // what the connection string says is what is meant
  const blobs = BlobServiceClient.fromConnectionString(text, { retryOptions: { maxTries: 2, retryDelayInMs: 500 } });
  const tables = TableServiceClient.fromConnectionString(text, insecure);
  const table = TableClient.fromConnectionString(text, TABLE, insecure);
  const web = webEndpoint(blobs);
  const container = blobs.getContainerClient("$web");
  const { accountName, accountKey } = blobs.credential;
  const credential = new AzureNamedKeyCredential(accountName, accountKey.toString("base64"));

  await blobs.setProperties({
    staticWebsite: { enabled: true, indexDocument: "index.html", errorDocument404Path: "404.html" },
  });
  await container.createIfNotExists();
  await tables.createTable(TABLE);
  await allowPage(tables, originsOf(web, accountName));
  const added = await addRecords(table, days, patients);
  console.log(`table    ${TABLE}: ${added} records added over ${days} days`);
  console.log(`website  ${await uploadSite(container, web)} files in $web`);
  const renewed = async () => (await writeSas(container, tables, credential, minutes)).toLocaleTimeString();
  console.log(
    `access   sas.json until ${await renewed()}${options.renew ? ", renewed while this runs" : "; --renew keeps it fresh"}`,
  );
  console.log(web);
  await lookAt(web);
  while (options.renew) {
    await setTimeout((minutes * 60_000) / 2);
    console.log(`access   sas.json until ${await renewed()}`);
  }
}

main().catch((error) => {
  console.error(error.code === "ECONNREFUSED" ? "Nothing answers at that address: is the server running?" : error.message);
  process.exitCode = 1;
});
