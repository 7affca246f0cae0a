// An account of the file's own with the patient tracker in it, put there by the deploy command as a person runs it, and
// browsers that look at it. Every request of every page must stay on this machine.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach } from "node:test";
import { promisify } from "node:util";
import { TableClient, TableServiceClient } from "@azure/data-tables";
import { BlobServiceClient } from "@azure/storage-blob";
import { chromium } from "playwright-core";

const { LAZULITE_CONNECTION_STRING, LAZULITE_CONTROL, LAZULITE_WEB, LAZULITE_ROOT } = process.env;
const DEPLOY = join(LAZULITE_ROOT, "examples/patient-tracker/deploy.sh");
const PICTURES = join(LAZULITE_ROOT, "build/screenshots");
mkdirSync(PICTURES, { recursive: true });

export const TABLE = "patientrecords";
export const today = () => new Date().toISOString().slice(0, 10);
export const daysAgo = (count) => new Date(Date.now() - count * 86_400_000).toISOString().slice(0, 10);

/** A new account: its connection string and its web endpoint. */
export async function ownAccount() {
  const name = `t${randomBytes(8).toString("hex")}`;
  const key = randomBytes(64).toString("base64");
  const answer = await fetch(`${LAZULITE_CONTROL}/accounts/${name}`, {
    method: "PUT",
    body: JSON.stringify({ keys: [key] }),
    headers: { "x-lazulite-control": "1" },
  });
  assert.ok(answer.ok, await answer.text());
  const endpoint = (service) => new URL(RegExp(`${service}Endpoint=([^;]+)`).exec(LAZULITE_CONNECTION_STRING)[1]).origin;
  const connectionString =
    `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${key};` +
    ["Blob", "Queue", "Table"].map((service) => `${service}Endpoint=${endpoint(service)}/${name};`).join("");
  const insecure = { allowInsecureConnection: true, retryOptions: { maxRetries: 0 } };
  return {
    name,
    key,
    connectionString,
    web: `${LAZULITE_WEB}/${name}/`,
    hostStyle: LAZULITE_WEB.replace("127.0.0.1", `${name}.web.localhost`) + "/",
    blobs: BlobServiceClient.fromConnectionString(connectionString),
    tables: TableServiceClient.fromConnectionString(connectionString, insecure),
    records: TableClient.fromConnectionString(connectionString, TABLE, insecure),
  };
}

const environment = ({ connectionString }) => ({ ...process.env, AZURE_STORAGE_CONNECTION_STRING: connectionString });

/** Runs the deploy command to its end; gives { stdout, stderr }. */
export const runDeploy = (account, ...options) =>
  promisify(execFile)(DEPLOY, ["--web", account.web, ...options], { env: environment(account) });

/** The same where all is well; gives the lines it printed. The first run says what it installed, too. */
export async function deploy(account, ...options) {
  const { stdout, stderr } = await runDeploy(account, ...options);
  assert.doesNotMatch(stderr, /website/);
  return stdout.trimEnd().split("\n");
}

/** Starts the deploy command; gives { next(): the next line, stop() }. */
export function startDeploy(account, ...options) {
  const child = spawn(DEPLOY, ["--web", account.web, ...options], {
    env: environment(account),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return { next: async () => (await lines.next()).value, stop: () => (child.kill("SIGINT"), ended) };
}

export const sasOf = async ({ web }) => (await fetch(`${web}sas.json`)).json();

/** The record of an employee as another program reads it, without what the service adds. */
export async function recordOf(account, id, day = today()) {
  const { etag, timestamp, ...record } = await account.records.getEntity(day, id);
  delete record["odata.metadata"];
  return record;
}

/** Writes a record's properties as another program would. */
export const change = (account, id, properties, day = today()) =>
  account.records.updateEntity({ partitionKey: day, rowKey: id, ...properties }, "Merge");

export const all = async (listing) => {
  const items = [];
  for await (const item of listing) items.push(item);
  return items;
};

/**
 * Browsers for the tests of a file: open(path) gives a page in a context of its own, another person's browser.
 * A test fails when a page asked another machine, threw, or wrote an error that the test does not expect.
 */
export function browsers(accountOf) {
  let launched;
  let contexts = [];
  let complaints = [];
  let expected = [];
  const isLocal = (url) => /^(127\.0\.0\.1|([a-z0-9-]+\.)*localhost)$/.test(new URL(url).hostname) || /^(data|blob):/.test(url);

  after(async () => (await launched)?.close());
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    const found = complaints.filter((one) => !expected.some((pattern) => pattern.test(one)));
    [contexts, complaints, expected] = [[], [], []];
    assert.deepEqual(found, []);
  });

  const launch = () =>
    chromium.launch({
      executablePath: process.env.LAZULITE_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--renderer-process-limit=6"],
    });

  async function context(options = {}) {
    const browser = await (launched ??= launch());
    const made = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: "reduce", ...options });
    made.setDefaultTimeout(15_000);
    made.on("request", (request) => isLocal(request.url()) || complaints.push(`asked ${request.url()}`));
    made.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    made.on("weberror", (error) => complaints.push(error.error().stack));
    contexts.push(made);
    return made;
  }

  return {
    context,
    expect: (pattern) => expected.push(pattern),
    /** A page of the application, as this user, in a new context or `on` one; its numbers stand there. */
    async open(path = "", { user = "Nurse Sarah", on, ...options } = {}) {
      const page = await (on ?? (await context(options))).newPage();
      await page.addInitScript((name) => sessionStorage.setItem("username", name), user);
      await page.goto(new URL(path, accountOf().web).href);
      await ready(page);
      return page;
    },
  };
}

/** The numbers of the day stand on the page. */
export const ready = (page) => page.locator("#statistics dd, #tiles dd", { hasText: /\d/ }).first().waitFor();

/** A picture for looking at, below build/screenshots. */
export const picture = (page, name, options = {}) => page.screenshot({ path: join(PICTURES, `${name}.png`), ...options });
