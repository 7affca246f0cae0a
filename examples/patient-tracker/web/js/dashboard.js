// The management's page: a day's health and the weeks before it, drawn anew as records come in.

import { showDay, showDays } from "./charts.js";
import { clockTime, daysUpTo, longDay, relativeDay, today } from "./days.js";
import { $, element, keepDoing, onChange, row } from "./dom.js";
import { medicines } from "./record.js";
import { degrees, feverish, medicineCounts, percent, statistics, tents } from "./statistics.js";
import { queryDay } from "./table.js";

const COUNTED = ["RowKey", "InfectionStatus", "TreatmentStatus", "Temperature", "FoodPreference"];
const WHOLE = [...COUNTED, "Name", "TentNumber", "Medication", "LastUpdated"];
const PAUSE = 5000; // ms between two looks at the day that is shown
const ALL_EVERY = 12; // looks, then the days before it are read again too

let day = today();
let records = []; // of that day
let counted = new Map(); // day -> statistics, of the days before it
let seen = ""; // what is drawn
let looks = 0;

const range = () => Number($("range").value);

async function count(days) {
  const found = await Promise.all(days.map((one) => queryDay(one, COUNTED)));
  return days.map((one, place) => [one, statistics(found[place])]);
}

/** Reads the day shown, and of the others those that are not known or, now and then, all. */
async function look() {
  const [wanted, others] = [day, daysUpTo(day, range()).slice(0, -1)];
  if (looks++ % ALL_EVERY === 0) counted.clear();
  const [whole, more] = await Promise.all([queryDay(wanted, WHOLE), count(others.filter((one) => !counted.has(one)))]);
  for (const [one, numbers] of more) counted.set(one, numbers);
  if (wanted !== day) return; // another was chosen meanwhile, and is looked at next
  records = whole;
  draw();
  $("live").textContent = `Live · ${new Date().toLocaleTimeString("en-GB")}`;
}

function draw() {
  const days = daysUpTo(day, range());
  const now = statistics(records);
  const numbers = days.map((one) => (one === day ? now : (counted.get(one) ?? statistics([]))));
  const state = JSON.stringify([day, records, numbers]);
  if (state === seen) return;
  seen = state;

  $("dayName").textContent = longDay(day);
  $("dayAge").textContent = relativeDay(day);
  $("patients").textContent = now.patients;
  $("positive").textContent = now.infection.Positive;
  $("active").textContent = now.active;
  $("recoveryRate").textContent = percent(now.recoveryRate);
  $("average").textContent = degrees(now.average);
  $("fevers").textContent = now.fevers;
  showDays(days, numbers);
  showDay(now, tents(records));

  const ill = feverish(records);
  $("alertsCount").textContent = ill.length ? `${ill.length} at 100.4 °F or more` : "none";
  $("alerts").replaceChildren(
    element("thead", {}, element("tr", {}, ...["Employee", "Tent", "°F"].map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...ill.map((one) => row(`${one.Name} · ${one.RowKey}`, one.TentNumber, one.Temperature.toFixed(1)))),
  );
  drawMedicines();
  drawMedication();
}

function drawMedicines() {
  const before = $("medicine").value;
  const options = medicineCounts(records).map(([name, patients]) => new Option(`${name} (${patients})`, name));
  const any = records.filter((one) => medicines(one.Medication).length).length;
  $("medicine").replaceChildren(new Option(`All medicines (${any})`, ""), ...options);
  $("medicine").value = options.some(({ value }) => value === before) ? before : "";
}

function drawMedication() {
  const [medicine, person] = [$("medicine").value, $("person").value.trim().toLowerCase()];
  const chosen = records.filter(({ RowKey, Name, Medication }) => {
    const list = medicines(Medication);
    const isWanted = medicine ? list.includes(medicine) : list.length > 0;
    return isWanted && `${RowKey} ${Name}`.toLowerCase().includes(person);
  });
  $("medicationCount").textContent = chosen.length === 1 ? "1 patient" : `${chosen.length} patients`;
  $("medication").replaceChildren(
    ...chosen.map(({ RowKey, Name, Medication, LastUpdated }) => row(RowKey, Name, Medication, clockTime(LastUpdated))),
  );
}

const lookNow = keepDoing(look, PAUSE);

$("day").value = day;
$("day").max = today();
$("day").addEventListener("change", ({ target }) => {
  if (!target.value) return;
  day = target.value;
  lookNow();
});
$("range").addEventListener("change", lookNow);
$("medicine").addEventListener("change", drawMedication);
$("person").addEventListener("input", drawMedication);
onChange((changed) => {
  counted.delete(changed);
  lookNow();
});
