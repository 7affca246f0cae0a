// Both pages for everybody: the keyboard alone, a screen reader's names, a narrow screen, a dark one, the other address.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { before, test } from "node:test";
import { edit, fill, saved, search } from "./entry_page.js";
import { browsers, deploy, ownAccount, picture, recordOf } from "./env.js";

let account;
const { open } = browsers(() => account);

before(async () => {
  account = await ownAccount();
  await deploy(account, "--days", "10", "--patients", "20");
});

test("the keyboard alone", async () => {
  const page = await open();
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const tabTo = async (id) => {
    for (let step = 0; (await focused()) !== id; step++) {
      assert.ok(step < 25, `${id} is reached by Tab, not ${await focused()}`);
      await press("Tab");
    }
  };
  await press("Tab");
  assert.equal(await focused(), "To the form");
  await picture(page, "entry-keyboard");
  await press("Enter");
  await tabTo("employeeId");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid", "where the focus is can be seen");
  await page.keyboard.type("EMP-40001");
  await press("Tab");
  await page.keyboard.type("Ana Key");
  await press("Tab");
  await page.keyboard.type("T-07");
  await press("Tab");
  await page.keyboard.type("Neg");
  await press("Tab");
  await page.keyboard.type("Mon");
  await press("Tab");
  await page.keyboard.type("98.2");
  await press("Tab");
  await page.keyboard.type("Hal");
  await press("Tab");
  await page.keyboard.type("Zinc");
  await press("Control+Enter");
  await saved(page, "EMP-40001");
  const record = await recordOf(account, "EMP-40001");
  assert.deepEqual(
    [
      record.Name,
      record.TentNumber,
      record.InfectionStatus,
      record.TreatmentStatus,
      record.Temperature,
      record.FoodPreference,
      record.Medication,
    ],
    ["Ana Key", "T-07", "Negative", "Monitoring", 98.2, "Halal", "Zinc"],
  );

  await tabTo("save");
  await press("/");
  assert.equal(await focused(), "searchId");
  await page.keyboard.type("EMP-40001");
  await press("Enter");
  await page.locator("#history button").waitFor();
  await press("Tab", "Tab", "Tab", "Tab", "Enter"); // over range, button and the table's frame
  await page.locator("#formTitle", { hasText: "Ana Key" }).waitFor();
  await page.locator("#notes").focus();
  await page.keyboard.type("typed");
  await page.locator("#previousDay").focus();
  await press("Enter");
  await page.locator("#discard[open]").waitFor();
  assert.equal(await focused(), "Keep editing");
  await press("Escape");
  await page.locator("#discard:not([open])").waitFor({ state: "attached" });
  assert.equal(await page.inputValue("#notes"), "typed");
});

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

for (const path of ["", "dashboard.html"])
  for (const colorScheme of ["light", "dark"])
    test(`names, roles and contrast of ${path || "the entry page"}, ${colorScheme}`, async () => {
      const page = await open(path, { colorScheme });
      if (!path) {
        await edit(page, "EMP-10012", 1);
        await fill(page, { notes: "touched" });
      }
      await page.evaluate(AXE);
      const found = await page.evaluate(async () => {
        const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
        return violations.flatMap(({ id, nodes }) =>
          nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
        );
      });
      assert.deepEqual(found, []);
    });

for (const [path, name] of [
  ["", "entry"],
  ["dashboard.html", "dashboard"],
])
  test(`a narrow screen: ${name}`, async () => {
    const page = await open(path, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    if (!path) await edit(page, "EMP-10012", 1);
    await picture(page, `${name}-narrow`, { fullPage: Boolean(path) });
    assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), 360, "nothing sticks out");
    const small = await page.evaluate(() =>
      [...document.querySelectorAll("button:not(.link), input, select")]
        .filter((one) => one.offsetHeight && one.offsetHeight < 40 && !one.matches("[type=radio]"))
        .map((one) => one.id),
    );
    assert.deepEqual(small, [], "a finger can hit them");
    if (path) return;
    for (const id of ["dayName", "formTitle"]) {
      const { y } = await page.locator(`#${id}`).boundingBox();
      assert.ok(y > 0 && y < 740, `${id} is in sight after the record was opened from the list below the form`);
    }
  });

test("a dark screen", async () => {
  const page = await open("", { colorScheme: "dark" });
  await edit(page, "EMP-10012");
  await picture(page, "entry-dark");
  const [ink, ground] = await page.evaluate(() =>
    [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor].map((one) =>
      Number(/\d+/.exec(one)[0]),
    ),
  );
  assert.ok(ink > 200 && ground < 60, `${ink} on ${ground}`);
});

test("served by the account's host name too", async () => {
  const page = await open(account.hostStyle);
  assert.match(await search(page, "EMP-10013"), /^10 records/);
});
