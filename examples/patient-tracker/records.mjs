// Invented records of an outbreak among workers who live in tents: a wave of thirty days, the same on every run.
//
// A patient's course depends on the patient and the calendar alone, so days that are added later go on from those
// that are there.

const DAY = 86_400_000;
const WAVE_DAYS = 30;
const FIRST_NAMES = ["Ana", "Ben", "Carla", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jamal", "Keiko", "Luis", "Marta", "Nadia", "Oscar", "Priya", "Rosa", "Samuel", "Teresa", "Umar", "Vera", "Walter", "Xiomara", "Yusuf", "Zoë"]; // prettier-ignore
const LAST_NAMES = ["Alvarez", "Bauer", "Castillo", "Dubois", "Estrada", "Fernández", "Garcia", "Hassan", "Ivanova", "Jensen", "Kaur", "Lopez", "Moreno", "Nguyen", "O'Neill", "Pereira", "Quinn", "Rahman", "Silva", "Torres"]; // prettier-ignore
const NURSES = ["Nurse Sarah", "Nurse Amir", "Nurse Lucía", "Nurse Tom", "Dr. Okafor", "Dr. Lind"];
const FOODS = ["Regular", "Regular", "Regular", "Regular", "Regular", "Vegetarian", "Vegetarian", "Vegan", "Halal", "Halal"];
const REMEDIES = ["Ibuprofen", "Azithromycin", "Zinc", "Cough syrup", "Oral rehydration salts"];

/** A day as the table has it: YYYY-MM-DD, in UTC. */
export const dayOf = (date) => date.toISOString().slice(0, 10);

/** Mulberry32 over a few integers: numbers in [0, 1) that are the same for the same seed. */
function random(...seed) {
  let state = seed.reduce((hash, part) => Math.imul(hash ^ (part + 0x9e3779b9), 0x85ebca6b) ^ (hash >>> 13), 1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = (list, chance) => list[Math.floor(chance * list.length)];

/** Days since the patient's infection in the wave of this day or the one before, and how long the course is. */
function course(patient, dayNumber) {
  for (const wave of [Math.floor(dayNumber / WAVE_DAYS), Math.floor(dayNumber / WAVE_DAYS) - 1]) {
    const chance = random(patient, wave);
    if (chance() > 0.55) continue;
    const start = wave * WAVE_DAYS + Math.round(4 + (chance() + chance() + chance()) * 6);
    const length = 8 + Math.floor(chance() * 6);
    const since = dayNumber - start;
    if (since >= -1 && since < WAVE_DAYS - 4) return { since, length };
  }
  return null;
}

/** The health of a patient on a day. */
function health(patient, dayNumber) {
  const chance = random(patient, dayNumber, 7);
  const normal = 97.5 + chance() * 1.5;
  const ill = course(patient, dayNumber);
  if (!ill) {
    const tested = chance() < 0.04;
    const infection = tested ? "Awaiting Results" : "Negative";
    return {
      infection,
      treatment: "Monitoring",
      temperature: normal,
      medication: chance() < 0.3 ? ["Vitamin C"] : [],
      note: tested ? "Contact of a patient; tested again" : "",
    };
  }
  const { since, length } = ill;
  if (since < 0) {
    return {
      infection: "Awaiting Results",
      treatment: "Monitoring",
      temperature: normal + 1 + chance(),
      medication: ["Vitamin C"],
      note: "Sore throat since this morning",
    };
  }
  if (since >= length) {
    const infection = since === length && chance() < 0.5 ? "Positive" : "Negative";
    return { infection, treatment: "Recovered", temperature: normal, medication: ["Vitamin C"], note: "Free of symptoms" };
  }
  const fever = Math.max(0, 1 - Math.abs(since - 3) / (length * 0.6)) * (2 + chance() * 3);
  const medication = ["Paracetamol", "Vitamin C"];
  if (chance() < 0.6) medication.push(pick(REMEDIES, chance()));
  const note = fever > 3 ? "High fever; fluids every two hours" : since > 6 ? "Responding well to treatment" : "Cough, tired";
  return {
    infection: "Positive",
    treatment: since > length - 2 ? "Monitoring" : "Under Treatment",
    temperature: normal + fever,
    medication,
    note,
  };
}

/** The entities of `patients` patients on a day; none was written after `now`. */
export function recordsOf(day, patients, now) {
  const start = Date.parse(day);
  const end = Math.min(start + DAY, now.getTime());
  return Array.from({ length: patients }, (_, patient) => {
    const chance = random(patient, start / DAY, 3);
    const { infection, treatment, temperature, medication, note } = health(patient, start / DAY);
    const fixed = random(patient, 11);
    return {
      partitionKey: day,
      rowKey: `EMP-${10_001 + patient}`,
      Name: `${FIRST_NAMES[patient % 25]} ${LAST_NAMES[Math.floor(patient / 25) % 20]}`,
      TentNumber: `T-${String(1 + Math.floor(fixed() * 20)).padStart(2, "0")}`,
      InfectionStatus: infection,
      TreatmentStatus: treatment,
      Temperature: { type: "Double", value: temperature.toFixed(1) },
      FoodPreference: pick(FOODS, fixed()),
      Medication: medication.join(", "),
      Notes: note,
      LastUpdated: new Date(start + (end - start) * (0.3 + chance() * 0.5)).toISOString(),
      UpdatedBy: pick(NURSES, chance()),
    };
  });
}
