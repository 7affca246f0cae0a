// The first form of this application, as it was written for the real service: only its table's name and the two addresses
// are put right, since no table can be called patient_records.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { AzureNamedKeyCredential, generateAccountSas } from "@azure/data-tables";
import { browsers, deploy, ownAccount, recordOf, today } from "./env.js";

const read = (name) => readFile(new URL(`seed/${name}`, import.meta.url), "utf8");
let account;
const { context, expect } = browsers(() => account);

/** Replaces a text that must be there. */
function replaced(text, from, to) {
  assert.ok(text.includes(from), from);
  return text.replaceAll(from, to);
}

async function upload(name, text, blobContentType) {
  const blob = account.blobs.getContainerClient("$web").getBlockBlobClient(name);
  await blob.upload(text, Buffer.byteLength(text), { blobHTTPHeaders: { blobContentType } });
}

before(async () => {
  account = await ownAccount();
  await deploy(account, "--days", "0");
  const sas = generateAccountSas(new AzureNamedKeyCredential(account.name, account.key), {
    resourceTypes: "sco",
    permissions: { query: true, write: true, delete: true, list: true, add: true, create: true, update: true },
    expiresOn: new Date(Date.now() + 3_600_000),
  });
  const form = await read("form.html");
  let script = await read("form.js");
  script = replaced(script, "patient_records", "patientrecords");
  script = replaced(script, "?sv=2021-06-08&ss=t&srt=sco&sp=rwdlacu&se=...", `?${sas}`);
  script = replaced(script, "https://${accountName}.table.core.windows.net/", `${account.tables.url.replace(/\/$/, "")}/`);
  await upload("seed.html", `<!doctype html><meta charset="utf-8">${form}<script src="seed.js"></script>`, "text/html");
  await upload("seed.js", script, "text/javascript; charset=utf-8");
});

test("it saves a patient and finds the patient again", async () => {
  const page = await (await context()).newPage();
  const alerts = [];
  page.on("dialog", (dialog) => (alerts.push(dialog.message()), dialog.accept()));
  const alerted = async (work) => {
    const dialog = page.waitForEvent("dialog");
    await work();
    return (await dialog).message();
  };
  await page.goto(`${account.web}seed.html`);
  const id = (name) => `#${name}`;
  const typed = {
    employeeId: "EMP-12345",
    name: "John Doe",
    temperature: "99.5",
    medication: "Paracetamol, Vitamin C",
    notes: "Patient responding well to treatment",
  };
  const chosen = {
    tentNumber: "T-02",
    infectionStatus: "Awaiting Results",
    treatmentStatus: "Monitoring",
    foodPreference: "Halal",
  };
  for (const [name, value] of Object.entries(typed)) await page.fill(id(name), value);
  for (const [name, value] of Object.entries(chosen)) await page.selectOption(id(name), value);
  assert.equal(await alerted(() => page.click("text=Save Patient Data")), "✓ Patient data saved successfully!");

  const { LastUpdated, ...record } = await recordOf(account, "EMP-12345");
  assert.deepEqual(record, {
    partitionKey: today(), rowKey: "EMP-12345", Name: "John Doe", TentNumber: "T-02", InfectionStatus: "Awaiting Results",
    TreatmentStatus: "Monitoring", Temperature: 99.5, FoodPreference: "Halal", Medication: "Paracetamol, Vitamin C",
    Notes: "Patient responding well to treatment", UpdatedBy: "Unknown",
  }); // prettier-ignore
  assert.ok(LastUpdated.startsWith(today()));
  assert.equal(await page.inputValue("#name"), "", "the form was reset");

  await page.fill("#employeeId", "EMP-12345");
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForFunction(() => document.getElementById("name").value === "John Doe");
  for (const [name, value] of Object.entries({ ...typed, ...chosen })) assert.equal(await page.inputValue(id(name)), value);

  expect(/status of (404|409)/);
  expect(/Failed to save/);
  const twice = await alerted(() => page.click("text=Save Patient Data"));
  assert.ok(twice.startsWith('✗ Error saving data: Failed to save: {"odata.error":{"code":"EntityAlreadyExists"'), twice);
  await page.fill("#employeeId", "EMP-00000");
  assert.equal(await alerted(() => page.getByRole("button", { name: "Search" }).click()), "Patient not found for today");
});
