// A patient's record: its fields, its way into an entity, and what to do when two people changed it. No page, no network.

export const FIELDS = {
  Name: "Name",
  TentNumber: "Tent",
  InfectionStatus: "Infection status",
  TreatmentStatus: "Treatment status",
  Temperature: "Temperature (°F)",
  FoodPreference: "Food preference",
  Medication: "Medication",
  Notes: "Notes",
};
export const INFECTION = ["Positive", "Negative", "Awaiting Results"];
export const TREATMENT = ["Under Treatment", "Recovered", "Monitoring"];
export const FOOD = ["Regular", "Vegetarian", "Vegan", "Halal"];
export const TENTS = Array.from({ length: 20 }, (_, n) => `T-${String(n + 1).padStart(2, "0")}`);
export const FEVER = 100.4; // °F

/** The fields of an entity as a form has them. What it lacks is "", or null where there is no temperature. */
export const valuesOf = (entity) =>
  Object.fromEntries(Object.keys(FIELDS).map((name) => [name, entity[name] ?? (name === "Temperature" ? null : "")]));

export const sameValues = (a, b) => Object.keys(FIELDS).every((name) => a[name] === b[name]);

/**
 * The entity to write: these values over the record they replace, whose other properties stay. A temperature without
 * a fraction would become an integer, and a column of two types, so its type is said.
 */
export function entityOf(day, id, values, user, replaced = {}) {
  const kept = Object.entries(replaced).filter(([name]) => !name.startsWith("odata.") && !name.startsWith("Timestamp"));
  const entity = {
    ...Object.fromEntries(kept),
    PartitionKey: day,
    RowKey: id,
    ...values,
    "Temperature@odata.type": "Edm.Double",
  };
  if (values.Temperature === null) {
    delete entity.Temperature;
    delete entity["Temperature@odata.type"];
  }
  return { ...entity, LastUpdated: new Date().toISOString(), UpdatedBy: user };
}

/**
 * The fields in which two people differ: [{ name, mine, theirs, choice }]. `base` is what both began with, or undefined.
 * `choice` is "mine" or "theirs" where only that side changed it, and undefined where a person must decide.
 */
export function differences(base, mine, theirs) {
  const choose = (name) =>
    !base ? undefined : base[name] === theirs[name] ? "mine" : base[name] === mine[name] ? "theirs" : undefined;
  return Object.keys(FIELDS)
    .filter((name) => mine[name] !== theirs[name])
    .map((name) => ({ name, mine: mine[name], theirs: theirs[name], choice: choose(name) }));
}

/** The medicines in a record's list, in one spelling: "Paracetamol, vitamin c" has Paracetamol and Vitamin c. */
export const medicines = (text) =>
  (text ?? "")
    .split(/[,;\n]/)
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name) => name[0].toUpperCase() + name.slice(1));
