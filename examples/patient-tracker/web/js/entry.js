// The entry page: one form for one employee on one day, the search beside it, and the day's numbers.

import { briefDay, clockTime, daysAgo, longDay, relativeDay, shift, shortDay, today } from "./days.js";
import { askWhatToKeep, mayDiscard } from "./dialogs.js";
import { $, announceChange, element, keepDoing, onChange, showProblem } from "./dom.js";
import { FEVER, FOOD, INFECTION, TENTS, TREATMENT, entityOf, sameValues, valuesOf } from "./record.js";
import { degrees, percent, statistics } from "./statistics.js";
import { TableError, findRecord, insert, queryDay, queryEmployee, replace } from "./table.js";

const INPUT_OF = {
  Name: "name", TentNumber: "tentNumber", InfectionStatus: "infectionStatus", TreatmentStatus: "treatmentStatus",
  Temperature: "temperature", FoodPreference: "foodPreference", Medication: "medication", Notes: "notes",
}; // prettier-ignore
const HISTORY = ["PartitionKey", "RowKey", "TentNumber", "InfectionStatus", "TreatmentStatus", "Temperature"];
const COUNTED = ["RowKey", "InfectionStatus", "TreatmentStatus", "Temperature", "FoodPreference"];

let day = today();
let record; // the entity in the form as it was read; undefined for a new one
let untouched; // the form's values before anybody typed

// --- the form's values

function readForm() {
  const values = Object.fromEntries(Object.entries(INPUT_OF).map(([name, id]) => [name, $(id).value.trim()]));
  return { ...values, Temperature: values.Temperature === "" ? null : Number(values.Temperature) };
}

function writeForm(values) {
  for (const [name, id] of Object.entries(INPUT_OF)) {
    const input = $(id);
    const value = values[name] ?? "";
    if (input.tagName === "SELECT" && ![...input.options].some((option) => option.value === value)) {
      input.add(new Option(value, value)); // what another program wrote is shown as it is
    }
    input.value = value;
  }
  showFever();
}

const idInForm = () => $("employeeId").value.trim();
const isTouched = () => !sameValues(readForm(), untouched);

function showFever() {
  const fever = Number($("temperature").value) >= FEVER;
  $("feverHint").textContent = fever ? `Fever: ${FEVER} °F or more` : "";
}

function touch() {
  showFever();
  $("undo").hidden = !record || sameValues(readForm(), untouched);
}

// --- which record is in the form

function showState() {
  $("dayName").textContent = longDay(day);
  $("dayAge").textContent = relativeDay(day);
  $("dayBar").classList.toggle("another-day", daysAgo(day) !== 0);
  $("toToday").hidden = daysAgo(day) === 0;
  $("day").value = day;
  $("day").max = today();
  $("nextDay").disabled = daysAgo(day) <= 0;
  $("formTitle").textContent = record ? `${record.Name} · ${record.RowKey}` : "New record";
  $("newRecord").hidden = !record;
  $("employeeId").readOnly = Boolean(record);
  $("lastUpdated").textContent = record
    ? `Last updated ${clockTime(record.LastUpdated)} by ${record.UpdatedBy ?? "Unknown"}`
    : "";
  $("save").textContent = `Save for ${shortDay(day)}`;
  $("undo").hidden = true;
  $("idHint").replaceChildren();
}

/** An empty form for this employee, or for nobody yet. */
function begin(id = "") {
  record = undefined;
  $("patientForm").reset();
  $("employeeId").value = id;
  showFever();
  untouched = readForm();
  showState();
}

function edit(entity) {
  record = entity;
  $("employeeId").value = entity.RowKey;
  writeForm(valuesOf(entity));
  untouched = readForm();
  showState();
}

/** Runs what a control asks for; what goes wrong is said at the top of the page. */
const attempt = (work) => async (event) => {
  event?.preventDefault();
  try {
    await work(event);
    showProblem();
  } catch (error) {
    showProblem(error);
  }
};

/** Nothing can be typed or opened while a record is on its way. */
async function undisturbed(work) {
  const main = document.querySelector("main");
  if (main.inert) return;
  const focused = document.activeElement;
  main.inert = true;
  try {
    return await work();
  } finally {
    main.inert = false;
    focused.focus({ preventScroll: true });
  }
}

const mayLeave = async () => !isTouched() || mayDiscard(`${idInForm() || "the new record"}, ${shortDay(day)},`);

/** Puts the record of an employee on a day into the form, or a new one. */
const goTo = (newDay, id) =>
  attempt(async () => {
    if (!(await mayLeave())) return showState();
    const entity = await undisturbed(async () => id && findRecord(newDay, id));
    day = newDay;
    $("saved").textContent = "";
    if (entity) edit(entity);
    else begin(id);
    countNow();
    if (id && !entity) await hint();
  })();

/** For a new record: says that there is one already, or offers what is known from another day. */
async function hint() {
  const id = idInForm();
  if (!id || record) return;
  const known = await history(id, day, 30);
  if (id !== idInForm() || record) return;
  const [last] = known;
  if (!last) return $("idHint").replaceChildren("No record of this employee in the last 30 days.");
  if (last.PartitionKey === day) {
    return $("idHint").replaceChildren(
      `${id} has a record for this day. `,
      element("button", { type: "button", class: "link", onclick: () => goTo(day, id) }, "Open it"),
    );
  }
  const copy = attempt(async () => {
    const entity = await undisturbed(() => findRecord(last.PartitionKey, id));
    writeForm({ ...valuesOf(entity), Temperature: null, Notes: "" });
    $("idHint").replaceChildren(`Taken over from ${briefDay(last.PartitionKey)}: measure the temperature anew.`);
    $("temperature").focus();
  });
  $("idHint").replaceChildren(
    `Last recorded on ${shortDay(last.PartitionKey)}. `,
    element("button", { type: "button", class: "link", onclick: copy }, "Take over what is known"),
  );
}

// --- saving

async function write(values) {
  const user = $("username").value.trim() || "Unknown";
  const entity = entityOf(day, record?.RowKey ?? idInForm(), values, user, record);
  if (record) await replace(entity, record["odata.etag"]);
  else await insert(entity);
  return entity;
}

const lostRace = (error) =>
  error instanceof TableError && ["UpdateConditionNotSatisfied", "EntityAlreadyExists"].includes(error.code);

/**
 * Saves the form, and gives what was saved. As often as somebody else was faster, both versions are shown and a person
 * merges them; nothing is given when that person would rather not save.
 */
async function save() {
  for (let values = readForm(); ;) {
    try {
      return await write(values);
    } catch (error) {
      if (!lostRace(error)) throw error;
    }
    const theirs = await findRecord(day, record?.RowKey ?? idInForm());
    if (!theirs) throw new Error("The record was deleted meanwhile.");
    const decision = await askWhatToKeep(theirs, values, record && valuesOf(record));
    if (decision.keep === "mine") return; // in the form, unsaved
    edit(theirs); // from here on it is their version that is edited
    if (decision.keep === "theirs") {
      $("saved").textContent = "Theirs was kept.";
      return;
    }
    writeForm(decision.values);
    values = decision.values;
  }
}

async function saveAndBeginAnew() {
  $("saved").textContent = "";
  const entity = await undisturbed(save);
  if (!entity) return;
  const { PartitionKey, RowKey } = entity;
  const again = { type: "button", class: "link", onclick: () => goTo(PartitionKey, RowKey) };
  begin();
  $("saved").replaceChildren(`Saved ${RowKey} for ${shortDay(PartitionKey)}. `, element("button", again, "Edit it again"));
  $("employeeId").focus();
  announceChange(PartitionKey);
  countNow();
}

// --- search

/** What is known of an employee over `count` days up to this one, the newest first. */
const history = async (id, last, count) => (await queryEmployee(id, shift(last, 1 - count), last, HISTORY)).reverse();

/** Opens what was found; on a narrow screen the form is far above. */
async function openFound(foundDay, id) {
  await goTo(foundDay, id);
  $("formTitle").scrollIntoView({ block: "nearest" });
  $("formTitle").focus({ preventScroll: true });
}

const historyRow = ({ PartitionKey, RowKey, InfectionStatus, TreatmentStatus, Temperature, TentNumber }) =>
  element(
    "tr",
    {},
    element(
      "th",
      { scope: "row" },
      element(
        "button",
        { type: "button", class: "link", onclick: () => openFound(PartitionKey, RowKey) },
        shortDay(PartitionKey),
      ),
    ),
    element(
      "td",
      {},
      element("span", { class: `dot ${(InfectionStatus ?? "").split(" ")[0].toLowerCase()}` }),
      InfectionStatus ?? "",
    ),
    element("td", {}, TreatmentStatus ?? ""),
    element("td", { class: Temperature >= FEVER ? "number fever" : "number" }, Temperature?.toFixed?.(1) ?? "–"),
    element("td", { class: "short" }, TentNumber ?? ""),
  );

async function search() {
  const id = $("searchId").value.trim();
  const count = Number($("searchDays").value);
  const started = performance.now();
  const found = await history(id, today(), count);
  const took = Math.round(performance.now() - started);
  const records = found.length === 1 ? "1 record" : `${found.length} records`;
  $("searchResult").textContent = found.length
    ? `${records} of ${id} in ${count} days (${took} ms)`
    : `${id} has no record in the last ${count} days`;
  $("history").hidden = !found.length;
  $("history")
    .querySelector("tbody")
    .replaceChildren(...found.map(historyRow));
}

// --- the day's numbers

let known = "";

async function countDay() {
  const counted = day;
  const records = await queryDay(counted, COUNTED);
  if (counted !== day) return;
  const { patients, infection, treatment, active, recoveryRate, average, fevers } = statistics(records);
  const line = (name, value, share, kind) =>
    element(
      "div",
      {},
      element("dt", {}, name),
      element("dd", {}, String(value)),
      ...(share === undefined
        ? []
        : [
            element("dd", { "aria-hidden": true }, element("meter", { min: 0, max: patients || 1, value: share, class: kind })),
          ]),
    );
  $("statisticsDay").textContent = shortDay(counted);
  $("statistics").replaceChildren(
    line("Patients", patients),
    ...INFECTION.map((status) => line(status, infection[status], infection[status], status.split(" ")[0].toLowerCase())),
    ...TREATMENT.map((status) => line(status, treatment[status], treatment[status], status.split(" ")[0].toLowerCase())),
    line("Active cases", active),
    line("Recovery rate", percent(recoveryRate)),
    line("Fever", fevers),
    line("Average temperature", degrees(average)),
  );
  const ids = records.map((one) => one.RowKey);
  if (known === ids.join()) return;
  known = ids.join();
  $("knownIds").replaceChildren(...ids.map((id) => new Option(id)));
}

const countNow = keepDoing(countDay, 15_000);

// --- wiring

const fill = (id, values) =>
  $(id).replaceChildren(new Option("Choose…", ""), ...values.map((value) => new Option(value, value)));
fill("tentNumber", TENTS);
fill("infectionStatus", INFECTION);
fill("treatmentStatus", TREATMENT);
fill("foodPreference", FOOD);
begin();

$("username").value = sessionStorage.getItem("username") ?? "";
$("username").addEventListener("input", ({ target }) => sessionStorage.setItem("username", target.value.trim()));

$("patientForm").addEventListener("input", touch);
$("patientForm").addEventListener("submit", attempt(saveAndBeginAnew));
$("patientForm").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("patientForm").requestSubmit();
});
$("employeeId").addEventListener("change", attempt(hint));
$("newRecord").addEventListener("click", () => goTo(day));
$("undo").addEventListener("click", () => edit(record));
$("searchForm").addEventListener("submit", attempt(search));

const sameOrTyped = () => record?.RowKey ?? idInForm();
$("previousDay").addEventListener("click", () => goTo(shift(day, -1), sameOrTyped()));
$("nextDay").addEventListener("click", () => goTo(shift(day, 1), sameOrTyped()));
$("toToday").addEventListener("click", () => goTo(today(), sameOrTyped()));
$("day").addEventListener("change", ({ target }) => target.value && goTo(target.value, sameOrTyped()));

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input, textarea, select") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  $("searchId").focus();
});
addEventListener("beforeunload", (event) => isTouched() && event.preventDefault());
onChange((changed) => changed === day && countNow());
setInterval(() => ($("dayAge").textContent = relativeDay(day)), 60_000); // at midnight today becomes yesterday
