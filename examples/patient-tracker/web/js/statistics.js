// Numbers about the records of a day. The measures are those of the management's report: cases count as active until
// they have recovered.

import { FEVER, FOOD, INFECTION, TENTS, TREATMENT, medicines } from "./record.js";

const countBy = (records, property, values) =>
  Object.fromEntries(values.map((value) => [value, records.filter((record) => record[property] === value).length]));

/** The reading, or undefined; what is no number is none. */
const temperatureOf = ({ Temperature }) => (Number.isFinite(Temperature) ? Temperature : undefined);

export function statistics(records) {
  const temperatures = records.map(temperatureOf).filter((value) => value !== undefined);
  const infection = countBy(records, "InfectionStatus", INFECTION);
  const treatment = countBy(records, "TreatmentStatus", TREATMENT);
  return {
    patients: records.length,
    infection,
    treatment,
    active: records.filter((one) => one.InfectionStatus === "Positive" && one.TreatmentStatus !== "Recovered").length,
    recoveryRate: records.length ? (treatment.Recovered / records.length) * 100 : 0,
    average: temperatures.length ? temperatures.reduce((sum, value) => sum + value) / temperatures.length : undefined,
    highest: temperatures.length ? temperatures.reduce((a, b) => Math.max(a, b)) : undefined,
    fevers: temperatures.filter((value) => value >= FEVER).length,
    food: countBy(records, "FoodPreference", FOOD),
  };
}

/** { "T-01": { Positive, Negative, "Awaiting Results" }, ... } for every tent. */
export const tents = (records) =>
  Object.fromEntries(
    TENTS.map((tent) => [
      tent,
      countBy(
        records.filter((one) => one.TentNumber === tent),
        "InfectionStatus",
        INFECTION,
      ),
    ]),
  );

/** Those with a fever, the highest first. */
export const feverish = (records) =>
  records.filter((one) => temperatureOf(one) >= FEVER).sort((a, b) => b.Temperature - a.Temperature);

/** [[medicine, patients], ...], the most frequent first. */
export function medicineCounts(records) {
  const counts = new Map();
  for (const record of records) {
    for (const name of new Set(medicines(record.Medication))) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
}

export const degrees = (value) => (value === undefined ? "–" : `${value.toFixed(1)} °F`);
export const percent = (value) => `${value.toFixed(1)} %`;
