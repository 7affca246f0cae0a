// The entry page as a nurse uses it.

export const PATIENT = {
  employeeId: "EMP-12345", name: "Zoë O'Brien", tentNumber: "T-05", infectionStatus: "Positive", treatmentStatus: "Under Treatment",
  temperature: "99", foodPreference: "Vegetarian", medication: "Paracetamol, Vitamin C", notes: "Responding well\nto <b>treatment</b>",
}; // prettier-ignore

export async function fill(page, fields) {
  for (const [id, value] of Object.entries(fields)) {
    const field = page.locator(`#${id}`);
    await ((await field.evaluate((node) => node.tagName)) === "SELECT" ? field.selectOption(value) : field.fill(value));
  }
}

/** The same in one step, where it is not the typing that counts. */
export const enter = (page, fields) =>
  page.evaluate((values) => {
    for (const [id, value] of Object.entries(values)) document.getElementById(id).value = value;
    document.getElementById("employeeId").dispatchEvent(new Event("change", { bubbles: true }));
  }, fields);

export const save = (page) => page.click("#save");
export const saved = (page, id) => page.locator("#saved", { hasText: `Saved ${id}` }).waitFor();
export const statistic = (page, name) =>
  page.locator("#statistics div", { has: page.getByText(name, { exact: true }) }).locator("dd:not([aria-hidden])");
export const countIs = (page, name, value) =>
  statistic(page, name)
    .filter({ hasText: RegExp(`^${value}$`) })
    .waitFor();

export async function search(page, id) {
  await page.fill("#searchId", id);
  await page.press("#searchId", "Enter");
  await page.locator("#searchResult", { hasText: id }).waitFor();
  return page.textContent("#searchResult");
}

/** Opens an employee's record of a day from the search. */
export async function edit(page, id, days = 0) {
  await search(page, id);
  await page.locator("#history button").nth(days).click();
  await page.locator("#formTitle", { hasText: id }).waitFor();
}

export const formOf = (page) =>
  page.evaluate((ids) => Object.fromEntries(ids.map((id) => [id, document.getElementById(id).value])), Object.keys(PATIENT));
