// The dashboard: every number on it is one that this file counts from the table by itself; it follows what is written.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { all, browsers, change, daysAgo, deploy, ownAccount, picture, ready, today } from "./env.js";

const DAYS = 30;
const TENTS = Array.from({ length: 20 }, (_, n) => `T-${String(n + 1).padStart(2, "0")}`);
let account;
const { open, context } = browsers(() => account);

before(async () => {
  account = await ownAccount();
  await deploy(account);
  // What other programs leave: nothing but keys, a whole temperature as an integer, several spellings of a list.
  await account.records.createEntity({ partitionKey: today(), rowKey: "EMP-00001" });
  await account.records.createEntity({
    partitionKey: today(),
    rowKey: "EMP-00002",
    Name: "Int",
    Temperature: { type: "Int32", value: "101" },
    Medication: " zinc;Paracetamol ,, Zinc",
    InfectionStatus: "Positive",
    TreatmentStatus: "Recovered",
    TentNumber: "T-20",
    FoodPreference: "Halal",
    LastUpdated: "unknown",
  });
});

/** All records by day, as the SDK gives them. */
async function content() {
  const days = new Map();
  for (const record of await all(account.records.listEntities())) {
    days.set(record.partitionKey, [...(days.get(record.partitionKey) ?? []), record]);
  }
  return days;
}

const number = (records, wanted) =>
  records.filter((one) => Object.entries(wanted).every(([name, value]) => one[name] === value)).length;
const positive = { InfectionStatus: "Positive" };
const active = (records) => number(records, positive) - number(records, { ...positive, TreatmentStatus: "Recovered" });
const temperatures = (records) => records.map((one) => one.Temperature).filter((value) => typeof value === "number");
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

const tile = (page, id) => page.textContent(`#${id}`);
const tiles = (page) =>
  Promise.all(["patients", "positive", "active", "recoveryRate", "average", "fevers"].map((id) => tile(page, id)));
const wantedTiles = (records) => [
  String(records.length),
  String(number(records, positive)),
  String(active(records)),
  `${((100 * number(records, { TreatmentStatus: "Recovered" })) / records.length).toFixed(1)} %`,
  `${mean(temperatures(records)).toFixed(1)} °F`,
  String(temperatures(records).filter((value) => value >= 100.4).length),
];

/** What a chart draws: { labels, label of a series: its values }. */
const drawn = (page, id) =>
  page.evaluate((name) => {
    const { labels, datasets } = globalThis.Chart.getChart(name).data;
    return { labels, ...Object.fromEntries(datasets.map(({ label = "all", data }) => [label, data])) };
  }, id);
const cells = (page, id) =>
  page.locator(`#${id} tr:has(td)`).evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));

test("every number is the table's", async () => {
  const page = await open("dashboard.html");
  const days = await content();
  const now = days.get(today());
  const window = Array.from({ length: DAYS }, (_, n) => days.get(daysAgo(DAYS - 1 - n)));
  assert.equal(now.length, 502);
  assert.equal(window.flat().length, 15_002);
  assert.deepEqual(await tiles(page), wantedTiles(now));

  const trend = await drawn(page, "trend");
  assert.equal(trend.labels.length, DAYS);
  assert.deepEqual(
    trend.Positive,
    window.map((records) => number(records, positive)),
  );
  assert.deepEqual(trend.Active, window.map(active));
  assert.deepEqual(
    trend["Awaiting results"],
    window.map((records) => number(records, { InfectionStatus: "Awaiting Results" })),
  );
  assert.deepEqual(
    (await cells(page, "trendNumbers")).map((row) => row[1]),
    trend.Positive.map(String),
    "the numbers below say the same",
  );

  const treatments = ["Under Treatment", "Recovered", "Monitoring"];
  assert.deepEqual(await drawn(page, "treatment"), {
    labels: treatments,
    all: treatments.map((one) => number(now, { TreatmentStatus: one })),
  });
  const foods = ["Regular", "Vegetarian", "Vegan", "Halal"];
  assert.deepEqual(await drawn(page, "food"), { labels: foods, all: foods.map((one) => number(now, { FoodPreference: one })) });

  const inTents = (InfectionStatus) => TENTS.map((TentNumber) => number(now, { TentNumber, InfectionStatus }));
  const statuses = ["Positive", "Negative", "Awaiting Results"];
  assert.deepEqual(await drawn(page, "tents"), {
    labels: TENTS,
    ...Object.fromEntries(statuses.map((one) => [one, inTents(one)])),
  });

  const heat = await drawn(page, "temperature");
  assert.deepEqual(heat["Fever, 100.4 °F"], Array(DAYS).fill(100.4));
  assert.deepEqual(
    heat.Highest,
    window.map((records) => Math.max(...temperatures(records))),
  );
  for (const [place, records] of window.entries())
    assert.ok(Math.abs(heat.Average[place] - mean(temperatures(records))) < 1e-9);
  const fevers = now.filter((one) => one.Temperature >= 100.4);
  assert.deepEqual(
    (await cells(page, "alerts")).map(([name]) => name).sort(),
    fevers.map((one) => `${one.Name} · ${one.rowKey}`).sort(),
  );
  assert.equal((await cells(page, "alerts"))[0][2], Math.max(...temperatures(now)).toFixed(1), "the highest is the first");

  const label = await page.getAttribute("#tents", "aria-label");
  const most = Math.max(...TENTS.map((TentNumber) => number(now, { TentNumber })));
  assert.ok(label.endsWith(`with ${most}.`), label);
  await picture(page, "dashboard", { fullPage: true });
});

test("medication, by medicine and by person", async () => {
  const page = await open("dashboard.html");
  const now = (await content()).get(today());
  const having = (pattern) => now.filter((one) => pattern.test(one.Medication ?? ""));
  const ids = async () => (await cells(page, "medication")).map(([id]) => id);
  assert.deepEqual(
    await ids(),
    having(/\w/).map((one) => one.rowKey),
  );
  const options = await page.locator("#medicine option").allTextContents();
  assert.equal(options[0], `All medicines (${having(/\w/).length})`);
  assert.ok(options.includes(`Zinc (${having(/zinc/i).length})`), options.join());

  await page.selectOption("#medicine", "Paracetamol");
  assert.deepEqual(
    await ids(),
    having(/paracetamol/i).map((one) => one.rowKey),
  );
  assert.equal(await page.textContent("#medicationCount"), `${having(/paracetamol/i).length} patients`);
  await page.fill("#person", "emp-00002");
  assert.deepEqual(await cells(page, "medication"), [["EMP-00002", "Int", " zinc;Paracetamol ,, Zinc", "unknown"]]);
  await page.selectOption("#medicine", "Zinc");
  await page.fill("#person", "");
  await picture(page, "dashboard-medication");
});

test("another day, a shorter range, a day without records", async () => {
  const page = await open("dashboard.html");
  const days = await content();
  const shown = (text) => page.locator("#dayAge", { hasText: text }).waitFor();
  await page.fill("#day", daysAgo(10));
  await shown("10 days ago");
  assert.deepEqual(await tiles(page), wantedTiles(days.get(daysAgo(10))));
  await page.selectOption("#range", "7");
  await page.waitForFunction(() => globalThis.Chart.getChart("trend").data.labels.length === 7);
  const week = Array.from({ length: 7 }, (_, n) => number(days.get(daysAgo(16 - n)), positive));
  assert.deepEqual((await drawn(page, "trend")).Positive, week);
  await page.fill("#day", daysAgo(60));
  await shown("60 days ago");
  assert.deepEqual(await tiles(page), ["0", "0", "0", "0.0 %", "–", "0"]);
  assert.deepEqual((await drawn(page, "trend")).Positive, Array(7).fill(0));
});

test("it follows what others write, and at once what this browser does", async () => {
  const page = await open("dashboard.html");
  const before = Number(await tile(page, "positive"));
  const untilPositive = (where, value) => where.locator("#positive", { hasText: RegExp(`^${value}$`) }).waitFor();
  const negative = (await content()).get(today()).filter((one) => one.InfectionStatus === "Negative");
  await change(account, negative[0].rowKey, { InfectionStatus: "Positive" });
  await untilPositive(page, before + 1);

  const mine = await context();
  const [entry, dashboard] = [await mine.newPage(), await mine.newPage()];
  await entry.goto(account.web);
  await dashboard.clock.install();
  await dashboard.goto(`${account.web}dashboard.html`);
  await ready(dashboard);
  await dashboard.clock.pauseAt(Date.now() + 60_000); // no time passes: it hears of it from the other page
  await entry.fill("#searchId", negative[1].rowKey);
  await entry.press("#searchId", "Enter");
  await entry.locator("#history button").first().click();
  await entry.locator("#formTitle", { hasText: negative[1].rowKey }).waitFor();
  await entry.selectOption("#infectionStatus", "Positive");
  await entry.click("#save");
  await entry.locator("#saved", { hasText: "Saved" }).waitFor();
  await untilPositive(dashboard, before + 2);
});

test("a dark screen", async () => {
  const page = await open("dashboard.html", { colorScheme: "dark" });
  await picture(page, "dashboard-dark", { fullPage: true });
  const dark = await page.evaluate(() => globalThis.Chart.getChart("trend").options.scales.y.grid.color);
  await page.emulateMedia({ colorScheme: "light" }); // the charts change with the page
  await page.waitForFunction((before) => globalThis.Chart.getChart("trend").options.scales.y.grid.color !== before, dark);
});
