// The entry page: what a nurse types is what the table holds, for the day that is shown.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { PATIENT, countIs, edit, fill, formOf, save, saved, search, statistic } from "./entry_page.js";
import { browsers, change, daysAgo, deploy, ownAccount, picture, recordOf, sasOf, today } from "./env.js";

const PATIENTS = 40;
let account;
const { open } = browsers(() => account);

before(async () => {
  account = await ownAccount();
  await deploy(account, "--days", "10", "--patients", String(PATIENTS));
});

test("every field that is typed is what the table holds", async () => {
  const page = await open();
  assert.equal(await statistic(page, "Patients").textContent(), String(PATIENTS));
  const began = new Date().toISOString();
  await fill(page, PATIENT);
  await picture(page, "entry-filled");
  await save(page);
  await saved(page, "EMP-12345");

  const { LastUpdated, ...record } = await recordOf(account, "EMP-12345");
  assert.deepEqual(record, {
    partitionKey: today(), rowKey: "EMP-12345", Name: "Zoë O'Brien", TentNumber: "T-05", InfectionStatus: "Positive",
    TreatmentStatus: "Under Treatment", Temperature: 99, FoodPreference: "Vegetarian", Medication: "Paracetamol, Vitamin C",
    Notes: "Responding well\nto <b>treatment</b>", UpdatedBy: "Nurse Sarah",
  }); // prettier-ignore
  assert.ok(LastUpdated >= began && LastUpdated <= new Date().toISOString(), LastUpdated);
  const { table, sas } = await sasOf(account);
  const text = await (
    await fetch(`${table}(PartitionKey='${today()}',RowKey='EMP-12345')?${sas}`, { headers: { Accept: "application/json" } })
  ).text();
  assert.match(text, /"Temperature":99\.0,/, "99 is a Double like 99.5");

  await countIs(page, "Patients", PATIENTS + 1);
  assert.equal(await page.inputValue("#name"), "", "the form is empty for the next patient");
  assert.equal(await page.evaluate(() => document.activeElement.id), "employeeId");
});

test("what is not whole is not sent", async () => {
  const page = await open();
  const writes = [];
  page.on("request", (request) => ["POST", "PUT"].includes(request.method()) && writes.push(request.url()));
  for (const wrong of [
    { name: " " },
    { employeeId: "a/b" },
    { employeeId: "" },
    { temperature: "200" },
    { infectionStatus: "" },
  ]) {
    await fill(page, { ...PATIENT, ...wrong });
    await save(page);
    const [id] = Object.keys(wrong);
    assert.equal(await page.evaluate(() => document.activeElement.id), id, "the field that is wrong has the focus");
    assert.ok(await page.locator(`#${id}:user-invalid`).count(), `${id} is marked`);
  }
  assert.deepEqual(writes, []);
});

test("a record without a temperature has none, and loses one that is cleared", async () => {
  const page = await open();
  await fill(page, { ...PATIENT, employeeId: "it's 100%+&;", temperature: "" });
  await save(page);
  await saved(page, "it's 100%+&;");
  assert.equal("Temperature" in (await recordOf(account, "it's 100%+&;")), false);
  for (const temperature of ["101.5", ""]) {
    await page.getByText("Edit it again").click();
    await page.locator("#newRecord").waitFor();
    await fill(page, { temperature });
    await save(page);
    await saved(page, "it's 100%+&;");
    assert.equal((await recordOf(account, "it's 100%+&;")).Temperature, temperature ? 101.5 : undefined);
  }
});

test("search over days, and an edit of a past day that is always in sight", async () => {
  const page = await open();
  assert.match(await search(page, "EMP-10003"), /^10 records of EMP-10003 in 30 days \(\d+ ms\)$/);
  const days = await page.locator("#history tbody th").allTextContents();
  assert.equal(days.length, 10);
  assert.equal(await page.locator("#dayAge").textContent(), "today");

  const past = daysAgo(3);
  const before = await recordOf(account, "EMP-10003", past);
  await edit(page, "EMP-10003", 3);
  assert.equal(await page.locator("#dayAge").textContent(), "3 days ago");
  const shown = await formOf(page);
  assert.deepEqual(
    [
      shown.name,
      shown.tentNumber,
      shown.infectionStatus,
      shown.treatmentStatus,
      Number(shown.temperature),
      shown.foodPreference,
      shown.medication,
      shown.notes,
    ],
    [
      before.Name,
      before.TentNumber,
      before.InfectionStatus,
      before.TreatmentStatus,
      before.Temperature,
      before.FoodPreference,
      before.Medication,
      before.Notes,
    ],
  );
  await picture(page, "entry-past-day");

  await page.setViewportSize({ width: 1280, height: 420 });
  await page.locator("#notes").scrollIntoViewIfNeeded();
  await page.mouse.wheel(0, 2000);
  await page.waitForFunction(() => scrollY > 100);
  const bar = await page.locator("#dayName").boundingBox();
  assert.ok(bar.y >= 0 && bar.y + bar.height <= 420, "the day stays in sight");
  assert.match(await page.textContent("#save"), /^Save for \w+ \d+ \w+$/);

  await fill(page, { notes: "seen again" });
  await save(page);
  await saved(page, "EMP-10003");
  const after = await recordOf(account, "EMP-10003", past);
  assert.deepEqual(after, { ...before, Notes: "seen again", UpdatedBy: "Nurse Sarah", LastUpdated: after.LastUpdated });
  assert.ok(after.LastUpdated > before.LastUpdated);
  assert.notEqual((await recordOf(account, "EMP-10003")).Notes, "seen again", "today's is as it was");
  assert.match(await search(page, "EMP-99999"), /^EMP-99999 has no record in the last 30 days$/);
});

test("another program's properties survive an edit", async () => {
  await change(account, "EMP-10005", { Allergy: "Nuts", Bed: { type: "Int64", value: "7" } });
  const page = await open();
  await edit(page, "EMP-10005");
  await fill(page, { tentNumber: "T-19" });
  await save(page);
  await saved(page, "EMP-10005");
  const { TentNumber, Allergy, Bed } = await recordOf(account, "EMP-10005");
  assert.deepEqual([TentNumber, Allergy, Bed], ["T-19", "Nuts", 7n]);
});

test("what is known is taken over to a day without a record; typed text is not lost unasked", async () => {
  const page = await open();
  await page.fill("#day", daysAgo(20));
  await page.locator("#dayAge", { hasText: "20 days ago" }).waitFor();
  await countIs(page, "Patients", 0);
  await page.fill("#day", daysAgo(9));
  await fill(page, { employeeId: "EMP-10007" });
  await page.press("#employeeId", "Tab");
  await page.getByText("Open it").waitFor();
  await page.click("#toToday");
  await page.locator("#formTitle", { hasText: "EMP-10007" }).waitFor();

  await fill(page, { notes: "half a sentence" });
  await page.click("#previousDay");
  await page.getByRole("button", { name: "Keep editing" }).click();
  assert.equal(await page.inputValue("#notes"), "half a sentence");
  assert.equal(await page.inputValue("#day"), today());
  await page.click("#newRecord");
  await page.getByRole("button", { name: "Discard changes" }).click();
  await page.locator("#formTitle", { hasText: "New record" }).waitFor();

  await account.records.deleteEntity(today(), "EMP-10008");
  await fill(page, { employeeId: "EMP-10008" });
  await page.press("#employeeId", "Tab");
  await page.getByText("Take over what is known").click();
  await page.locator("#idHint", { hasText: "Taken over" }).waitFor();
  await fill(page, { temperature: "98.4" });
  await save(page);
  await saved(page, "EMP-10008");
  const [yesterday, now] = [await recordOf(account, "EMP-10008", daysAgo(1)), await recordOf(account, "EMP-10008")];
  assert.deepEqual(
    [now.Name, now.TentNumber, now.Medication, now.Temperature],
    [yesterday.Name, yesterday.TentNumber, yesterday.Medication, 98.4],
  );
});
